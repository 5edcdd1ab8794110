/** An alert as a webhook: signed as Standard Webhooks has it, so that its receiver can verify it with any library. */
import type { Limits } from '../config/limits.ts';
import { hmac } from '../digests.ts';

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
  const mac = new Uint8Array(await hmac(to.secret, `${alert.id}.${timestamp}.${alert.body}`));
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
