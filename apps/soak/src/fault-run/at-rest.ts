/** The end of a run: every outbox has nothing left to do. */
import { setTimeout as sleep } from 'node:timers/promises';
import { look, type Merchant, retryAll } from './caller.ts';
import type { Confirmed, Outbox } from './history.ts';

const idleStates = ['delivered', 'closed', 'dead', 'discarded'];

/**
 * Looks at every outbox until none has anything to do, or the time is up.
 *
 * @param limit - in milliseconds
 * @param note - gets what each look shows as delivered
 * @param onRest - gets how many have nothing to do
 */
export async function untilAtRest(
  merchant: Merchant,
  passIds: readonly string[],
  limit: number,
  note: (confirmed: readonly Confirmed[]) => void = () => undefined,
  onRest: (done: number) => void = () => undefined,
): Promise<Outbox[]> {
  const end = performance.now() + limit;
  const outboxes = new Map<string, Outbox>();
  for (;;) {
    const restless = passIds.filter((passId) => !idleStates.includes(outboxes.get(passId)?.state ?? ''));
    onRest(passIds.length - restless.length);
    if (restless.length === 0 || performance.now() > end) return [...outboxes.values()];
    await retryAll(merchant);
    for (const passId of restless) {
      const seen = await look(merchant, passId);
      if (seen === undefined) continue;
      outboxes.set(passId, seen.outbox);
      note(seen.confirmed);
    }
    await sleep(500);
  }
}
