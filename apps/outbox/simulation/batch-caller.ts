/** A caller of batches: it sends the same body under the same key until it gets 202, and changes passes in between. */
import type { PassCaller } from './pass-caller.ts';
import type { World } from './world.ts';

/** Batches that were accepted, and how many lines each had. */
export type Batches = Map<string, number>;

/** Sends one batch with a line or two for each of these passes, all of which are idle. */
export async function sendBatch(world: World, callers: readonly PassCaller[], batches: Batches): Promise<void> {
  const { scheduler } = world;
  const lines = callers.flatMap((caller) =>
    Array.from({ length: scheduler.chance(0.1) ? 2 : 1 }, () => ({ caller, values: caller.next() })),
  );
  const text = lines.map(({ caller, values }) => {
    const who = { merchantId: 'M1', userId: `U-${caller.passId}` };
    return JSON.stringify({ passId: caller.passId, ...who, ...values });
  });
  const body = `${text.join('\n')}\n`;
  const headers = { 'Content-Type': 'application/x-ndjson', 'Idempotency-Key': `batch-${scheduler.events}` };
  /** Passes that were changed after the batch was sent first: a line may not go over that. */
  const changed = new Set<PassCaller>();
  for (;;) {
    const reply = await world.fetch('POST', '/passes:batch', body, headers);
    if (reply?.status === 202) {
      const { batchId, malformed } = reply.body as { batchId?: string; malformed?: number };
      if (malformed !== 0) world.gateway.problems.push(`batch ${batchId}: ${malformed} lines are malformed`);
      batches.set(`${batchId}`, lines.length);
      break;
    }
    if (reply && reply.status < 500 && reply.status !== 429) {
      world.gateway.problems.push(`batch: ${reply.status} ${JSON.stringify(reply.body)}`);
      break;
    }
    await scheduler.wait(scheduler.between(100, 3_000), 'again');
    // Without a reply the first request may still be at work, and before BatchIncomplete it may not have begun.
    const { code } = (reply?.body.error ?? {}) as { code?: string };
    if (code === 'BatchIncomplete' && scheduler.chance(0.5)) {
      const caller = scheduler.pick(callers);
      await caller.put();
      changed.add(caller);
    }
  }
  for (const { caller, values } of lines) {
    if (changed.has(caller)) {
      // Only the fields that the change in between left alone.
      caller.accepted += 1;
      const isNewer = (name: 'points' | 'level') =>
        values[name] !== undefined && (caller[name] ?? 0) < (values[name] ?? 0);
      caller.take({
        ...(isNewer('points') && values.points !== undefined && { points: values.points }),
        ...(isNewer('level') && values.level !== undefined && { level: values.level }),
      });
    } else if (!caller.isClosed) caller.take(values);
  }
}
