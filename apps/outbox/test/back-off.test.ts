import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backOff } from '../src/back-off.ts';

const pauses = { backOff: 1_000, unanswered: 5_000 };
const unknown = { kind: 'unknown' } as const;
const congested = { ...unknown, congested: true };

test.each([
  ['the first, least', 1, congested, 0, 1_000],
  ['the first, most', 1, congested, 1, 2_000],
  ['the fifth, middle', 5, unknown, 0.5, 16_500],
  ['the twelfth: an hour', 12, unknown, 1, 3_600_000],
  ['the thousandth: an hour', 1_000, unknown, 1, 3_600_000],
  ['it may be in work', 1, unknown, 1, 5_000],
  ['Retry-After', 1, { ...unknown, retryAfter: 7_000 }, 0, 7_000],
  ['Retry-After that is shorter', 5, { ...unknown, retryAfter: 1 }, 0.5, 16_500],
  ['Retry-After of a year: an hour', 1, { ...unknown, retryAfter: 3e10 }, 0, 3_600_000],
  ['nothing but a person mends it', 1, { ...unknown, slow: true }, 0, 60_000],
])('%s', (_, attempt, outcome, random, expected) => {
  expect(backOff(attempt, outcome, pauses, random)).toBe(expected);
});

test('never below the least pause, never above an hour, never less at a later attempt', () => {
  const unit = fc.double({ min: 0, max: 1, noNaN: true });
  const property = fc.property(
    fc.integer({ min: 1, max: 99_999 }),
    fc.integer({ min: 1 }),
    unit,
    (least, attempt, random) => {
      const options = { backOff: least, unanswered: 1 };
      const delay = backOff(attempt, unknown, options, random);
      expect(delay).toBeGreaterThanOrEqual(least);
      expect(delay).toBeLessThanOrEqual(3_600_000);
      expect(backOff(attempt + 1, unknown, options, random)).toBeGreaterThanOrEqual(delay);
    },
  );
  fc.assert(property);
});
