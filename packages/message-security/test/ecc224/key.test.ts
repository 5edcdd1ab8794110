import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { inspect } from 'node:util';
import { keys } from '@alipayhk-pass/spec/vectors/ecc224';
import { expect, expectTypeOf, test } from 'vitest';
import { type Ecc224Options, importEcc224PrivateKey, importEcc224PublicKey } from '../../src/ecc224.ts';
import type { PrivateKey, PublicKey } from '../../src/index.ts';
import { concat, fromHex, noise, refusalOf, toHex, utf8 } from '../fixture.ts';

const { merchant, stranger } = keys;
const data = utf8('what is signed');

// -------------------------------------------------------------------------------------------------------- refusals

const p256 = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

test.each<[unknown, string]>([
  [merchant.publicKey, 'a public key'],
  [p256.privateKey, 'an EC key on P-256'],
  ['', 'empty text'],
  [undefined, 'undefined'],
  [null, 'null'],
  [5, 'number'],
  [{ kty: 'EC', crv: 'P-224' }, 'object'],
  [createPrivateKey(merchant.privateKey), 'object'],
])('as private key, what is wrong is said in words: %#', async (input, received) => {
  const refusal = await refusalOf(importEcc224PrivateKey(input as string));
  expect(refusal).toBeInstanceOf(TypeError);
  expect(refusal.message).toBe(`privateKey: expected an EC private key on P-224 (secp224r1), received ${received}`);
});

test.each<[unknown, string]>([
  [merchant.privateKey, 'a private key'],
  [p256.publicKey, 'an EC key on P-256'],
  [undefined, 'undefined'],
  [null, 'null'],
])('as public key, what is wrong is said in words: %#', async (input, received) => {
  const refusal = await refusalOf(importEcc224PublicKey(input as string));
  expect(refusal).toBeInstanceOf(TypeError);
  expect(refusal.message).toBe(`publicKey: expected an EC public key on P-224 (secp224r1), received ${received}`);
});

test.each<[Record<string, unknown>, string]>([
  [{ digest: 'SHA-1' }, 'digest: expected SHA-224 or SHA-256'],
  [{ digest: 'sha-256' }, 'digest: expected SHA-224 or SHA-256'],
  [{ digest: 'toString' }, 'digest: expected SHA-224 or SHA-256'],
  [{ digest: null }, 'digest: expected SHA-224 or SHA-256'],
  [{ encoding: 'der' }, 'encoding: expected DER or IEEE-P1363'],
  [{ encoding: 'constructor' }, 'encoding: expected DER or IEEE-P1363'],
  [{ encoding: 5 }, 'encoding: expected DER or IEEE-P1363'],
  [{ keyVersion: '' }, 'keyVersion: expected letters, digits, dot, dash or underscore'],
  [{ keyVersion: '1, signature=x' }, 'keyVersion: expected letters, digits, dot, dash or underscore'],
])('the option %j is refused', async (options, text) => {
  for (const refusal of [
    await refusalOf(importEcc224PrivateKey(merchant.privateKey, options as Ecc224Options)),
    await refusalOf(importEcc224PublicKey(merchant.publicKey, options as Ecc224Options)),
  ]) {
    expect(refusal).toBeInstanceOf(TypeError);
    expect(refusal.message).toBe(text);
  }
});

test('no signature, whatever its bytes, makes verifying throw', async () => {
  for (const encoding of ['DER', 'IEEE-P1363'] as const) {
    const key = await importEcc224PublicKey(merchant.publicKey, { encoding });
    for (let length = 0; length < 80; length++) {
      expect(await key.verify(noise(length), data)).toBe(false);
      expect(await key.verify(new Uint8Array(length), data)).toBe(false);
      expect(await key.verify(new Uint8Array(length).fill(0xff), data)).toBe(false);
      expect(await key.verify(concat(Uint8Array.of(0x30), noise(length)), data)).toBe(false);
    }
  }
});

test('a signature with one bit changed, in whichever byte, is refused', async () => {
  for (const encoding of ['DER', 'IEEE-P1363'] as const) {
    const signature = await (await importEcc224PrivateKey(merchant.privateKey, { encoding })).sign(data);
    const key = await importEcc224PublicKey(merchant.publicKey, { encoding });
    expect(await key.verify(signature, data)).toBe(true);
    for (const [at, byte] of signature.entries()) {
      const changed = signature.slice();
      changed[at] = byte ^ (1 << (at % 8));
      expect(await key.verify(changed, data)).toBe(false);
    }
  }
});

test('what is signed over one digest does not verify over the other, nor in the other encoding', async () => {
  const options: Ecc224Options[] = [
    {},
    { digest: 'SHA-256' },
    { encoding: 'IEEE-P1363' },
    { digest: 'SHA-256', encoding: 'IEEE-P1363' },
  ];
  for (const [i, ours] of options.entries()) {
    const signature = await (await importEcc224PrivateKey(merchant.privateKey, ours)).sign(data);
    for (const [j, theirs] of options.entries()) {
      expect(await (await importEcc224PublicKey(merchant.publicKey, theirs)).verify(signature, data)).toBe(i === j);
    }
    expect(await (await importEcc224PublicKey(stranger.publicKey, ours)).verify(signature, data)).toBe(false);
  }
});

// -------------------------------------------------------------------------------------------------- what is returned

test('handles are message-security’s interfaces', () => {
  expectTypeOf(importEcc224PrivateKey).returns.toEqualTypeOf<Promise<PrivateKey>>();
  expectTypeOf(importEcc224PublicKey).returns.toEqualTypeOf<Promise<PublicKey>>();
  expectTypeOf<'SHA-512'>().not.toExtend<Ecc224Options['digest']>();
});

test('a handle says its algorithm and its version, and cannot be changed', async () => {
  for (const options of [{}, { keyVersion: '2' }]) {
    for (const key of [
      await importEcc224PrivateKey(merchant.privateKey, options),
      await importEcc224PublicKey(merchant.publicKey, options),
    ]) {
      expect(key).toMatchObject({ algorithm: 'ECC224', keyVersion: options.keyVersion });
      expect(Object.isFrozen(key)).toBe(true);
    }
  }
});

test('nothing that prints, copies or lists a private key shows its number', async () => {
  const key = await importEcc224PrivateKey(merchant.privateKey);
  await key.sign(data);
  const jwkNumber = createPrivateKey(merchant.privateKey).export({ type: 'sec1', format: 'der' }).subarray(7, 35);
  const seen = [
    inspect(key, { depth: null, showHidden: true, getters: true }),
    JSON.stringify(key),
    JSON.stringify({ ...key }),
    String(key),
    Object.values(Object.getOwnPropertyDescriptors(key))
      .map(({ value }) => inspect(value, { showHidden: true, depth: null }))
      .join(),
    key.sign.toString(),
  ].join('\n');
  for (const spelling of [
    jwkNumber.toString('hex'),
    jwkNumber.toString('base64').replace(/=+$/, ''),
    BigInt(`0x${jwkNumber.toString('hex')}`).toString(),
    [...jwkNumber].join(', '),
  ]) {
    expect(seen.toLowerCase()).not.toContain(spelling.toLowerCase());
  }
  expect(() => structuredClone(key)).toThrow();
  expect(Object.keys(key)).toEqual(['algorithm', 'keyVersion', 'sign']);
});

test('a refused private key is not in its error', async () => {
  const number = '0123456789abcdef0123456789abcdef0123456789abcdef01234567';
  const sec1 = fromHex(`3068020101041c${number}a00706052b81040021a13c033a00${'04'}${'11'.repeat(56)}`);
  const refusal = await refusalOf(importEcc224PrivateKey(Buffer.from(sec1).toString('base64')));
  expect(refusal.message).toContain('not on P-224');
  expect(inspect(refusal, { depth: null, showHidden: true })).not.toContain(number);
  expect(inspect(refusal, { depth: null, showHidden: true })).not.toContain(BigInt(`0x${number}`).toString());
});

test('signing is deterministic, and s is not made low', async () => {
  const order = 0xffffffffffffffffffffffffffff16a2e0b8f03e13dd29455c5c2a3dn;
  const key = await importEcc224PrivateKey(merchant.privateKey, { encoding: 'IEEE-P1363' });
  const highs = [];
  for (let i = 0; i < 64; i++) {
    const signature = await key.sign(utf8(`message ${i}`));
    expect(await key.sign(utf8(`message ${i}`))).toEqual(signature);
    expect(signature.length).toBe(56);
    highs.push(BigInt(`0x${toHex(signature.subarray(28))}`) > order / 2n);
  }
  expect(new Set(highs)).toEqual(new Set([true, false]));
});

test('data of any length is signed and verified, none and a mebibyte included', async () => {
  const privateKey = await importEcc224PrivateKey(merchant.privateKey);
  const publicKey = await importEcc224PublicKey(merchant.publicKey);
  for (const content of [new Uint8Array(), noise(1), noise(8193), new Uint8Array(2 ** 20).fill(7)]) {
    const signature = await privateKey.sign(content);
    expect(await publicKey.verify(signature, content)).toBe(true);
  }
});
