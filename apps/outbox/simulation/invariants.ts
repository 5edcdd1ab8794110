/** What must hold once nothing goes wrong any more: all that was accepted is delivered, dead or given up, and counted. */

import type { Gauges } from '../src/shard/upkeep.ts';
import type { Batches } from './batch-caller.ts';
import type { MemberCaller } from './member-caller.ts';
import type { Operator } from './operator.ts';
import type { PassCaller } from './pass-caller.ts';
import type { World } from './world.ts';

export interface Ended {
  world: World;
  callers: readonly PassCaller[];
  memberCallers: readonly MemberCaller[];
  batches: Batches;
  operator: Operator;
}

/** After the last fault: the longest pause of the breaker, the backoff's steady minute, and what callers still send. */
const calm = 2 * 60_000;
/** How many of the batches are counted. */
const counted = 50;

export async function endOf({ world, callers, memberCallers, batches, operator }: Ended): Promise<void> {
  const { scheduler, gateway } = world;
  const report = (problem: string) => void gateway.problems.push(problem);
  await scheduler.run(scheduler.time + calm);
  const late = await waitingIn(world);
  if (late > Math.max(1, callers.length / 100)) report(`${late} passes wait two minutes after the last fault`);
  for (const caller of [...callers, ...memberCallers]) {
    if (caller.isBusy) report(`${caller.passId}: its caller still waits for a reply`);
  }
  for (let round = 0; round < 3; round += 1) {
    void operator.replayAll();
    await scheduler.run(scheduler.time + calm);
  }
  const ask = async (path: string) => {
    let reply: Awaited<ReturnType<World['fetch']>>;
    void world.fetch('GET', path).then((got) => {
      reply = got;
    });
    await scheduler.run(scheduler.time + 10_000, () => reply !== undefined);
    return reply;
  };
  for (const caller of callers) {
    if (caller.accepted === 0) continue;
    const { state, waiting } = ((await ask(`/passes/${caller.passId}`))?.body ?? {}) as {
      state?: string;
      waiting?: number;
    };
    if (waiting !== 0) report(`${caller.passId}: ${waiting} requests wait in the end, ${state}`);
    const card = gateway.cards.get(caller.passId);
    if (caller.isClosed && !card?.closed && !caller.isLossy)
      report(`${caller.passId}: its close did not reach the card`);
    if (caller.isLossy || caller.isClosed) continue;
    if (state !== 'delivered') report(`${caller.passId}: ${state} in the end`);
    if (card?.points !== caller.points) report(`${caller.passId}: points ${card?.points}, expected ${caller.points}`);
    if (card?.level !== caller.level) report(`${caller.passId}: level ${card?.level}, expected ${caller.level}`);
  }
  for (const { userId, passId, bills, points } of memberCallers) {
    const card = gateway.cards.get(passId);
    if ((card?.points ?? 0) !== points) report(`${userId}: points ${card?.points}, expected ${points}`);
    const shown = card?.bills ?? [];
    if (gateway.refusals.has(passId)) {
      // A bill that was refused came later, when it was sent again.
      if ([...shown].sort().join() !== [...bills].sort().join()) report(`${userId}: bills ${shown}, expected ${bills}`);
    } else if (shown.join() !== bills.join()) report(`${userId}: bills ${shown}, expected ${bills}`);
  }
  for (const [batchId, lines] of [...batches].slice(-counted)) {
    const batch = ((await ask(`/batches/${batchId}`))?.body ?? {}) as Record<string, number>;
    const { accepted = 0, delivered = 0, refused = 0 } = batch;
    const isCounted = batch.lines === lines && accepted <= lines && delivered + refused === lines;
    if (!isCounted || batch.pending !== 0) {
      report(`batch ${batchId}: ${JSON.stringify(batch)}, expected ${lines} lines and none pending`);
    }
  }
}

/** How many passes wait, over all shards. */
export async function waitingIn(world: World): Promise<number> {
  let waiting = 0;
  let left = world.shards;
  for (let shard = 0; shard < world.shards; shard += 1) {
    void world.call(shard, 'gauges', []).then((reply) => {
      const { pending, retrying } = reply as Gauges;
      waiting += pending + retrying;
      left -= 1;
    });
  }
  await world.scheduler.run(world.scheduler.time + 10_000, () => left === 0);
  return waiting;
}
