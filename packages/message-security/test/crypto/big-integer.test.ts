import { expect, test } from 'vitest';
import {
  bigIntToBytes,
  bitLength,
  bytesToBigInt,
  modInverse,
  publicPower,
  secretPower,
} from '../../src/crypto/big-integer.ts';
import { concat, keys, noise, privateNumbers, toHex } from '../fixture.ts';

test.each([
  [6n, 9n],
  [0n, 7n],
  [10n, 5n],
])('modInverse returns undefined for %i modulo %i, which share a factor', (value, modulus) => {
  expect(modInverse(value, modulus)).toBeUndefined();
});

test('bytesToBigInt and bigIntToBytes are inverse for 1 to 300 bytes', () => {
  for (let length = 1; length <= 300; length++) {
    const bytes = noise(length);
    expect(bytesToBigInt(bytes)).toBe(BigInt(`0x${toHex(bytes)}`));
    expect(bigIntToBytes(bytesToBigInt(bytes), length)).toEqual(bytes);
    expect(bigIntToBytes(bytesToBigInt(bytes), length + 3)).toEqual(concat(new Uint8Array(3), bytes));
  }
  expect(bytesToBigInt(new Uint8Array())).toBe(0n);
});

test.each([
  [1n, 1],
  [255n, 8],
  [256n, 9],
  [1n << 2047n, 2048],
  [(1n << 2047n) - 1n, 2047],
])('bitLength of %i is %i', (value, bits) => {
  expect(bitLength(value)).toBe(bits);
});

test('modInverse returns the inverse, between 0 and the modulus', () => {
  const { n, p, q } = privateNumbers(keys.gateway.privateKey);
  for (const [value, modulus] of [
    [1n, 2n],
    [3n, 7n],
    [65537n, p - 1n],
    [q, p],
    [bytesToBigInt(noise(256)) % n, n],
    [n + 2n, n],
  ] as const) {
    const inverse = modInverse(value, modulus) as bigint;
    expect((value * inverse) % modulus).toBe(1n);
    expect(inverse > 0n && inverse < modulus).toBe(true);
  }
});

test.each([
  [0n, 5n, 13n],
  [2n, 10n, 1000n],
  [7n, 0n, 13n],
  [7n, 1n, 13n],
  [3n, 31n, 101n],
  [3n, 32n, 101n],
  [3n, 1023n, 101n],
  [3n, 1024n, 101n],
])('publicPower and secretPower return %s to the power of %s modulo %s', (base, exponent, modulus) => {
  const power = base ** exponent % modulus;
  expect([publicPower(base, exponent, modulus), secretPower(base, exponent, modulus)]).toEqual([power, power]);
});

test('publicPower and secretPower agree for exponents of every length up to 70 bits', () => {
  const { p } = privateNumbers(keys.gateway.privateKey);
  const base = bytesToBigInt(noise(127));
  for (let bits = 1n; bits <= 70n; bits++) {
    for (const exponent of [1n << (bits - 1n), (1n << bits) - 1n, bytesToBigInt(noise(9)) % (1n << bits)]) {
      expect(secretPower(base, exponent, p)).toBe(publicPower(base, exponent, p));
    }
  }
});
