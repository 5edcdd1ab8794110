import { expect, test } from 'vitest';
import { HeaderInvalid } from '../../src/index.ts';
import { keysFor, latestFirst, signingKey } from '../../src/keys/key-ring.ts';
import { refusalOf } from '../fixture.ts';

const [first, second, unversioned] = [{ keyVersion: '1' }, { keyVersion: '2' }, {}];

test('an empty ring is a TypeError', () => {
  const empty = [] as unknown as [object];
  expect(() => latestFirst(empty)).toThrow(new TypeError('the key ring is empty; expected at least one key'));
  expect(() => signingKey(empty, undefined)).toThrow(TypeError);
  expect(() => keysFor('Signature', empty, undefined)).toThrow(TypeError);
});

test('signingKey throws TypeError for a version that no key has, also beside a key without a version', () => {
  for (const ring of [first, unversioned, [first, unversioned] as const]) {
    expect(() => signingKey<typeof unversioned>(ring, '2')).toThrow(new TypeError('privateKey has no keyVersion 2'));
  }
});

test('keysFor throws HeaderInvalid for a version that no key has', async () => {
  for (const header of ['Signature', 'Encrypt'] as const) {
    const refusal = await refusalOf(() => keysFor(header, [first, second], '3'));
    expect(refusal).toBeInstanceOf(HeaderInvalid);
    expect(refusal).toMatchObject({
      header,
      stage: header === 'Encrypt' ? 'decryption' : 'signature',
      message: `${header} header names a keyVersion that is not configured`,
    });
  }
});

test('latestFirst returns the keys in reverse order and does not change the ring', () => {
  const ring = Object.freeze(['1', '2', '3'] as const);
  expect(latestFirst<string>(ring)).toEqual(['3', '2', '1']);
  expect(latestFirst('1')).toEqual(['1']);
});

test('signingKey returns the latest key unless a version is named', () => {
  expect(signingKey([first, second], undefined)).toBe(second);
  expect(signingKey([first, second], '1')).toBe(first);
  expect(signingKey(unversioned, undefined)).toBe(unversioned);
});

test('keysFor returns the version named and keys without a version, or every key when none is named', () => {
  expect(keysFor('Signature', [first, second], '1')).toEqual([first]);
  expect(keysFor('Signature', [first, unversioned], '2')).toEqual([unversioned]);
  expect(keysFor('Signature', [first, second], undefined)).toEqual([second, first]);
});
