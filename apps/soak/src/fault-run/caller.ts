/**
 * A caller of the outbox: puts each change until the reply is 202, under one Idempotency-Key however
 * often that takes, and reads outboxes.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Accepted, Confirmed, Outbox } from './history.ts';
import type { Step } from './plan.ts';

/** Where the merchant's Worker is; that changes when it is started again. */
export interface Merchant {
  url(): string;
  apiToken: string;
  /** Of the pass, as an update has them. */
  merchantId: string;
  userId: string;
}

/** What became of a change. */
export interface PutResult {
  /** Absent when the pass was closed before. */
  accepted?: Accepted;
  /** How often it was sent. */
  tries: number;
}

/** Milliseconds that a reply may take, and between two tries. */
const limits = { reply: 5_000, pause: 50 };

/**
 * Puts a change until there is a reply.
 *
 * @param signal - gives up
 * @throws Error for a reply that no sound Worker gives
 */
export async function putChange(merchant: Merchant, { passId, points }: Step, signal: AbortSignal): Promise<PutResult> {
  const { merchantId, userId } = merchant;
  const update = { merchantId, userId, updateDetailType: 'UPDATE_MEMBER_CARD', points };
  const init = points === 'close' ? { method: 'DELETE' } : { method: 'PUT', body: JSON.stringify(update) };
  const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() };
  for (let tries = 1; ; tries++) {
    signal.throwIfAborted();
    const reply = await ask(merchant, `/passes/${passId}`, { ...init, headers });
    const { revision, error } = (reply?.body ?? {}) as { revision?: number; error?: { code: string } };
    if (reply?.status === 202 && revision !== undefined) return { tries, accepted: { passId, points, revision } };
    if (reply?.status === 409 && error?.code === 'PassClosed') return { tries };
    if (reply && reply.status < 500) {
      throw new Error(`${init.method} ${passId}: received ${reply.status} ${JSON.stringify(reply.body)}`);
    }
    await sleep(limits.pause, undefined, { signal });
  }
}

/** A outbox as it is now, with what it recorded as delivered; `undefined` while the Worker does not reply. */
export async function look(merchant: Merchant, passId: string): Promise<Look | undefined> {
  const reply = await ask(merchant, `/passes/${passId}`, {});
  if (reply?.status !== 200) return undefined;
  const { state, revision, delivered, deadLetters, attempts } = reply.body as View;
  const confirmed = attempts
    .filter(({ outcome }) => outcome === 'delivered')
    .map(({ revision, tracerId = '' }) => ({ passId, revision, tracerId }));
  return { confirmed, outbox: { passId, state, revision, delivered, dead: deadLetters.length > 0 } };
}

/** Lets what backs off go now: nobody waits for it when a fault run drains. */
export async function retryAll(merchant: Merchant): Promise<void> {
  await ask(merchant, '/retry', { method: 'POST' });
}

/** The body of `GET /passes/:passId`. */
export interface Look {
  outbox: Outbox;
  confirmed: Confirmed[];
}

interface View extends Omit<Outbox, 'dead'> {
  deadLetters: object[];
  attempts: { revision: number; outcome: string; tracerId?: string }[];
}

/** `undefined` when there is no reply, or none in JSON. */
async function ask(
  { url, apiToken }: Merchant,
  path: string,
  init: RequestInit,
): Promise<{ status: number; body: unknown } | undefined> {
  const headers = { ...init.headers, Authorization: `Bearer ${apiToken}` };
  const signal = AbortSignal.timeout(limits.reply);
  try {
    const response = await fetch(url() + path, { ...init, headers, signal });
    return { status: response.status, body: await response.json() };
  } catch {
    return undefined; // killed, or not up yet
  }
}
