/** The sandbox in a fault run: passes, chaos, and the ledger. */
import { createSandboxClient, type Entry, type NewPass, type Pass } from '@alipayhk-pass/sandbox/client';
import type { GatewayPass, Received } from './history.ts';
import { exchangeHeader } from './wire.ts';

/**
 * Faults that never give a verified F, so that every update is delivered in the end. Some still give a reply that verifies.
 */
const faults = [
  ...['delay', 'hang', 'reset', 'truncated-body', 'gzip-lie', 'http-302', 'http-429', 'http-500', 'http-502'],
  ...['UNKNOWN_EXCEPTION', 'SYSTEM_ERROR', 'REQUEST_TRAFFIC_EXCEED_LIMIT', 'applied-but-unknown'],
  ...['unsigned-F', 'unsigned-S', 'signed-by-another-key', 'tampered-body', 'signature-missing', 'signature-repeated'],
  ...['response-time-ahead', 'response-time-behind', 'response-time-missing', 'result-for-resultInfo', 'plain-reply'],
  'encrypted-with-another-key',
];

/** Creates the passes, a few at a time. */
export async function createPasses(url: string, passes: readonly NewPass[]): Promise<void> {
  const admin = createSandboxClient(url);
  const waiting = [...passes];
  const create = async (): Promise<void> => {
    for (let pass = waiting.pop(); pass !== undefined; pass = waiting.pop()) await admin.createPass(pass);
  };
  await Promise.all([create(), create(), create(), create()]);
}

/** From now on `rate` of all requests (0 to 1) meet a fault. */
export async function beginChaos(url: string, { seed, rate }: { seed: string; rate: number }): Promise<void> {
  await createSandboxClient(url).addFault({ name: 'chaos', seed, rate, of: faults });
}

/** All that the gateway received, and what its passes are now. */
export async function readGateway(
  url: string,
  clientId: string,
): Promise<{ received: Received[]; passes: GatewayPass[] }> {
  const admin = createSandboxClient(url);
  const entries = await admin.allEntries({ clientId });
  if (entries[0]?.id !== undefined && entries[0].id > 1) {
    throw new Error(`the oldest entry of the ledger is ${entries[0].id}, not the first; run fewer updates`);
  }
  const passes = await admin.allPasses({ clientId });
  return { received: entries.flatMap(toReceived), passes: passes.map(toGatewayPass) };
}

/** Only updates; a request that was cut off before it was verified is none. */
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
      points: update.status === 'CLOSED' ? 'close' : Number(update.dataInfo?.points),
      billNo: typeof update.dataInfo?.billNo === 'string' ? update.dataInfo.billNo : null,
      applied: applied ? revision : null,
      resultStatus: resultInfo?.resultStatus ?? null,
      exchangeId: exchange ? Number(exchange[1]) : null,
    },
  ];
}

function toGatewayPass({ passId, status, points }: Pass): GatewayPass {
  return { passId, points: points === null ? null : Number(points), closed: status === 'CLOSED' };
}
