/** Erasure while a request waits for its reply, and while points are on their way from a member to its pass. */
import { expect, test, vi } from 'vitest';
import { MemberCaller } from '../../simulation/member-caller.ts';
import { PassCaller } from '../../simulation/pass-caller.ts';
import { start, vars } from '../../simulation/run.ts';
import { Scheduler } from '../../simulation/scheduler.ts';
import { World } from '../../simulation/world.ts';
import { shardOf } from '../../src/shard/route.ts';

test('the reply to a request whose pass was erased does not settle a newer request of the pass', async () => {
  const scheduler = new Scheduler(1, start);
  const world = new World(scheduler, vars);
  const { receive } = world.gateway;
  const waiting: (() => void)[] = [];
  vi.spyOn(world.gateway, 'receive').mockImplementation(async (update, from) => {
    await new Promise<void>((resolve) => waiting.push(resolve));
    return receive.call(world.gateway, update, from);
  });
  const requested = async (requests: number) => {
    await scheduler.run(scheduler.time + 60_000, () => waiting.length === requests);
    expect(waiting).toHaveLength(requests);
  };
  const caller = new PassCaller(world, 'P1');
  const shard = shardOf(caller.passId, world.shards);
  const stateAfter = async (milliseconds: number) => {
    await scheduler.run(scheduler.time + milliseconds);
    const view = world.call(shard, 'read', [caller.passId]);
    await scheduler.run(scheduler.time + 1_000);
    return view;
  };

  void caller.put();
  await requested(1);
  void world.call(shard, 'erasePasses', ['U-P1', []]);
  await scheduler.run(scheduler.time + 1_000);
  world.setClockBack(shard, -60_000); // beyond the hold that the erasure left
  void caller.put();
  await requested(2);

  waiting[0]?.();
  expect(await stateAfter(5_000)).toMatchObject({ state: 'sending', delivered: 0 });
  expect(waiting).toHaveLength(2);
  waiting[1]?.();
  expect(await stateAfter(5_000)).toMatchObject({ state: 'delivered', revision: 2, delivered: 2 });
  expect(waiting).toHaveLength(2);
  expect(world.events.get('delivered')).toBe(1);
  expect(world.gateway.problems).toEqual([]);
});

test.each([1, 2, 3])(
  'points that are on their way when their member is erased make no pass anew, seed %i',
  async (seed) => {
    const scheduler = new Scheduler(seed, start);
    const world = new World(scheduler, vars);
    const [userId, passId] = ['U1', 'C1'];
    expect(shardOf(userId, world.shards)).not.toBe(shardOf(passId, world.shards));
    const { callObject } = world;
    vi.spyOn(world, 'callObject').mockImplementation(async (shard, shards, name, args) => {
      if (name === 'handOver') await scheduler.wait(scheduler.between(0, 200));
      return callObject.call(world, shard, shards, name, args);
    });
    const caller = new MemberCaller(world, userId, passId);
    let status: number | undefined;
    const work = async () => {
      await caller.register();
      await caller.post();
      status = (await world.fetch('DELETE', `/members/${userId}`))?.status;
      await scheduler.wait(60_000);
      status = (await world.fetch('GET', `/passes/${passId}`))?.status;
    };
    void work();
    await scheduler.run(start + 120_000);
    expect(status).toBe(404);
  },
);
