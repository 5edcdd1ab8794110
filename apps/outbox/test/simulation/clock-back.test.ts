/** A clock that goes back while a shard's object ends, between the begin of a batch and what is accepted beside it. */
import { expect, test } from 'vitest';
import { start, vars } from '../../simulation/run.ts';
import { Scheduler } from '../../simulation/scheduler.ts';
import { World } from '../../simulation/world.ts';
import type { LinesCall } from '../../src/shard/batch-operations.ts';
import { shardOf } from '../../src/shard/route.ts';

const passId = 'P1';
const line = (points: number, level: string): LinesCall['lines'][number] => ({
  ...{ number: 1, passId },
  change: {
    ...{ who: { merchantId: 'M1', userId: 'U1' }, status: 'UPDATE', updateDetailType: 'UPDATE_MEMBER_CARD' },
    fields: { 'dataInfo/points': points, 'dataInfo/level': level },
  },
});

/** What the card shows in the end, and in between. */
async function cardAfter(course: (world: World, shard: number) => Promise<void>) {
  const scheduler = new Scheduler(1, start);
  const world = new World(scheduler, vars);
  let isDone = false;
  void course(world, shardOf(passId, world.shards)).then(() => {
    isDone = true;
  });
  await scheduler.run(start + 300_000);
  expect(isDone).toBe(true);
  return { card: world.gateway.cards.get(passId), problems: world.gateway.problems };
}

const put = async (world: World, body: object) => {
  const reply = await world.fetch(
    'PUT',
    `/passes/${passId}`,
    JSON.stringify({ merchantId: 'M1', userId: 'U1', ...body }),
  );
  expect(reply?.status).toBe(202);
};
const endWithClockBack = (world: World, shard: number) => {
  world.setClockBack(shard, 4_000);
  world.kill(shard);
};

test('a change that was accepted after a batch began is not overwritten by a line of the batch', async () => {
  const { card, problems } = await cardAfter(async (world, shard) => {
    await world.call(shard, 'openBatch', ['b1']);
    endWithClockBack(world, shard);
    await put(world, { points: 2 });
    await world.call(shard, 'takeLines', [{ batchId: 'b1', elapsed: 100, after: 0, lines: [line(1, 'L1')] }]);
  });
  expect(card).toMatchObject({ points: 2, level: 'L1' });
  expect(problems).toEqual([]);
});

test('a line of a batch replaces what was accepted before the batch began', async () => {
  const { card, problems } = await cardAfter(async (world, shard) => {
    await put(world, { points: 1 });
    endWithClockBack(world, shard);
    await world.call(shard, 'openBatch', ['b1']);
    await world.call(shard, 'takeLines', [{ batchId: 'b1', elapsed: 100, after: 0, lines: [line(2, 'L1')] }]);
  });
  expect(card).toMatchObject({ points: 2, level: 'L1' });
  expect(problems).toEqual([]);
});
