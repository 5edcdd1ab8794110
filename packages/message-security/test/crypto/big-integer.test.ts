import { checkPrimeSync, generatePrimeSync } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  bigIntToBytes,
  bitLength,
  bytesToBigInt,
  isProbablePrime,
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

const prime = (bits: number): bigint => generatePrimeSync(bits, { bigint: true });

test('isProbablePrime is true for every prime and every base', () => {
  for (let value = 5n; value < 300n; value += 2n) {
    if (!checkPrimeSync(value)) continue;
    for (let base = 1n; base < value; base++) expect(isProbablePrime(value, base), `${value}, ${base}`).toBe(true);
  }
  for (const bits of [256, 768, 1024, 1025]) {
    const value = prime(bits);
    for (const base of [2n, value - 2n, bytesToBigInt(noise(256))]) expect(isProbablePrime(value, base)).toBe(true);
  }
  expect(isProbablePrime((1n << 521n) - 1n, 2n)).toBe(true); // value - 1 with one factor 2
  expect(isProbablePrime(3n * (1n << 189n) + 1n, 11n)).toBe(true); // and with 189 of them
});

test('isProbablePrime is false for other odd numbers, but for less than a quarter of the bases', () => {
  for (let value = 9n; value < 1000n; value += 2n) {
    if (checkPrimeSync(value)) continue;
    const bases = Array.from({ length: Number(value) - 1 }, (_, at) => BigInt(at + 1));
    const liars = bases.filter((base) => isProbablePrime(value, base)).length;
    expect(liars, `${value}`).toBeLessThanOrEqual(Number(value) / 4);
  }
});

test.each([
  ['a Carmichael number', 561n],
  ['a Carmichael number of three primes 3 modulo 4', 8911n],
  ['a square', prime(512) ** 2n],
  ['a product of two primes', prime(512) * prime(512)],
  ['a product of a small and a large prime', 3n * prime(1000)],
  ['a Fermat number', (1n << 128n) + 1n],
])('isProbablePrime is false for %s', (_, value) => {
  expect(isProbablePrime(value, 2n) && isProbablePrime(value, 3n)).toBe(false);
});

test('isProbablePrime is true for the first strong pseudoprime to base 2, and false with base 3', () => {
  expect([isProbablePrime(2047n, 2n), isProbablePrime(2047n, 3n)]).toEqual([true, false]);
});
