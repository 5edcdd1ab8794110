// What a seed says a run will do.
import { expect, test } from 'vitest';
import { type Change, type Plan, planOf } from '../src/fault-run/plan.ts';

const size = { seed: 'a', updates: 200, passes: 20, members: 5, postings: 60, kills: 3, gatewayKills: 1 };

test('the same seed brings the same plan, another one another', () => {
  expect(planOf(size)).toEqual(planOf(size));
  expect(planOf({ ...size, seed: 'b' }).steps).not.toEqual(planOf(size).steps);
});

test('a kill more changes no step', () => {
  expect(planOf({ ...size, kills: 4 }).steps).toEqual(planOf(size).steps);
});

/** The changes of a plan, those in batches too. */
const changesOf = ({ steps }: Plan): Change[] =>
  steps.flatMap((step) => ('lines' in step ? step.lines : 'kind' in step ? [] : [step]));

test('the points of a pass grow, every pass has an update, and some are closed with an update still to come', () => {
  const plan = planOf(size);
  const changes = changesOf(plan);
  expect(changes.filter(({ points }) => points !== 'close')).toHaveLength(200);
  const byPass = Map.groupBy(changes, ({ passId }) => passId);
  expect(byPass.size).toBe(20);
  for (const changes of byPass.values()) {
    const points = changes.map(({ points }) => points).filter((each) => each !== 'close');
    expect(points).toEqual(points.toSorted((a, b) => a - b));
    expect(new Set(points).size).toBe(points.length);
  }
  const closedAt = (index: number): number[] =>
    (byPass.get(plan.passIds[index] ?? '') ?? []).flatMap(({ points }, at, all) =>
      points === 'close' ? [all.length - 1 - at] : [],
    );
  expect([0, 8, 16].map(closedAt)).toEqual([[0], [1], [0]]);
});

test('some updates go in batches, and none of these has a close', () => {
  const batches = planOf(size).steps.filter((step) => 'lines' in step);
  expect(batches.length).toBeGreaterThan(5);
  expect(batches.flatMap(({ lines }) => lines).filter(({ points }) => points === 'close')).toEqual([]);
});

test('a member has another total after each posting with points, and its postings are in order', () => {
  const { steps, members } = planOf(size);
  const postings = steps.filter((step) => 'kind' in step);
  expect(postings).toHaveLength(size.postings);
  expect(new Set(postings.map(({ kind }) => kind)).size).toBe(2);
  expect(postings.some(({ points }) => points < 0)).toBe(true);
  for (const { userId } of members) {
    let total = 0;
    const totals = new Set([0]);
    for (const posting of postings.filter((each) => each.userId === userId)) {
      total += posting.points;
      expect(posting.total).toBe(total);
      expect(total).toBeGreaterThanOrEqual(0);
      if (posting.points !== 0) expect(totals.has(total)).toBe(false);
      totals.add(total);
    }
  }
});

test('the merchant is killed once more when every change was accepted', () => {
  const { kills, steps } = planOf(size);
  expect(kills.map(({ whom }) => whom).toSorted()).toEqual(['gateway', 'merchant', 'merchant', 'merchant']);
  expect(kills.at(-1)).toMatchObject({ whom: 'merchant', after: steps.length });
});
