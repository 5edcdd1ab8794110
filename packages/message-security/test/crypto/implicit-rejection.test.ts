/**
 * The synthetic message against draft-irtf-cfrg-rsa-guidance-04 §7, done here once more from its text, in full and by
 * node:crypto alone.
 */
import { createHash, createHmac, createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { syntheticMessage } from '../../src/crypto/implicit-rejection.ts';
import type { RsaPrivateNumbers } from '../../src/crypto/rsa-numbers.ts';
import { type Bytes, concat, keys, noise, observed, privateNumbers, toHex, utf8 } from '../fixture.ts';

const { subtle } = crypto;
const twoBytes = (value: number): Bytes => Uint8Array.of(value >> 8, value & 255);
const hmac = (key: Uint8Array, data: Uint8Array): Bytes =>
  new Uint8Array(createHmac('sha256', key).update(data).digest());

const hashes = new Map<string, Uint8Array>();

/** KDK: HMAC of the ciphertext under the hash of the private exponent, as long as the modulus. */
function derivationKey(ciphertext: Bytes, pem: string): Bytes {
  let hash = hashes.get(pem);
  if (hash === undefined) {
    const d = Buffer.from(createPrivateKey(pem).export({ format: 'jwk' }).d ?? '', 'base64url');
    const exponent = concat(new Uint8Array(ciphertext.length - d.length), d);
    hash = createHash('sha256').update(exponent).digest();
    hashes.set(pem, hash);
  }
  return hmac(hash, ciphertext);
}

/** IRPRF(KDK, label, length): all of it. */
function prf(kdk: Bytes, label: string, length: number): Bytes {
  const chunks: Bytes[] = [];
  for (let i = 0; i * 32 < length; i++) chunks.push(hmac(kdk, concat(twoBytes(i), utf8(label), twoBytes(length * 8))));
  return concat(...chunks).slice(0, length);
}

/** Each of the 128 candidates that fits, in order. */
function fittingLengths(kdk: Bytes, size: number): { index: number; length: number }[] {
  const longest = size - 11;
  let mask = 1;
  while (mask < longest) mask = mask * 2 + 1;
  const bytes = prf(kdk, 'length', 256);
  return Array.from({ length: 128 }, (_, index) => ({
    index,
    length: (((bytes[index * 2] as number) << 8) | (bytes[index * 2 + 1] as number)) & mask,
  })).filter(({ length }) => length <= longest);
}

/** The whole synthetic message. */
function draftMessage(ciphertext: Bytes, pem: string): Bytes {
  const size = ciphertext.length;
  const kdk = derivationKey(ciphertext, pem);
  const length = fittingLengths(kdk, size).at(-1)?.length ?? 0;
  return prf(kdk, 'message', size).slice(size - length);
}

const endOf = (message: Bytes): string => `${message.length}: ${toHex(message.subarray(-32))}`;
const endIn = ({ length, tail }: { length: number; tail: Bytes }): string =>
  `${length}: ${toHex(tail.subarray(Math.max(0, 32 - length)))}`;

const pemOf = (modulusLength: number): string =>
  generateKeyPairSync('rsa', { modulusLength }).privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;

/** Sizes that divide by 32 and that do not; 267 is one of which hardly half the candidates fit, 268 nearly all. */
const pems: [size: number, pem: string][] = [
  [256, keys.gateway.privateKey],
  ...[257, 267, 268, 287, 384].map((size): [number, string] => [size, pemOf(size * 8)]),
];

describe.each(pems)('with a modulus of %i bytes', (size, pem) => {
  const numbers: RsaPrivateNumbers = privateNumbers(pem);

  test('length and last 32 bytes are the draft’s for 2,000 ciphertexts', async () => {
    const lengths = new Set<number>();
    for (let seed = 1; seed <= 2000; seed++) {
      const ciphertext = noise(size, seed);
      const message = draftMessage(ciphertext, pem);
      expect(endIn(await syntheticMessage(ciphertext, numbers, subtle))).toBe(endOf(message));
      lengths.add(message.length);
    }
    expect(lengths.size).toBeGreaterThan(240);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(size - 11);
  }, 60_000);

  test('every length that an AES key may have gives the draft’s message in full', async () => {
    const wanted = new Set([16, 24, 32]);
    for (let seed = 1; wanted.size > 0; seed++) {
      const ciphertext = new Uint8Array(size);
      new DataView(ciphertext.buffer).setUint32(0, seed);
      const message = draftMessage(ciphertext, pem);
      if (!wanted.delete(message.length)) continue;
      const { length, tail } = await syntheticMessage(ciphertext, numbers, subtle);
      expect(length).toBe(message.length);
      expect(tail.slice(32 - length)).toEqual(message);
    }
  }, 60_000);
});

test('a length is looked for in the first candidates too when none of the last 16 fits', async () => {
  const [size, pem] = pems[2] as [number, string];
  const numbers = privateNumbers(pem);
  let found = 0;
  for (let seed = 1; found < 2; seed++) {
    const ciphertext = new Uint8Array(size);
    new DataView(ciphertext.buffer).setUint32(0, seed);
    if (fittingLengths(derivationKey(ciphertext, pem), size).some(({ index }) => index >= 112)) continue;
    found++;
    let calls = 0;
    const watched = observed(subtle, (method) => {
      if (method === 'sign') calls++;
    });
    expect(endIn(await syntheticMessage(ciphertext, numbers, watched))).toBe(endOf(draftMessage(ciphertext, pem)));
    expect(calls).toBeGreaterThan(4);
  }
}, 60_000);

test('a synthetic message takes three calls of HMAC, or four where the modulus is no multiple of 32 bytes', async () => {
  for (const [size, pem] of pems) {
    let calls = 0;
    const watched = observed(subtle, (method) => {
      if (method === 'sign') calls++;
    });
    const numbers = privateNumbers(pem);
    const ciphertext = Array.from({ length: 50 }, (_, seed) => noise(size, seed + 1)).find((each) =>
      fittingLengths(derivationKey(each, pem), size).some(({ index }) => index >= 112),
    ) as Bytes;
    await syntheticMessage(ciphertext, numbers, watched);
    expect(calls).toBe(size % 32 === 0 ? 3 : 4);
  }
});
