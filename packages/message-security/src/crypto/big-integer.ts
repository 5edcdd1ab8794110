/** Big integers: conversion from and to bytes, and modular arithmetic. BigInt does not run in constant time. */

const hexOf = /* @__PURE__ */ Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Big-endian bytes as a number (OS2IP, RFC 8017 §4.2). */
export function bytesToBigInt(bytes: Uint8Array): bigint {
  let hex = '0x0';
  for (const byte of bytes) hex += hexOf[byte];
  return BigInt(hex);
}

/** A number as `length` big-endian bytes (I2OSP, RFC 8017 §4.1); it must fit. */
export function bigIntToBytes(value: bigint, length: number): Uint8Array<ArrayBuffer> {
  // A digit 1 in front instead of padding: the work does not depend on the leading zeros of the value.
  const hex = (value + (1n << BigInt(8 * length))).toString(16);
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = Number.parseInt(hex.slice(i * 2 + 1, i * 2 + 3), 16);
  return bytes;
}

/** The length of a number in bits. */
export function bitLength(value: bigint): number {
  return value.toString(2).length;
}

/** base^exponent modulo `modulus`, for a public exponent: its time depends on the exponent. */
export function publicPower(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus;
    if (bit === '1') result = (result * base) % modulus;
  }
  return result;
}

/** base^exponent modulo `modulus`, for a secret exponent: every 5 bits take five squarings and one multiplication. */
export function secretPower(base: bigint, exponent: bigint, modulus: bigint): bigint {
  const powers = [1n, base];
  for (let i = 2; i < 32; i++) powers.push(((powers[i - 1] as bigint) * base) % modulus);
  let result = 1n;
  // The windows first: read from the text in the loop, they cost engines a tenth of the time.
  for (const window of Array.from(exponent.toString(32), (digit) => Number.parseInt(digit, 32))) {
    for (let i = 0; i < 5; i++) result = (result * result) % modulus;
    result = (result * (powers[window] as bigint)) % modulus;
  }
  return result;
}

/**
 * Whether an odd number is prime, by one round of Miller-Rabin (FIPS 186-5 appendix B.3.1). For a prime the result is
 * always `true`; for any other number it is wrong for less than a quarter of the bases.
 *
 * @param base - between 1 and value - 1
 */
export function isProbablePrime(value: bigint, base: bigint): boolean {
  const last = value - 1n;
  let odd = last;
  while (odd % 2n === 0n) odd /= 2n;
  let power = secretPower(base, odd, value);
  if (power === 1n) return true;
  for (; odd < last && power !== last; odd *= 2n) power = (power * power) % value;
  return odd < last;
}

/** Inverse of `value` by the extended Euclidean algorithm; `undefined` when it shares a factor with `modulus`. */
export function modInverse(value: bigint, modulus: bigint): bigint | undefined {
  let [a, b, x, y] = [value, modulus, 1n, 0n];
  while (b !== 0n) {
    const quotient = a / b;
    [a, b, x, y] = [b, a - quotient * b, y, x - quotient * y];
  }
  return a === 1n ? ((x % modulus) + modulus) % modulus : undefined;
}
