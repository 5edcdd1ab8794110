// The figures and tables of reports.
import { expect, test } from 'vitest';
import { median, quantile, table, welch } from '../src/report.ts';

test.each([
  [0, 1],
  [0.5, 3],
  [0.9, 5],
  [1, 5],
])('quantile %d of 1 to 5 is %d', (part, expected) => {
  expect(quantile([5, 3, 1, 2, 4], part)).toBe(expected);
});

test('quantile and median throw TypeError for an empty sample', () => {
  expect(() => quantile([], 0.5)).toThrow(new TypeError('sample is empty; expected at least one value'));
  expect(() => median([])).toThrow(TypeError);
});

// The figures are those of Python's statistics module: sqrt(variance(a) / 4 + variance(b) / 3).
test('welch gives the difference of the means and its t', () => {
  const { difference, standardError, t } = welch([2, 4, 6, 9], [1, 2, 3]);
  expect(difference).toBe(3.25);
  expect(standardError).toBeCloseTo(1.6007810593582121, 12);
  expect(t).toBeCloseTo(2.030258904551879, 12);
});

test('table pads each column, the first on the right, the others on the left', () => {
  expect(table([['a', 'b', 'long'], ['first', '1', '2'], ['x']])).toBe(
    ['| a     | b | long |', '|-------|--:|-----:|', '| first | 1 |    2 |', '| x     |   |      |'].join('\n'),
  );
});
