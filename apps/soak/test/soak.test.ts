// The short form of the fault run: the real Workers, killed for real.
import { expect, test } from 'vitest';
import { planOf } from '../src/fault-run/plan.ts';
import { faultRun } from '../src/fault-run/run.ts';
import { violationsOf } from '../src/fault-run/violations.ts';

test('200 updates, alone and in batches, 60 bills and adjustments, through faults and kills: nothing lost, nothing reordered', {
  timeout: 360_000,
}, async () => {
  const size = {
    seed: 'short',
    updates: 200,
    passes: 20,
    members: 6,
    postings: 60,
    kills: 3,
    gatewayKills: 0,
    rate: 0.4,
  };
  const { history, tries, refused } = await faultRun({ ...size, limit: 150_000 });
  expect(violationsOf(history)).toEqual([]);
  // That it was put to the test at all: every change was put, faults were met, and kills lost replies.
  const postings = history.members.flatMap((member) => member.postings);
  expect(postings).toHaveLength(60);
  const changes = postings.filter(({ points }) => points !== 0);
  expect(history.accepted.length + refused).toBe(203 + changes.length);
  expect(history.batches.length).toBeGreaterThan(5);
  expect(history.received.filter(({ billNo }) => billNo !== null).length).toBeGreaterThan(30);
  expect(history.passes.filter(({ closed }) => closed)).toHaveLength(3);
  expect(new Set(history.received.map(({ fault }) => fault)).size).toBeGreaterThan(8);
  const calls = planOf(size).steps.map((step) => ('kind' in step && step.isRepeated ? 2 : 1));
  expect(tries).toBeGreaterThan(calls.reduce((sum, count) => sum + count, 0));
});
