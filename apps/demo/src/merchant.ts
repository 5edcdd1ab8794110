/** The outbox's HTTP API, as the demo needs it: what a shop's system would call. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Card, Setup } from './setup.ts';

/** A pass as the merchant's Worker shows it. */
export interface PassView {
  state: string;
  revision: number;
  delivered: number;
  attempts: { revision: number; outcome: string; code?: string; resultCode?: string; tracerId?: string }[];
}

/** Which of the two Workers. */
export type Encryption = 'off' | 'on';

/** Asks for a state of a pass; settles once the Worker has it for good. */
export async function putUpdate(
  setup: Setup,
  { passId }: Card,
  asked: object,
  encryption: Encryption,
): Promise<{ revision: number }> {
  return (await ask(setup, encryption, 'PUT', `/passes/${passId}`, asked)) as { revision: number };
}

/** Says which pass shows a user's points. */
export function registerMember(setup: Setup, card: Card, encryption: Encryption): Promise<unknown> {
  const { userId, passId, merchantId } = card;
  return ask(setup, encryption, 'PUT', `/members/${userId}`, { passId, merchantId });
}

/** Asks until the pass has taken all points of its member. */
export async function untilHandedOver(setup: Setup, { userId }: Card, encryption: Encryption): Promise<void> {
  const read = (): Promise<unknown> => ask(setup, encryption, 'GET', `/members/${userId}`);
  await until(read, (member) => (member as { pending: number }).pending === 0);
}

/** Asks until AlipayHK has confirmed everything that is wanted of a pass. */
export async function untilDelivered(setup: Setup, { passId }: Card, encryption: Encryption): Promise<PassView> {
  const read = async () => (await ask(setup, encryption, 'GET', `/passes/${passId}`)) as PassView;
  return until(read, ({ delivered, revision }) => delivered === revision);
}

/** Reads ten times a second, a minute at most. */
async function until<T>(read: () => Promise<T>, isDone: (seen: T) => boolean): Promise<T> {
  let seen = await read();
  for (let turn = 0; turn < 600 && !isDone(seen); turn += 1) {
    await sleep(100);
    seen = await read();
  }
  if (isDone(seen)) return seen;
  throw new Error(`the merchant's Worker: expected it to be done within a minute, received ${JSON.stringify(seen)}`);
}

async function ask(
  setup: Setup,
  encryption: Encryption,
  method: string,
  path: string,
  body?: object,
): Promise<unknown> {
  const response = await fetch(setup.merchantUrls[encryption] + path, {
    method,
    headers: { Authorization: `Bearer ${setup.apiToken}`, 'Content-Type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  const reply = await response.json();
  assert(response.ok, `${method} ${path}: expected success, received ${response.status} ${JSON.stringify(reply)}`);
  return reply;
}
