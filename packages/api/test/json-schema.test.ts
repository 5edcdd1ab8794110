import * as v from 'valibot';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { allOf, object, record } from '../src/json-schema.ts';

const vName = object(v.looseObject({ name: v.string('a string') }));

/** Path and message of each issue. */
const issues = (schema: v.GenericSchema, value: unknown) =>
  v.safeParse(schema, value).issues?.map((issue) => [v.getDotPath(issue), issue.message]);

describe('object', () => {
  test.each([
    ['a list', [], 'an object, not a list'],
    ['a list with the fields', Object.assign([], { name: 'a' }), 'an object, not a list'],
    ['null', null, 'an object'],
    ['a string', 'name', 'an object'],
    ['undefined', undefined, 'an object'],
  ])('refuses %s', (_, value, message) => {
    expect(issues(vName, value)).toEqual([[null, message]]);
    expect(issues(v.object({ at: v.array(vName) }), { at: [value] })).toEqual([['at.0', message]]);
  });

  test('checks the fields with the inner schema', () => {
    expect(v.parse(vName, { name: 'a', more: 1 })).toEqual({ name: 'a', more: 1 });
    expect(issues(vName, { name: 1 })).toEqual([['name', 'a string']]);
    expectTypeOf<v.InferInput<typeof vName>>().toExtend<{ name: string }>();
    expectTypeOf<v.InferOutput<typeof vName>['name']>().toEqualTypeOf<string>();
  });
});

describe('record', () => {
  const vPoints = record(v.number('a number'));

  test.each(['points', 'constructor', 'prototype', '__proto__', 'toString'])('checks a field named %s', (name) => {
    expect(v.is(vPoints, JSON.parse(`{"${name}":1}`))).toBe(true);
    expect(issues(vPoints, JSON.parse(`{"a":1,"${name}":"1"}`))).toEqual([[name, 'a number']]);
  });

  test('refuses a list and null, and accepts an empty object', () => {
    expect(issues(vPoints, [1])).toEqual([[null, 'an object, not a list']]);
    expect(issues(vPoints, null)).toEqual([[null, 'an object']]);
    expect(v.is(vPoints, {})).toBe(true);
    expectTypeOf<v.InferInput<typeof vPoints>>().toEqualTypeOf<Record<string, number>>();
  });
});

describe('allOf', () => {
  const vPrice = object(v.object({ price: record(v.number('a number')) }));
  const vBoth = allOf([vName, vPrice]);

  test('returns the value unchanged, where intersect of valibot refuses it', () => {
    const value = { name: 'a', price: { constructor: 1 }, constructor: { a: 1 } };
    expect(v.parse(vBoth, value)).toBe(value);
    expect(v.is(v.intersect([vName, vPrice]), value)).toBe(false); // the reason for allOf
    expectTypeOf<v.InferInput<typeof vBoth>>().toExtend<{ name: string; price: Record<string, number> }>();
  });

  test('returns the issues of every schema', () => {
    expect(issues(vBoth, { name: 1, price: { a: '' } })).toEqual([
      ['name', 'a string'],
      ['price.a', 'a number'],
    ]);
    expect(issues(v.union([vBoth, v.null('null')], 'an object or null'), 1)).toEqual([[null, 'an object or null']]);
  });
});
