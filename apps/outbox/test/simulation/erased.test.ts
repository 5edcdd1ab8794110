/** Erasure while a request waits for its reply, and while points are on their way from a member to its pass. */
import { ResultNotSuccess } from '@alipayhk-pass/api';
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

/** A world, and a way to run it until some work in it is done. */
function newWorld() {
  const scheduler = new Scheduler(1, start);
  const world = new World(scheduler, vars);
  const done = async <T>(work: Promise<T>): Promise<T> => {
    let isDone = false;
    void work.finally(() => {
      isDone = true;
    });
    await scheduler.run(scheduler.time + 60_000, () => isDone);
    expect(isDone).toBe(true);
    return work;
  };
  return { scheduler, world, done };
}

test('an erasure that failed at a shard of a pass finds the pass when it is repeated, although its holder has no userId', async () => {
  const { world, done } = newWorld();
  const [userId, passId] = ['U1', 'C1'];
  await done(new MemberCaller(world, userId, passId).register());
  await done(world.fetch('PUT', `/passes/${passId}`, JSON.stringify({ merchantId: 'M1', openId: 'O1', points: 1 })));
  const { callObject } = world;
  const calls = vi.spyOn(world, 'callObject').mockImplementation(async (shard, shards, name, args) => {
    if (name === 'erasePasses' && shard === shardOf(passId, shards)) throw new Error('the call was lost');
    return callObject.call(world, shard, shards, name, args);
  });
  vi.spyOn(console, 'error').mockReturnValue(undefined);
  expect(await done(world.fetch('DELETE', `/members/${userId}`))).toMatchObject({ status: 503 });
  calls.mockRestore();

  expect(await done(world.fetch('DELETE', `/members/${userId}`))).toMatchObject({ status: 200, body: { passes: 1 } });
  expect(await done(world.fetch('GET', `/passes/${passId}`))).toMatchObject({ status: 404 });
  expect(await done(world.fetch('GET', `/members/${userId}`))).toMatchObject({ status: 404 });
});

/** Has the next points wait on their way from a member to its pass. @returns what lets them arrive */
function holdHandover(world: World): { begun: () => boolean; release: () => void } {
  const { callObject } = world;
  let release: (() => void) | undefined;
  vi.spyOn(world, 'callObject').mockImplementation(async (shard, shards, name, args) => {
    if (name === 'handOver' && release === undefined) {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
    }
    return callObject.call(world, shard, shards, name, args);
  });
  return { begun: () => release !== undefined, release: () => release?.() };
}

test('an erasure that is repeated while points are on their way waits for them too', async () => {
  const { scheduler, world, done } = newWorld();
  const [userId, passId] = ['U1', 'C1'];
  const caller = new MemberCaller(world, userId, passId);
  await done(caller.register());
  const handover = holdHandover(world);
  await done(caller.post());
  await scheduler.run(scheduler.time + 60_000, handover.begun);
  void world.fetch('DELETE', `/members/${userId}`); // its caller waits no longer
  await scheduler.run(scheduler.time + 1_000);
  let isErased = false;
  void world.fetch('DELETE', `/members/${userId}`).then(() => {
    isErased = true;
  });
  await scheduler.run(scheduler.time + 1_000);
  expect(isErased).toBe(false);
  handover.release();
  await scheduler.run(scheduler.time + 60_000); // a request of the pass may be in work for a while
  expect(isErased).toBe(true);
  expect(await done(world.fetch('GET', `/passes/${passId}`))).toMatchObject({ status: 404 });
});

test('points of a member that is registered anew while those of before are on their way reach its new pass', async () => {
  const { scheduler, world, done } = newWorld();
  const caller = new MemberCaller(world, 'U1', 'C1');
  await done(caller.register());
  const handover = holdHandover(world);
  await done(caller.post());
  await scheduler.run(scheduler.time + 60_000, handover.begun);
  // C1 was closed, and leaves.
  const forgotten = world.call(shardOf('U1', world.shards), 'forgetLeavingPass', ['U1', 'C1']);
  await scheduler.run(scheduler.time + 1_000);
  const body = JSON.stringify({ passId: 'C2', merchantId: 'M1', openingPoints: 70 });
  expect(await done(world.fetch('PUT', '/members/U1', body))).toMatchObject({ status: 200 });
  handover.release();
  await done(forgotten);
  await scheduler.run(scheduler.time + 60_000);
  expect(await done(world.fetch('GET', '/passes/C2'))).toMatchObject({ status: 200, body: { state: 'delivered' } });
  expect(await done(world.fetch('GET', '/members/U1'))).toMatchObject({
    body: { passId: 'C2', points: 70, pending: 0 },
  });
});

test('what an erased member has in flight on a pass of someone else is given up, and nothing overtakes it', async () => {
  const { scheduler, world, done } = newWorld();
  const sent: (string | undefined)[] = [];
  let refuse = (): void => undefined;
  vi.spyOn(world.gateway, 'receive').mockImplementation(async ({ userId }) => {
    sent.push(userId);
    if (userId === 'U1') {
      await new Promise<void>((resolve) => {
        refuse = resolve;
      });
      throw new ResultNotSuccess({ resultCode: 'PARAM_ILLEGAL', resultStatus: 'F' }, 't1');
    }
    const resultInfo = { resultCode: 'SUCCESS', resultStatus: 'S' } as const;
    return { resultInfo, tracerId: 't2', responseTime: '', encrypted: false };
  });
  const put = (userId: string) =>
    done(world.fetch('PUT', '/passes/P1', JSON.stringify({ merchantId: 'M1', userId, points: 1 })));
  await put('U1');
  await scheduler.run(scheduler.time + 5_000, () => sent.length > 0);
  await put('U2');
  await done(world.fetch('DELETE', '/members/U1'));
  refuse();
  await scheduler.run(scheduler.time + 3_000);
  expect(sent).toEqual(['U1']); // it may still be in work
  await scheduler.run(scheduler.time + 60_000);
  expect(sent).toEqual(['U1', 'U2']);
  expect(await done(world.fetch('GET', '/passes/P1'))).toMatchObject({ body: { delivered: 2, deadLetters: [] } });
});
