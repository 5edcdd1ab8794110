/** JSON as callers write it: numbers that would change on their way are refused with their paths. */
import { describe, expect, test } from 'vitest';
import { Refused } from '../src/http/errors.ts';
import { checkMediaType, readJson } from '../src/http/json.ts';
import { linesOf } from '../src/http/ndjson.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const pathsOf = (text: string): string[] => {
  try {
    readJson(bytes(text));
    return [];
  } catch (error) {
    if (error instanceof Refused && error.code === 'RequestInvalid') return error.issues.map(({ path }) => path);
    throw error;
  }
};

test.each([
  '2024052221001234567',
  '1e400',
  '-1e400',
  '9007199254740993',
  '0.12345678901234567890',
  '1.0000000000000000001',
])('%s is refused', (number) => expect(pathsOf(`{"a":{"b":[1,${number}]}}`)).toEqual(['a.b.1']));

test.each([
  '0',
  '-0',
  '1',
  '-1',
  '9007199254740991',
  '9007199254740992',
  '0.1',
  '1e21',
  '1E+2',
  '100e-2',
  '1.50',
  '5e-324',
  '1e308',
])('%s is taken', (number) => expect(pathsOf(`{"a":${number}}`)).toEqual([]));

test('every number is named', () => {
  expect(pathsOf('{"points":1e400,"dataInfo":{"a":9007199254740993}}')).toEqual(['points', 'dataInfo.a']);
});

test('of thousands of numbers under a long name, 20 are named by the beginning of their paths, and the others counted', () => {
  const name = 'n'.repeat(30_000);
  expect(() => readJson(bytes(`{"${name}":[${Array(6_000).fill('1e400')}]}`))).toThrow(
    expect.objectContaining({
      code: 'RequestInvalid',
      issues: Array(20).fill({
        path: name.slice(0, 256),
        message: 'must be a number that a double holds exactly, or text',
      }),
      moreIssues: 5_980,
    }),
  );
});

test('a byte-order mark is ignored, before JSON and before lines', () => {
  expect(readJson(bytes('\ufeff{"a":1}'))).toEqual({ a: 1 });
  const lines = [...linesOf(bytes('\ufeff{}\r\n\n \t\n[]'))].map(({ number, bytes }) => [
    number,
    new TextDecoder().decode(bytes),
  ]);
  expect(lines).toEqual([
    [1, '{}\r'],
    [4, '[]'],
  ]);
});

describe('a media type', () => {
  const check = (headers: Record<string, string>) => () => checkMediaType(new Headers(headers), ['application/json']);

  test.each([
    'application/json',
    'application/json; charset=utf8',
    'Application/JSON;charset="UTF-8"',
    'application/json; charset=unicode-1-1-utf-8',
  ])('%j is accepted', (type) => expect(check({ 'Content-Type': type })).not.toThrow());

  test.each(['text/json', 'application/json; charset=latin1', 'application/json; charset=what'])(
    '%j is refused',
    (type) => {
      expect(check({ 'Content-Type': type })).toThrow('Content-Type must be application/json in UTF-8');
    },
  );

  test.each(['gzip', 'br', 'deflate, gzip'])('Content-Encoding %s is refused', (encoding) => {
    const headers = { 'Content-Type': 'application/json', 'Content-Encoding': encoding };
    expect(check(headers)).toThrow('Content-Encoding must be absent; the body must not be compressed');
  });
});
