import { expect, test } from 'vitest';
import { HeaderInvalid } from '../../src/index.ts';
import { keysFor, latestFirst, signingKey } from '../../src/keys/key-ring.ts';
import { refusalOf } from '../fixture.ts';

const [first, second, unversioned] = [{ keyVersion: '1' }, { keyVersion: '2' }, {}];

test('an empty ring is the caller’s mistake', () => {
  const empty = [] as unknown as [object];
  expect(() => latestFirst(empty)).toThrow(new TypeError('key ring: expected at least one key, received none'));
  expect(() => signingKey(empty, undefined)).toThrow(TypeError);
  expect(() => keysFor('Signature', empty, undefined)).toThrow(TypeError);
});

test('a version that no key of ours has cannot sign: a key without a version stands for none of ours', () => {
  for (const ring of [first, unversioned, [first, unversioned] as const]) {
    expect(() => signingKey<typeof unversioned>(ring, '2')).toThrow(
      new TypeError('keyVersion: expected a version of privateKey, received 2'),
    );
  }
});

test('a header that names a version which no key of theirs has is refused', async () => {
  for (const header of ['Signature', 'Encrypt'] as const) {
    const refusal = await refusalOf(() => keysFor(header, [first, second], '3'));
    expect(refusal).toBeInstanceOf(HeaderInvalid);
    expect(refusal).toMatchObject({ header, message: `${header}: expected a keyVersion that is configured` });
  }
});

test('the latest of a ring is its last, and the ring is left as it was', () => {
  const ring = Object.freeze(['1', '2', '3'] as const);
  expect(latestFirst<string>(ring)).toEqual(['3', '2', '1']);
  expect(latestFirst('1')).toEqual(['1']);
});

test('the latest signs unless a version is named', () => {
  expect(signingKey([first, second], undefined)).toBe(second);
  expect(signingKey([first, second], '1')).toBe(first);
  expect(signingKey(unversioned, undefined)).toBe(unversioned);
});

test('a header means the version that it names, or those without one; without a name it means all, the latest first', () => {
  expect(keysFor('Signature', [first, second], '1')).toEqual([first]);
  expect(keysFor('Signature', [first, unversioned], '2')).toEqual([unversioned]);
  expect(keysFor('Signature', [first, second], undefined)).toEqual([second, first]);
});
