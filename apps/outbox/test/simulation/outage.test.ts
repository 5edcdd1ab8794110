/** Recovery, in virtual time: how long what waited is late after an outage, a wrong key, or for one pass that fails alone. */
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { onlyS } from '../../simulation/gateway.ts';
import { waitingIn } from '../../simulation/invariants.ts';
import { PassCaller } from '../../simulation/pass-caller.ts';
import { start, vars } from '../../simulation/run.ts';
import { Scheduler } from '../../simulation/scheduler.ts';
import { World } from '../../simulation/world.ts';

beforeEach(() => void vi.spyOn(console, 'error').mockReturnValue(undefined));

const minute = 60_000;
const perSecond = Number(vars.RATE_PER_SECOND);

/** Changes that come evenly while nothing gets through. */
async function during(world: World, passes: number, minutes: number) {
  const { scheduler } = world;
  for (let n = 0; n < passes; n += 1) {
    const caller = new PassCaller(world, `P${n}`);
    scheduler.after(scheduler.between(0, minutes * minute * 0.9), 'put', () => void caller.put());
  }
  await scheduler.run(start + minutes * minute);
}

describe.each(['outage', 'wrongKey'] as const)('after %s', (kind) => {
  test.each([
    [1, 300],
    [20, 2_000],
    [60, 2_000],
    [60, 3],
  ])(
    'of %i minutes, of %i passes 99 in 100 are delivered within two minutes and their time at the rate',
    { timeout: 60_000 },
    async (minutes, passes) => {
      const scheduler = new Scheduler(minutes + passes, start);
      const world = new World(scheduler, vars);
      world.gateway.replies = { ...onlyS, [kind]: true };
      await during(world, passes, minutes);
      expect(await waitingIn(world)).toBe(passes);
      const { requests } = world.gateway;
      // A handful to find out, then a probe at a time, at pauses of at most thirty seconds.
      if (passes > 100) expect(requests).toBeLessThan(world.shards * (20 + minutes * 4));
      world.gateway.replies = onlyS;
      await scheduler.run(scheduler.time + 2 * minute + (passes / perSecond) * 1_000);
      expect(await waitingIn(world)).toBeLessThanOrEqual(passes / 100);
      expect(world.gateway.problems).toEqual([]);
      expect(world.events.get('dead')).toBeUndefined();
    },
  );
});

test('a pass that fails alone backs off alone: the breaker stays closed and the others are delivered at once', {
  timeout: 60_000,
}, async () => {
  const scheduler = new Scheduler(5, start);
  const world = new World(scheduler, vars);
  const { receive } = world.gateway;
  vi.spyOn(world.gateway, 'receive').mockImplementation((update, from) => {
    world.gateway.replies = { ...onlyS, unknown: update.passId === 'P0' ? 1 : 0 };
    return receive.call(world.gateway, update, from);
  });
  const callers = Array.from({ length: 50 }, (_, n) => new PassCaller(world, `P${n}`));
  for (const caller of callers) scheduler.after(scheduler.between(0, 30 * minute), 'put', () => void caller.put());
  await scheduler.run(start + 31 * minute);
  expect(world.events.get('alert BreakerOpen')).toBeUndefined();
  expect(await waitingIn(world)).toBeLessThanOrEqual(1);
});
