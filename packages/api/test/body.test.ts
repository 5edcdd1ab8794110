import { DecryptionFailed, RSA_AES } from '@alipayhk-pass/message-security';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { check, isEncrypted, readJson, withResultInfo } from '../src/body.ts';
import { createClient } from '../src/index.ts';
import { clientOptions, replying, success, update } from './fixtures.ts';
import { gatewayWith, resultOf, sealUpdate } from './gateway-fixture.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text).buffer;
const nested = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

describe('readJson', () => {
  const notJson = ['passId=1', '', '{"a":1'];

  test.each(notJson)('returns an issue for a plain body of %j', (text) => {
    expect(readJson(bytesOf(text), false)).toEqual({ issues: [{ path: '', message: 'is not JSON in UTF-8' }] });
  });

  test.each(notJson)('throws DecryptionFailed for an encrypted body of %j', (text) => {
    expect(() => readJson(bytesOf(text), true)).toThrow(new DecryptionFailed());
  });

  test('returns an issue for JSON that is not UTF-8', () => {
    const { issues } = readJson(new Uint8Array([0x22, 0xff, 0x22]).buffer, false);
    expect(issues).toEqual([{ path: '', message: 'is not JSON in UTF-8' }]);
  });

  test('puts the tracer id on DecryptionFailed', () => {
    expect(() => readJson(bytesOf('<html>'), true, 'trace-1')).toThrow(
      expect.objectContaining({ tracerId: 'trace-1' }),
    );
  });

  test('ignores a byte-order mark (RFC 8259 §8.1)', () => {
    expect(readJson(bytesOf('\ufeff{"a":1}'), false)).toEqual({ value: { a: 1 } });
  });
});

test.each([
  ['result for resultInfo (A13)', { result: 1 }, { result: 1, resultInfo: 1 }],
  ['both', { result: 1, resultInfo: 2 }, { result: 1, resultInfo: 2 }],
  ['null for resultInfo', { result: 1, resultInfo: null }, { result: 1, resultInfo: 1 }],
  ['neither', { a: 1 }, { a: 1 }],
  ['no object', null, null],
])('withResultInfo reads a reply with %s', (_, value, expected) => {
  expect(withResultInfo(value)).toEqual(expected);
});

test.each([
  ['algorithm=RSA_AES', true],
  ['', false],
  [undefined, false],
])('isEncrypted for an Encrypt header of %j is %s', (header, expected) => {
  expect(isEncrypted({ headers: new Headers(header === undefined ? {} : { Encrypt: header }) })).toBe(expected);
});

test.each([64, 65, 5000])('check refuses a value of %i levels only above 64', (levels) => {
  const { issues } = check(v.unknown(), JSON.parse(nested(levels)));
  expect(issues).toEqual(levels > 64 ? [{ path: '', message: 'nests deeper than 64 levels' }] : undefined);
});

test.each([
  ['a byte-order mark', `\ufeff${JSON.stringify({ resultInfo: success })}`],
  ['result for resultInfo (A13)', JSON.stringify({ result: success })],
  ['result beside a resultInfo of null', JSON.stringify({ resultInfo: null, result: success })],
])('updatePass reads a reply with %s', async (_, body) => {
  const { resultInfo } = await createClient(clientOptions(replying({ body }))).updatePass(update);
  expect(resultInfo).toEqual(success);
});

test.each([undefined, RSA_AES])('a gateway reads a body with a byte-order mark; encryption %o', async (encryption) => {
  const { fetch, refusals } = gatewayWith();
  const request = await sealUpdate({ body: `\ufeff${JSON.stringify(update)}` }, { encryption });
  expect(await resultOf(await fetch(request.clone()), request)).toMatchObject(success);
  expect(refusals).toEqual([]);
});
