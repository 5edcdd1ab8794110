/** Moves to more and to fewer shards while callers go on, objects end at any await, and calls and replies are lost. */
import { beforeEach, expect, test, vi } from 'vitest';
import { type Batches, sendBatch } from '../../simulation/batch-caller.ts';
import { endOf } from '../../simulation/invariants.ts';
import { MemberCaller } from '../../simulation/member-caller.ts';
import { Operator } from '../../simulation/operator.ts';
import { PassCaller } from '../../simulation/pass-caller.ts';
import { start, vars } from '../../simulation/run.ts';
import { Scheduler } from '../../simulation/scheduler.ts';
import { noFaults, World } from '../../simulation/world.ts';
import { shardOf } from '../../src/shard/route.ts';

/** Milliseconds for which one phase may take. */
const longest = 600_000;

function newWorld(seed: number) {
  const scheduler = new Scheduler(seed, start);
  const world = new World(scheduler, vars);
  const callers = Array.from({ length: 60 }, (_, n) => new PassCaller(world, `P${n}`));
  const members = Array.from({ length: 12 }, (_, n) => new MemberCaller(world, `U${n}`, `C${n}`));
  const until = async (work: Promise<unknown>) => {
    let isDone = false;
    void work.then(() => {
      isDone = true;
    });
    await scheduler.run(scheduler.time + longest, () => isDone);
    expect(isDone).toBe(true);
  };
  return { scheduler, world, callers, members, until };
}

/** Steps of a move, however often one fails, until it is done. */
async function move(world: World, to: number): Promise<void> {
  for (;;) {
    const reply = await world.fetch('POST', `/shards/move?to=${to}`);
    if ((reply?.body as { done?: boolean } | undefined)?.done) break;
    await world.scheduler.wait(200, 'next step');
  }
  world.deploy(to);
}

beforeEach(() => void vi.spyOn(console, 'error').mockReturnValue(undefined));

/** Erases a member, however often that fails. */
async function erase(world: World, userId: string): Promise<void> {
  while ((await world.fetch('DELETE', `/members/${userId}`))?.status !== 404) {
    await world.scheduler.wait(1_000, 'once more');
  }
}

test('a Worker deployed with more shards before the move: the new ones take nothing in that the move would overwrite', async () => {
  const { world, until } = newWorld(1);
  const passId = Array.from({ length: 100 }, (_, n) => `N${n}`).find((id) => shardOf(id, 5) > 2) ?? '';
  const caller = new PassCaller(world, passId);
  await until(caller.put());
  world.deploy(5);
  const body = JSON.stringify({ merchantId: 'M1', userId: 'U1', points: 9 });
  let reply: Awaited<ReturnType<World['fetch']>>;
  const early = async (path: string, method: string) => {
    reply = await world.fetch(method, path, method === 'PUT' ? body : undefined);
  };
  await until(early(`/passes/${passId}`, 'PUT'));
  expect(reply).toMatchObject({ status: 503, body: { error: { code: 'ShardsMismatch' } } });
  await until(early('/metrics', 'GET').catch(() => undefined)); // it asks every shard
  world.deploy(3);
  await until(move(world, 4));
  await until(early(`/passes/${passId}`, 'GET'));
  expect(reply).toMatchObject({ status: 200, body: { revision: 1 } });
});

test.each([1, 2, 3, 4])(
  '3 shards become 5 and 3 again, seed %i: nothing is lost or sent twice',
  { timeout: 60_000 },
  async (seed) => {
    const { scheduler, world, callers, members, until } = newWorld(seed);
    const batches: Batches = new Map();
    const erased = Array.from({ length: 10 }, (_, n) => new PassCaller(world, `E${n}`));
    await until(sendBatch(world, [...callers, ...erased], batches));
    await until(Promise.all(members.map((member) => member.register())));
    const work = (caller: { isBusy: boolean }, act: () => Promise<void>) => {
      if (caller.isBusy) return;
      caller.isBusy = true;
      void act().finally(() => {
        caller.isBusy = false;
      });
    };
    let isMoving = true;
    const go = (): void => {
      if (!isMoving) return;
      const pass = scheduler.pick(callers);
      const member = scheduler.pick(members);
      work(pass, () => pass.put());
      work(member, () => member.post());
      if (scheduler.chance(0.1)) world.kill(scheduler.below(5));
      scheduler.after(scheduler.between(10, 100), 'go', go);
    };
    go();
    world.faults = { ...noFaults, lostCall: 0.01, lostReply: 0.01, slowDisk: 0.1 };
    for (const to of [5, 3]) {
      await scheduler.run(scheduler.time + 20_000);
      await until(move(world, to));
      await until(Promise.all(erased.map(({ passId }) => erase(world, `U-${passId}`))));
    }
    await scheduler.run(scheduler.time + 20_000);
    isMoving = false;
    world.faults = noFaults;
    await endOf({ world, callers, memberCallers: members, batches, operator: new Operator(world, callers) });
    expect(world.gateway.problems).toEqual([]);
    expect(callers.reduce((sum, { accepted }) => sum + accepted, 0)).toBeGreaterThan(200);
  },
);
