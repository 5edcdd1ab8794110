import { expect, test } from 'vitest';
import { pieces, withoutEnd } from '../src/text.ts';

test.each([
  ['', []],
  ['abc', ['ab', 'c']],
  ['abcd', ['ab', 'cd']],
])('pieces cuts %j into two characters each', (text, expected) => {
  expect(pieces(text, 2)).toEqual(expected);
});

test.each([
  ['', ''],
  ['===', ''],
  ['a=b==', 'a=b'],
  ['ab', 'ab'],
])('withoutEnd takes the equals signs off the end of %j', (text, expected) => {
  expect(withoutEnd(text, '=')).toBe(expected);
});
