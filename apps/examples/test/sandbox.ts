/** The running sandbox as a test asks it: what it received, and what became of it. */
import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';

/** The part of an entry of the ledger that tests look at. */
export interface Entry {
  id: number;
  passId: string | null;
  applied: boolean;
  encrypted: boolean;
  resultInfo: { resultCode: string; resultStatus: string } | null;
}

/** The part of a pass that tests look at. */
export interface Pass {
  passId: string;
  level: string | null;
  revision: number;
}

/**
 * A pass of the merchant and the user that the examples name, under an id of its own.
 *
 * @param clientId - whose pass it is: that of the ready merchant unless given
 */
export async function freshPass(clientId = inject('sandbox').clientId): Promise<string> {
  const { pass } = inject('sandbox');
  const passId = randomUUID();
  await ask('POST', '/passes', { passId, clientId, merchantId: pass.merchantId, userId: pass.userId });
  return passId;
}

/** The pass as it is now. */
export const passOf = (passId: string) => ask<Pass>('GET', `/passes/${passId}`);

/** The entry of an exchange. */
export const entryOf = (tracerId: string) => ask<Entry>('GET', `/ledger/${tracerId}`);

/** Every entry about a pass, also of a pass that does not exist. */
export const entriesOf = async (passId: string) =>
  (await ask<{ entries: Entry[] }>('GET', `/ledger?passId=${encodeURIComponent(passId)}`)).entries;

/** Makes the next request for this pass fail. */
export const fail = (passId: string, fault: string) => ask('POST', '/faults', { name: fault, passId, times: 1 });

/** Asks the admin API, whose routes are under `/sandbox`. */
export async function ask<T>(method: string, route: string, body?: object): Promise<T> {
  const headers = { 'Sec-Fetch-Site': 'none', ...(body && { 'Content-Type': 'application/json' }) };
  const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
  const response = await fetch(`${inject('sandbox').url}/sandbox${route}`, init);
  if (!response.ok) throw new Error(`${method} ${route}: HTTP status ${response.status}, ${await response.text()}`);
  return response.json() as Promise<T>;
}
