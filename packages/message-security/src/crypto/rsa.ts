/**
 * The bare RSA operations (RFC 8017 §5.1 and §5.2), which Web Crypto does not have: the private one by CRT, blinded, its
 * result checked. They know no padding.
 */
import { bytesToBigInt, modInverse, publicPower, secretPower } from './big-integer.ts';
import type { WebCrypto } from './web-crypto.ts';

/** A public key: modulus, exponent, and the modulus' length in bytes. */
export interface RsaPublicNumbers {
  n: bigint;
  e: bigint;
  size: number;
}

/** A private key with its CRT values (RFC 8017 §3.2). */
export interface RsaPrivateNumbers extends RsaPublicNumbers {
  d: bigint;
  p: bigint;
  q: bigint;
  dp: bigint;
  dq: bigint;
  qi: bigint;
}

/** m^e mod n (RSAEP, RFC 8017 §5.1.1). */
export function rsaPublic(m: bigint, { e, n }: RsaPublicNumbers): bigint {
  return publicPower(m, e, n);
}

/** c^d mod n by CRT (RSADP, RFC 8017 §5.1.2), blinded; `undefined` when the result does not check, so that a fault does not leak a prime. */
export function rsaPrivate(c: bigint, key: RsaPrivateNumbers, crypto: WebCrypto): bigint | undefined {
  const { n, e, p, q, dp, dq, qi } = key;
  const { factor, inverse } = nextBlinding(key, crypto);
  const blinded = (c * factor) % n;
  const mp = secretPower(blinded % p, dp, p);
  const mq = secretPower(blinded % q, dq, q);
  const result = mq + (((((mp - mq) % p) + p) * qi) % p) * q; // RFC 8017 §5.1.2
  const m = (result * inverse) % n;
  return publicPower(m, e, n) === c ? m : undefined;
}

interface Blinding {
  /** r^e */
  factor: bigint;
  /** r^-1 */
  inverse: bigint;
  usesLeft: number;
}

const blindings = new WeakMap<RsaPrivateNumbers, Blinding>();

/** A pair that no attacker knows: drawn anew every 32 uses, squared in between, as OpenSSL does (an inverse costs much). */
function nextBlinding(key: RsaPrivateNumbers, crypto: WebCrypto): Blinding {
  const { n, e, size } = key;
  let next = blindings.get(key);
  if (next === undefined || next.usesLeft === 0) {
    let r: bigint;
    let inverse: bigint | undefined;
    do {
      r = bytesToBigInt(crypto.getRandomValues(new Uint8Array(size + 8))) % n;
      inverse = modInverse(r, n);
    } while (inverse === undefined);
    next = { factor: publicPower(r, e, n), inverse, usesLeft: 31 };
  } else {
    next = {
      factor: (next.factor * next.factor) % n,
      inverse: (next.inverse * next.inverse) % n,
      usesLeft: next.usesLeft - 1,
    };
  }
  blindings.set(key, next);
  return next;
}
