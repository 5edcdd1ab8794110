/**
 * A caller of the outbox: puts each change and each batch until the reply is 202, under one Idempotency-Key however often
 * that takes, posts adjustments, and reads what became of them.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Accepted, Batch, Confirmed, MemberRecord, Outbox } from './history.ts';
import type { BatchStep, Change, Member, Posting } from './plan.ts';

/** Where the merchant's Worker is; that changes when it is started again. */
export interface Merchant {
  url(): string;
  apiToken: string;
  /** Of the passes, as an update has them. */
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
export async function putChange(
  merchant: Merchant,
  { passId, points }: Change,
  signal: AbortSignal,
): Promise<PutResult> {
  const { merchantId, userId } = merchant;
  const update = { merchantId, userId, updateDetailType: 'UPDATE_MEMBER_CARD', points };
  const init = points === 'close' ? { method: 'DELETE' } : { method: 'PUT', body: JSON.stringify(update) };
  const { status, body, tries } = await untilReply(merchant, `/passes/${passId}`, { ...init, headers: json() }, signal);
  const { revision, error } = body as { revision?: number; error?: { code: string } };
  if (status === 202 && revision !== undefined) return { tries, accepted: { passId, points, revision } };
  if (status === 409 && error?.code === 'PassClosed') return { tries };
  throw new Error(`${init.method} ${passId}: received ${status} ${JSON.stringify(body)}`);
}

/**
 * Sends a batch until every line is durable.
 *
 * @throws Error for a reply that no sound Worker gives
 */
export async function postBatch(
  merchant: Merchant,
  { lines }: BatchStep,
  signal: AbortSignal,
): Promise<{ tries: number; batchId: string }> {
  const { merchantId, userId } = merchant;
  const text = lines.map(({ passId, points }) => JSON.stringify({ merchantId, userId, passId, points }));
  const headers = { ...json(), 'Content-Type': 'application/x-ndjson' };
  const init = { method: 'POST', headers, body: text.join('\n') };
  const { status, body, tries } = await untilReply(merchant, '/passes:batch', init, signal);
  const { batchId, malformed } = body as { batchId?: string; malformed?: number };
  if (status !== 202 || batchId === undefined || malformed !== 0) {
    throw new Error(`POST /passes:batch: received ${status} ${JSON.stringify(body)}`);
  }
  return { tries, batchId };
}

/** Names the pass that shows a member's points. @throws Error unless it is taken */
export async function registerMember(
  merchant: Merchant,
  { userId, passId }: Member,
  signal: AbortSignal,
): Promise<void> {
  const body = JSON.stringify({ passId, merchantId: merchant.merchantId });
  const init = { method: 'PUT', headers: json(), body };
  const { status } = await untilReply(merchant, `/members/${userId}`, init, signal);
  if (status !== 200) throw new Error(`PUT /members/${userId}: received ${status}`);
}

/** Posts an adjustment until it is taken. @throws Error for a reply that no sound Worker gives */
export async function postAdjustment(
  merchant: Merchant,
  { userId, id, points }: Posting,
  signal: AbortSignal,
): Promise<number> {
  const init = { method: 'POST', headers: json(), body: JSON.stringify({ id, points }) };
  const { status, body, tries } = await untilReply(merchant, `/members/${userId}/adjustments`, init, signal);
  if (status !== 200) throw new Error(`adjustment ${id}: received ${status} ${JSON.stringify(body)}`);
  return tries;
}

/** An outbox as it is now, with what it recorded as delivered; `undefined` while the Worker does not reply. */
export async function look(merchant: Merchant, passId: string): Promise<Look | undefined> {
  const reply = await ask(merchant, `/passes/${passId}`, {});
  if (reply?.status !== 200) return undefined;
  const { state, revision, delivered, deadLetters, attempts } = reply.body as View;
  const confirmed = attempts
    .filter(({ outcome }) => outcome === 'delivered')
    .map(({ revision, tracerId = '' }) => ({ passId, revision, tracerId }));
  return { confirmed, outbox: { passId, state, revision, delivered, dead: deadLetters.length > 0 } };
}

/** What the Worker says of a batch; `undefined` while it does not reply, or if it does not know it. */
export async function readBatch(merchant: Merchant, batchId: string): Promise<Batch['counts']> {
  const reply = await ask(merchant, `/batches/${batchId}`, {});
  return reply?.status === 200 ? (reply.body as Batch['counts']) : undefined;
}

/** A member as it is now, with how many changes its pass has still to be handed. */
export async function readMember(
  merchant: Merchant,
  userId: string,
): Promise<(MemberRecord['counts'] & { pending: number }) | undefined> {
  const reply = await ask(merchant, `/members/${userId}`, {});
  return reply?.status === 200 ? (reply.body as MemberRecord['counts'] & { pending: number }) : undefined;
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

function json(): Record<string, string> {
  return { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() };
}

/** The first reply below 500, and how often it took. */
async function untilReply(merchant: Merchant, path: string, init: RequestInit, signal: AbortSignal) {
  for (let tries = 1; ; tries++) {
    signal.throwIfAborted();
    const reply = await ask(merchant, path, init);
    if (reply && reply.status < 500) return { ...reply, tries };
    await sleep(limits.pause, undefined, { signal });
  }
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
