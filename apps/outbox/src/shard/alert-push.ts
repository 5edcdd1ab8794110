/** An alert as a webhook: signed as Standard Webhooks has it, so that its receiver can verify it with any library. */
import type { Limits } from '../config/limits.ts';

/** Longest time that a push may take, in milliseconds. */
const limit = 10_000;

/**
 * Posts an alert.
 *
 * @throws Error unless it was taken
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export async function pushAlert({ alert: to }: Limits, alert: { id: string; body: string }): Promise<void> {
  if (to === undefined) return;
  const timestamp = `${Math.floor(Date.now() / 1000)}`;
  const mac = await hmac(to.secret, `${alert.id}.${timestamp}.${alert.body}`);
  const response = await fetch(to.url, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      'webhook-id': alert.id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${btoa(String.fromCharCode(...mac))}`,
    },
    body: alert.body,
    redirect: 'manual',
    signal: AbortSignal.timeout(limit),
  });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`received ${response.status}`);
}

/** HMAC-SHA256 in hex. */
export async function hmacHex(key: string, text: string): Promise<string> {
  return Array.from(await hmac(key, text), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function hmac(key: string, text: string): Promise<Uint8Array> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const encoder = new TextEncoder();
  const imported = await crypto.subtle.importKey('raw', encoder.encode(key), algorithm, false, ['sign']);
  return new Uint8Array(await crypto.subtle.sign('HMAC', imported, encoder.encode(text)));
}
