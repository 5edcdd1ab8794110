import { describe, expect, test } from 'vitest';
import { findLosses } from '../src/json-values.ts';

describe('findLosses', () => {
  class Price {
    get cent() {
      return 800;
    }
  }
  const left = 'must be an object without fields that JSON leaves out, such as getters of a class';
  const whole = 'must be a whole number of at most 2^53 - 1, or a string of digits';
  test.each<[title: string, value: unknown, path: string, message: string]>([
    ['NaN', { points: Number.NaN }, 'points', 'must be a finite number'],
    ['Infinity', { points: Number.POSITIVE_INFINITY }, 'points', 'must be a finite number'],
    ['an unsafe whole number', { endDate: 2 ** 53 + 1 }, 'endDate', whole],
    ['an unsafe negative whole number', { points: -(2 ** 53) }, 'points', whole],
    ['a whole number in exponent notation', { points: 1e300 }, 'points', whole],
    ['a bigint', { points: 1n }, 'points', 'must be a JSON value, not a bigint'],
    ['a function', { points: () => 1 }, 'points', 'must be a JSON value, not a function'],
    ['a symbol', { points: Symbol('1') }, 'points', 'must be a JSON value, not a symbol'],
    ['undefined in a list', { tags: ['a', undefined] }, 'tags.1', 'must be a JSON value, not undefined'],
    ['a gap in a list', { tags: Array(2) }, 'tags', 'must be a list without gaps'],
    ['a list with a named field', { tags: Object.assign([1], { more: 1 }) }, 'tags', 'must be a list without gaps'],
    ['a Map', { price: new Map([['cent', 800]]) }, 'price', 'must be a plain object, not a Map'],
    ['a Set', { tags: new Set(['a']) }, 'tags', 'must be a plain object, not a Set'],
    ['bytes', { code: new Uint8Array(2) }, 'code', 'must be a plain object, not a Uint8Array'],
    ['a boxed number', { points: Object(1) }, 'points', 'must be a plain object, not a Number'],
    ['a Date', { endDate: new Date(0) }, 'endDate', 'must be an object without toJSON'],
    ['an object with toJSON', { price: { toJSON: () => 1 } }, 'price', 'must be an object without toJSON'],
    ['an inherited field', { price: Object.create({ cent: 800 }) }, 'price', left],
    ['a getter of a class', { price: new Price() }, 'price', left],
    ['a getter of its base class', { price: new (class extends Price {})() }, 'price', left],
    ['a field that is not enumerable', { price: Object.defineProperty({}, 'cent', { value: 800 }) }, 'price', left],
    ['a nested value', { dataInfo: { a: [{ b: [[Number.NaN]] }] } }, 'dataInfo.a.0.b.0.0', 'must be a finite number'],
    ['a value at the top', 1n, '', 'must be a JSON value, not a bigint'],
  ])('returns the path and what was expected for %s', (_, value, path, message) => {
    expect(findLosses(value)).toEqual([{ path, message }]);
  });

  test('cuts a path and replaces its control characters', () => {
    const [issue] = findLosses({ ['a\n'.repeat(1000)]: Number.NaN });
    expect(issue?.path).toBe('a\ufffd'.repeat(128));
  });

  test('returns an issue for every value that JSON cannot carry', () => {
    expect(findLosses({ a: Number.NaN, b: 1, c: [1n, 2n] }).map(({ path }) => path)).toEqual(['a', 'c.0', 'c.1']);
  });
});

test.each<[title: string, value: unknown]>([
  ['the largest whole numbers', [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]],
  ['fractions, and 1.0', [0.1, -1e-300, 1.0, 5e15 + 0.5]],
  ['texts, lone surrogates among them', ['', '🎫', '\ud800']],
  ['null, true and false', [null, true, false]],
  ['lists and objects', { a: [], b: {}, c: [[{ d: [1] }]] }],
  ['an object without a prototype', Object.assign(Object.create(null), { a: 1 })],
])('findLosses returns nothing for %s, which JSON carries unchanged', (_, value) => {
  expect(findLosses(value)).toEqual([]);
  expect(JSON.parse(JSON.stringify(value))).toEqual(value);
});

test('findLosses skips undefined fields, and reads the own fields of a class instance', () => {
  class Card {
    points = 1;
    level = undefined;
    #secret = 1;
    set name(_: string) {}
    secret() {
      return this.#secret;
    }
  }
  expect(findLosses(new Card())).toEqual([]);
  expect(JSON.stringify(new Card())).toBe('{"points":1}');
});
