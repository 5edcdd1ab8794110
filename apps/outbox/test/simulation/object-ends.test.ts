/**
 * An object that ends soon after it has sent a request, which AlipayHK takes long to apply. `simulate --seed 20261126` found
 * it after 24 days: the request went again, a newer one followed, and then the first took effect.
 */
import { expect, test } from 'vitest';
import { onlyS } from '../../simulation/gateway.ts';
import { PassCaller } from '../../simulation/pass-caller.ts';
import { start, vars } from '../../simulation/run.ts';
import { Scheduler } from '../../simulation/scheduler.ts';
import { World } from '../../simulation/world.ts';
import { shardOf } from '../../src/shard/route.ts';

test('a request of an ended object holds the next one back as if the object had waited for its reply', async () => {
  let late = 0;
  for (let seed = 1; seed <= 40; seed += 1) {
    const scheduler = new Scheduler(seed, start);
    const world = new World(scheduler, vars);
    scheduler.onNote = (line) => {
      if (line.includes('applied late')) late += 1;
    };
    const caller = new PassCaller(world, 'P1');
    world.gateway.replies = { ...onlyS, lost: 1 };
    void caller.put();
    await scheduler.run(start + 60_000, () => world.gateway.requests === 1);
    await scheduler.run(scheduler.time + 1_000);
    world.kill(shardOf(caller.passId, world.shards));
    world.gateway.replies = onlyS;
    for (let change = 0; change < 3; change += 1) {
      void caller.put();
      await scheduler.run(scheduler.time + 1_000);
    }
    await scheduler.run(scheduler.time + 120_000);
    expect(world.gateway.problems).toEqual([]);
    expect(world.gateway.cards.get(caller.passId)).toMatchObject({ points: caller.points });
  }
  expect(late).toBeGreaterThan(5);
});
