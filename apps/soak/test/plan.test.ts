// What a seed says a run will do.
import { expect, test } from 'vitest';
import { planOf } from '../src/fault-run/plan.ts';

const size = { seed: 'a', updates: 200, passes: 20, kills: 3, gatewayKills: 1 };

test('the same seed brings the same plan, another one another', () => {
  expect(planOf(size)).toEqual(planOf(size));
  expect(planOf({ ...size, seed: 'b' }).steps).not.toEqual(planOf(size).steps);
});

test('a kill more changes no step', () => {
  expect(planOf({ ...size, kills: 4 }).steps).toEqual(planOf(size).steps);
});

test('the points of a pass grow, every pass has an update, and some are closed with an update still to come', () => {
  const { steps, passIds } = planOf(size);
  expect(steps.filter(({ points }) => points !== 'close')).toHaveLength(200);
  const byPass = Map.groupBy(steps, ({ passId }) => passId);
  expect(byPass.size).toBe(20);
  for (const steps of byPass.values()) {
    const points = steps.map(({ points }) => points).filter((each) => each !== 'close');
    expect(points).toEqual(points.toSorted((a, b) => a - b));
    expect(new Set(points).size).toBe(points.length);
  }
  const closedAt = (index: number): number[] =>
    (byPass.get(passIds[index] ?? '') ?? []).flatMap(({ points }, at, all) =>
      points === 'close' ? [all.length - 1 - at] : [],
    );
  expect([0, 8, 16].map(closedAt)).toEqual([[0], [1], [0]]);
});

test('the merchant is killed once more when every change was accepted', () => {
  const { kills, steps } = planOf(size);
  expect(kills.map(({ whom }) => whom).toSorted()).toEqual(['gateway', 'merchant', 'merchant', 'merchant']);
  expect(kills.at(-1)).toMatchObject({ whom: 'merchant', after: steps.length });
});
