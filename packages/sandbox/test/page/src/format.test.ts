import { expect, test } from 'vitest';
import { formatDay, formatInstant } from '../../../page/src/format.ts';

const instant = Date.parse('2031-12-31T23:59:59+08:00');

test('an instant is shown in the time of Hong Kong, in either language', () => {
  expect(formatDay(instant, 'en')).toBe('31 Dec 2031');
  expect(formatDay(instant, 'zh')).toBe('2031年12月31日');
  expect(formatInstant(instant, 'en')).toMatch(/^31 Dec 2031,.*11:59:59/);
  expect(formatInstant(instant, 'zh')).toMatch(/^2031年12月31日.*11:59:59/);
});

test.each([Number.MAX_VALUE, Number.NaN, 8.64e15 + 1])('%d, which is no instant, is not shown', (value) => {
  expect(formatDay(value, 'en')).toBeUndefined();
  expect(formatInstant(value, 'zh')).toBeUndefined();
});
