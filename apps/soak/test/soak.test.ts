// The short form of the fault run: the real Workers, killed for real.
import { expect, test } from 'vitest';
import { faultRun } from '../src/fault-run/run.ts';
import { violationsOf } from '../src/fault-run/violations.ts';

test('200 updates of 20 passes, through faults and kills: nothing lost, nothing reordered', {
  timeout: 360_000,
}, async () => {
  const size = { seed: 'short', updates: 200, passes: 20, kills: 3, gatewayKills: 0, rate: 0.4 };
  const { history, tries, refused } = await faultRun({ ...size, limit: 150_000 });
  expect(violationsOf(history)).toEqual([]);
  // That it was put to the test at all: every change was put, faults were met, and kills lost replies.
  expect(history.accepted.length + refused).toBe(203);
  expect(history.passes.filter(({ closed }) => closed)).toHaveLength(3);
  expect(new Set(history.received.map(({ fault }) => fault)).size).toBeGreaterThan(8);
  expect(tries).toBeGreaterThan(203);
});
