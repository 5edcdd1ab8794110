/** What the gateway does with an update that is verified and fits the contract. */
import type { Received, ResultInfo, UpdatePassRequest } from '@alipayhk-pass/api/gateway';
import type { SqlStore } from '../store.ts';
import { takeFault } from '../tables/faults.ts';
import { noteUpdate } from '../tables/ledger.ts';
import { applyUpdate } from '../tables/passes.ts';
import type { Exchange } from './exchange.ts';
import { type Verdict, verdictsWith } from './stages.ts';

const unknown: ResultInfo = {
  resultCode: 'UNKNOWN_EXCEPTION',
  resultStatus: 'U',
  resultMessage: 'The API failed for an unknown reason.',
};

/** Applies an update to its pass and writes that down in one transaction, unless a fault that it takes prevents that. */
export async function handleUpdate(
  store: SqlStore,
  update: UpdatePassRequest,
  received: Received,
  exchange: Exchange,
): Promise<ResultInfo> {
  const { clientId, tracerId, keyVersion, encrypted } = received;
  exchange.taken = await takeFault(store, { clientId, passId: update.passId });
  const { fault } = exchange.taken ?? {};
  const takesEffect = fault?.applies !== false;
  const skipped = verdictsWith({ verdict: 'skipped', ...(fault && { reason: `fault ${fault.name}` }) }, encrypted);
  const note = { tracerId, update, keyVersion, fault: fault?.name, stages: skipped };
  const noted = noteUpdate(exchange.entryId, note, takesEffect);
  let outcome: ResultInfo | undefined;
  if (takesEffect) outcome = await applyUpdate(store, update, received, noted);
  else await store.run([noted]);
  exchange.stages = outcome ? verdictsWith(verdictOf(outcome), encrypted) : skipped;
  exchange.resultInfo = fault?.resultInfo ?? outcome ?? unknown;
  return exchange.resultInfo;
}

function verdictOf({ resultStatus, resultCode }: ResultInfo): Omit<Verdict, 'stage'> {
  return resultStatus === 'S' ? { verdict: 'passed' } : { verdict: 'refused', reason: resultCode };
}
