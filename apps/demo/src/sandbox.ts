/** The sandbox's own API, as the demo needs it: what AlipayHK's console and a look at the card would be. */
import assert from 'node:assert/strict';
import type { UpdatePassRequest } from '@alipayhk-pass/api';
import { row } from './show.ts';
import { type Card, clientId, type Stage } from './stage.ts';

/** A pass as the sandbox keeps it. */
export interface StoredPass extends Pick<UpdatePassRequest, 'endDate' | 'dataInfo'> {
  passId: string;
  status: string;
  revision: number;
  /** Read from `dataInfo` where it names them (A27). */
  points: number | string | null;
}

/** Makes the merchant's public key known in AlipayHK's place, as its console does. */
export async function registerMerchant(stage: Stage): Promise<void> {
  const keys = [{ keyVersion: '1', publicKey: stage.keys.merchant.publicKey }];
  await ask(stage, 'PUT', `/sandbox/merchants/${clientId}`, { keys });
}

/** Creates a pass in AlipayHK's place. */
export async function createPass(stage: Stage, card: Card): Promise<void> {
  await ask(stage, 'POST', '/sandbox/passes', { clientId, ...card });
  await showStoredPass(stage, card);
}

/** Has every second request of this merchant fail from now on, in the order that the seed brings. */
export async function failHalfOfTheTime(stage: Stage): Promise<void> {
  const of = ['reset', 'http-502', 'UNKNOWN_EXCEPTION', 'applied-but-unknown', 'signed-by-another-key'];
  await ask(stage, 'POST', '/sandbox/faults', { name: 'chaos', rate: 0.5, seed, of, clientId });
  row('gateway', `chaos, rate 0.5, seed "${seed}": ${of.join(', ')}`);
}

/** One whose first draws are faults and none in turn. */
const seed = 'demo';

/** Prints the pass as it is now. */
export async function showStoredPass(stage: Stage, { passId }: Card): Promise<StoredPass> {
  const pass = await readPass(stage, passId);
  const { status, revision, points, endDate, dataInfo } = pass;
  row('stored pass', `${passId}\n${JSON.stringify({ status, revision, points, endDate, dataInfo })}`, 'green');
  return pass;
}

/** The pass as it is now. */
export async function readPass(stage: Stage, passId: string): Promise<StoredPass> {
  return (await ask(stage, 'GET', `/sandbox/passes/${passId}`)) as StoredPass;
}

async function ask({ gatewayUrl, sandboxToken }: Stage, method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(gatewayUrl + path, {
    method,
    headers: { Authorization: `Bearer ${sandboxToken}`, 'Content-Type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  const answer = await response.json();
  assert(response.ok, `${method} ${path}: expected success, received ${response.status} ${JSON.stringify(answer)}`);
  return answer;
}
