import { constants, privateDecrypt } from 'node:crypto';
import { expect, test } from 'vitest';
import { bigIntToBytes, bytesToBigInt } from '../../src/crypto/big-integer.ts';
import { rsaPrivate, rsaPublic } from '../../src/crypto/rsa.ts';
import { type Bytes, encryptRaw, keys, noise, observedCrypto, privateNumbers, publicNumbers } from '../fixture.ts';

const { privateKey: privatePem, publicKey: publicPem } = keys.gateway;
const privateKey = privateNumbers(privatePem);
const publicKey = publicNumbers(publicPem);
/** `count` numbers below the modulus. */
const numbers = (count: number): bigint[] =>
  Array.from({ length: count }, (_, seed) => bytesToBigInt(noise(256, seed + 1)) % publicKey.n);
const bytesOf = (value: bigint): Bytes => bigIntToBytes(value, 256);
const decryptRaw = (value: bigint): Bytes =>
  new Uint8Array(privateDecrypt({ key: privatePem, padding: constants.RSA_NO_PADDING }, bytesOf(value)));
const { subtle } = crypto;

test.each(['dp', 'dq', 'qi', 'p'] as const)('rsaPrivate returns undefined when %s is wrong', async (name) => {
  // A faulty result would give a prime away.
  const faulty = { ...privateKey, [name]: privateKey[name] + 2n };
  for (const c of numbers(3)) expect(await rsaPrivate(bytesOf(c), faulty, crypto)).toBeUndefined();
});

test('rsaPublic gives the number that OpenSSL gives', async () => {
  for (const m of [0n, 1n, publicKey.n - 1n, ...numbers(20)]) {
    expect(await rsaPublic(bytesOf(m), publicKey, subtle)).toEqual(encryptRaw(bytesOf(m), publicPem));
  }
});

test('rsaPrivate gives the number that OpenSSL gives', async () => {
  for (const c of [0n, 1n, publicKey.n - 1n, privateKey.p, privateKey.q, ...numbers(10)]) {
    expect(await rsaPrivate(bytesOf(c), privateKey, crypto)).toEqual(decryptRaw(c));
  }
});

test('rsaPrivate draws a new random number to blind with at least every 33 uses', async () => {
  const fresh = privateNumbers(privatePem); // blinding starts anew with a new key
  let draws = 0;
  const watched = observedCrypto((method, [bytes]) => {
    if (method === 'getRandomValues' && (bytes as Uint8Array).length >= 256) draws++;
  });
  const c = await rsaPublic(bytesOf(7n), publicKey, subtle);
  for (let use = 0; use < 70; use++) expect(await rsaPrivate(c, fresh, watched)).toEqual(bytesOf(7n));
  expect(draws).toBeGreaterThanOrEqual(3);
  expect(draws).toBeLessThan(10);
});

test('rsaPrivate throws TypeError when getRandomValues does nothing', async () => {
  const idle = new Proxy(crypto, {
    get: (target, name) => (name === 'getRandomValues' ? (bytes: Bytes) => bytes : Reflect.get(target, name, target)),
  });
  const text = 'crypto.getRandomValues returned no random numbers';
  await expect(rsaPrivate(bytesOf(7n), privateNumbers(privatePem), idle)).rejects.toThrow(new TypeError(text));
});

test('rsaPrivate draws again when the random number has no inverse', async () => {
  const fresh = privateNumbers(privatePem);
  let draws = 0;
  const zeroFirst = new Proxy(crypto, {
    get: (target, name) =>
      name === 'getRandomValues'
        ? (bytes: Bytes) => (++draws === 1 ? bytes.fill(0) : target.getRandomValues(bytes))
        : Reflect.get(target, name, target),
  });
  expect(await rsaPrivate(await rsaPublic(bytesOf(7n), publicKey, subtle), fresh, zeroFirst)).toEqual(bytesOf(7n));
  expect(draws).toBe(2);
});
