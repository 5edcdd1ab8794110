/** The numbers of an RSA key, and their JWK. */
import { encodeBase64Url } from './base64.ts';
import { bigIntToBytes, bitLength } from './big-integer.ts';
import type { RsaJwk } from './web-crypto.ts';

/** A public key: modulus, exponent, and length of the modulus in bytes. */
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

/** Order of the numbers in PKCS#1 (RFC 8017 appendix A.1). */
export const numberNames = ['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi'] as const;

/** The JWK of the numbers, in its canonical form, which every runtime imports in the same way (RFC 7518 §6.3). */
export function toJwk(numbers: RsaPublicNumbers | RsaPrivateNumbers): RsaJwk {
  const jwk: RsaJwk = { kty: 'RSA' };
  for (const name of 'd' in numbers ? numberNames : numberNames.slice(0, 2)) {
    const value = (numbers as RsaPrivateNumbers)[name];
    jwk[name] = encodeBase64Url(bigIntToBytes(value, Math.ceil(bitLength(value) / 8)));
  }
  return jwk;
}
