/**
 * The merchant's till: tells the merchant's Worker of each change until it says 202, under one Idempotency-Key however
 * often that takes, and reads mailboxes.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Accepted, Confirmed, Mailbox } from './history.ts';
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
export interface Told {
  /** Absent when the pass was closed before. */
  accepted?: Accepted;
  /** How often it was sent. */
  tries: number;
}

/** Milliseconds that an answer may take, and between two tries. */
const limits = { answer: 5_000, pause: 50 };

/**
 * Tells of a change until there is an answer.
 *
 * @param signal - gives up
 * @throws Error for an answer that no Worker in order gives
 */
export async function tell(merchant: Merchant, { passId, points }: Step, signal: AbortSignal): Promise<Told> {
  const { merchantId, userId } = merchant;
  const update = { merchantId, userId, updateDetailType: 'UPDATE_MEMBER_CARD', points };
  const init = points === 'close' ? { method: 'DELETE' } : { method: 'PUT', body: JSON.stringify(update) };
  const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() };
  for (let tries = 1; ; tries++) {
    signal.throwIfAborted();
    const answer = await ask(merchant, `/passes/${passId}`, { ...init, headers });
    const { revision, error } = (answer?.body ?? {}) as { revision?: number; error?: { code: string } };
    if (answer?.status === 202 && revision !== undefined) return { tries, accepted: { passId, points, revision } };
    if (answer?.status === 409 && error?.code === 'PassClosed') return { tries };
    if (answer && answer.status < 500) {
      throw new Error(`${init.method} ${passId}: received ${answer.status} ${JSON.stringify(answer.body)}`);
    }
    await sleep(limits.pause, undefined, { signal });
  }
}

/** A mailbox as it is now, with what it recorded as delivered; `undefined` while the Worker does not answer. */
export async function look(merchant: Merchant, passId: string): Promise<Look | undefined> {
  const answer = await ask(merchant, `/passes/${passId}`, {});
  if (answer?.status !== 200) return undefined;
  const { state, revision, delivered, deadLetters, attempts } = answer.body as View;
  const confirmed = attempts
    .filter(({ outcome }) => outcome === 'delivered')
    .map(({ revision, tracerId = '' }) => ({ passId, revision, tracerId }));
  return { confirmed, mailbox: { passId, state, revision, delivered, dead: deadLetters.length > 0 } };
}

/** Lets what backs off go now: nobody waits for it when a fault run drains. */
export async function retryAll(merchant: Merchant): Promise<void> {
  await ask(merchant, '/retry', { method: 'POST' });
}

/** What `GET /passes/:passId` tells. */
export interface Look {
  mailbox: Mailbox;
  confirmed: Confirmed[];
}

interface View extends Omit<Mailbox, 'dead'> {
  deadLetters: object[];
  attempts: { revision: number; outcome: string; tracerId?: string }[];
}

/** `undefined` when there is no answer, or none in JSON. */
async function ask(
  { url, apiToken }: Merchant,
  path: string,
  init: RequestInit,
): Promise<{ status: number; body: unknown } | undefined> {
  const headers = { ...init.headers, Authorization: `Bearer ${apiToken}` };
  const signal = AbortSignal.timeout(limits.answer);
  try {
    const response = await fetch(url() + path, { ...init, headers, signal });
    return { status: response.status, body: await response.json() };
  } catch {
    return undefined; // killed, or not up yet
  }
}
