// The short form of the import run: the built command, killed for real, before the real Workers.
import { describe, expect, test } from 'vitest';
import type { Received } from '../src/fault-run/history.ts';
import { planImport } from '../src/import-run/plan.ts';
import { importRun } from '../src/import-run/run.ts';
import { importViolations } from '../src/import-run/violations.ts';

const size = { seed: 'short', lines: 1200, passes: 60, kills: 3, limit: 120_000 };

test.each(['gateway', 'outbox'] as const)(
  'an import of 1,200 lines into the %s, killed three times: every pass at its last state, none reordered',
  { timeout: 300_000 },
  async (target) => {
    const { violations, requests, done, doneBefore } = await importRun({ ...size, target });
    expect(violations).toEqual([]);
    // That it was put to the test at all: the kills left lines for the last run, and no run sent everything again.
    expect(done).toBeGreaterThan(0);
    expect(done + doneBefore).toBe(size.lines);
    expect(requests).toBeLessThan(size.lines + 100);
  },
);

test('the same seed brings the same file and the same kills', () => {
  expect(planImport(size)).toEqual(planImport(size));
  expect(planImport({ ...size, seed: 'other' })).not.toEqual(planImport(size));
});

describe('importViolations finds', () => {
  const lines = [10, 20, 30].map((points) => ({ passId: '1', points }));
  const received = (id: number, points: number, applied: number | null = id): Received => ({
    ...{
      id,
      passId: '1',
      points,
      applied,
      tracerId: null,
      fault: null,
      billNo: null,
      resultStatus: 'S',
      exchangeId: null,
    },
  });
  const all = [received(1, 10), received(2, 20), received(3, 30)];
  const passes = [{ passId: '1', points: 30, closed: false }];
  const rules = (...args: Parameters<typeof importViolations>) => importViolations(...args).map(({ rule }) => rule);

  test('nothing in an import as it should be, nor where a line was sent twice', () => {
    expect(rules(lines, all, passes, true)).toEqual([]);
    expect(rules(lines, [...all, received(4, 30)], passes, true)).toEqual([]);
  });

  test('a pass that is not at its last state', () => {
    expect(rules(lines, all, [{ passId: '1', points: 20, closed: false }], true)).toEqual(['lost']);
    expect(rules(lines, all, [], true)).toEqual(['lost']);
  });

  test('an older state that took effect after a newer one, also one that a newer one mends', () => {
    expect(rules(lines, [...all, received(4, 10), received(5, 30)], passes, true)).toEqual(['reordered']);
    expect(rules(lines, [...all, received(4, 10, null)], passes, true)).toEqual([]); // it took no effect
  });

  test('a line that never arrived, unless an outbox may have replaced it', () => {
    const without = all.filter(({ points }) => points !== 20);
    expect(rules(lines, without, passes, true)).toEqual(['skipped']);
    expect(rules(lines, without, passes, false)).toEqual([]);
  });
});
