/** The sandbox's admin API, as far as a fault run needs it: passes, chaos, and the ledger as a witness. */
import type { GatewayPass, Received } from './history.ts';
import { exchangeHeader } from './wire.ts';

/**
 * Faults that may befall an update without a verified F: an outbox has to get over each of them. Those whose answer can
 * be verified and believed are among them, too.
 */
export const faults = [
  ...['delay', 'hang', 'reset', 'truncated-body', 'gzip-lie', 'http-302', 'http-429', 'http-500', 'http-502'],
  ...['UNKNOWN_EXCEPTION', 'SYSTEM_ERROR', 'REQUEST_TRAFFIC_EXCEED_LIMIT', 'applied-but-unknown'],
  ...['unsigned-F', 'unsigned-S', 'signed-by-another-key', 'tampered-body', 'signature-missing', 'signature-repeated'],
  ...['response-time-ahead', 'response-time-behind', 'response-time-missing', 'result-for-resultInfo', 'plain-reply'],
  'encrypted-with-another-key',
];

/** Whose passes they are. */
export interface Owner {
  clientId: string;
  merchantId: string;
  userId: string;
}

/** Creates the passes, a few at a time. */
export async function createPasses(url: string, passIds: readonly string[], owner: Owner): Promise<void> {
  const waiting = [...passIds];
  const create = async (): Promise<void> => {
    for (let passId = waiting.pop(); passId !== undefined; passId = waiting.pop()) {
      await admin(url, 'POST', '/passes', { passId, ...owner });
    }
  };
  await Promise.all([create(), create(), create(), create()]);
}

/** From now on `rate` of all requests (0 to 1) meet a fault. */
export async function beginChaos(url: string, { seed, rate }: { seed: string; rate: number }): Promise<void> {
  await admin(url, 'POST', '/faults', { name: 'chaos', seed, rate, of: faults });
}

/** All that the gateway received, and what its passes are now. */
export async function testimony(
  url: string,
  { clientId }: Owner,
): Promise<{ received: Received[]; passes: GatewayPass[] }> {
  const entries = await everyPage<Entry>(url, `/ledger?clientId=${clientId}`, 'entries');
  if (entries[0]?.id !== undefined && entries[0].id > 1) {
    throw new Error(`ledger: expected the first entry, found ${entries[0].id} as the oldest; run fewer updates`);
  }
  const passes = await everyPage<Pass>(url, `/passes?clientId=${clientId}`, 'passes');
  return { received: entries.flatMap(toReceived), passes: passes.map(toGatewayPass) };
}

interface Entry {
  id: number;
  passId: string | null;
  tracerId: string | null;
  headers: [name: string, value: string][];
  update: { status: string; dataInfo?: { points?: number } } | null;
  applied: boolean;
  revision: number | null;
  fault: string | null;
  resultInfo: { resultStatus: 'S' | 'F' | 'U' } | null;
}

interface Pass {
  passId: string;
  status: string;
  points: number | null;
}

/** Of the updates; a request that was cut off before it was verified is none. */
function toReceived({
  id,
  passId,
  tracerId,
  headers,
  update,
  applied,
  revision,
  fault,
  resultInfo,
}: Entry): Received[] {
  if (passId === null || update === null) return [];
  const exchange = headers.find(([name]) => name.toLowerCase() === exchangeHeader.toLowerCase());
  return [
    {
      ...{ id, passId, tracerId, fault },
      points: update.status === 'CLOSED' ? 'close' : (update.dataInfo?.points ?? Number.NaN),
      applied: applied ? revision : null,
      resultStatus: resultInfo?.resultStatus ?? null,
      exchangeId: exchange ? Number(exchange[1]) : null,
    },
  ];
}

function toGatewayPass({ passId, status, points }: Pass): GatewayPass {
  return { passId, points, closed: status === 'CLOSED' };
}

async function everyPage<Item>(url: string, path: string, name: string): Promise<Item[]> {
  const items: Item[] = [];
  for (let after: unknown; ; ) {
    const page = await admin(url, 'GET', `${path}&limit=100${after === undefined ? '' : `&after=${after}`}`);
    items.push(...(page[name] as Item[]));
    if (page.next === undefined) return items;
    after = page.next;
  }
}

async function admin(url: string, method: string, path: string, body?: object): Promise<Record<string, unknown>> {
  const headers = { 'Sec-Fetch-Site': 'none', ...(body && { 'Content-Type': 'application/json' }) };
  const init = { method, headers, ...(body && { body: JSON.stringify(body) }), signal: AbortSignal.timeout(30_000) };
  const response = await fetch(`${url}/sandbox${path}`, init);
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} /sandbox${path}: received ${response.status} ${text}`);
  return JSON.parse(text);
}
