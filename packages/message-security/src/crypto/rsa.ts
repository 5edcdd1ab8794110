/**
 * The bare RSA operations (RFC 8017 §5.1 and §5.2), which Web Crypto does not have: by an injected Crypto that offers them,
 * else by BigInt, where the private one is by CRT and blinded. They know no padding. A private result is checked.
 */
import { encodeBase64Url } from './base64.ts';
import { bigIntToBytes, bitLength, bytesToBigInt, modInverse, publicPower, secretPower } from './big-integer.ts';
import { bytesFrom, oncePer } from './offers.ts';
import type { RsaJwk, WebCrypto } from './web-crypto.ts';

type Bytes = Uint8Array<ArrayBuffer>;
type Subtle = WebCrypto['subtle'];

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

const RAW = 'RSA-RAW';

/** This key in the Crypto's hands; `undefined` if it does not offer RSA-RAW, or gets wrong a power that is known here. */
const rawPublicKey = /* @__PURE__ */ oncePer(async ({ n, e, size }: RsaPublicNumbers, subtle: Subtle) => {
  try {
    const key = await subtle.importKey('jwk', toJwk({ n, e, size }), RAW, false, ['encrypt']);
    const m = n >> 1n;
    const c = await bytesFrom(RAW, size, () => subtle.encrypt(RAW, key, bigIntToBytes(m, size)));
    return bytesToBigInt(c) === publicPower(m, e, n) ? key : undefined;
  } catch {
    return undefined;
  }
});

/** As above, without a test: every result is checked. */
const rawPrivateKey = /* @__PURE__ */ oncePer(async (numbers: RsaPrivateNumbers, subtle: Subtle) => {
  try {
    return await subtle.importKey('jwk', toJwk(numbers), RAW, false, ['decrypt']);
  } catch {
    return undefined;
  }
});

/**
 * m^e mod n (RSAEP, RFC 8017 §5.1.1), of a block as long as the modulus and below it.
 *
 * @throws TypeError when the Crypto's own fails
 */
export async function rsaPublic(m: Bytes, key: RsaPublicNumbers, subtle: Subtle): Promise<Bytes> {
  const { n, e, size } = key;
  const rawKey = await rawPublicKey(key, subtle);
  if (rawKey !== undefined) return bytesFrom(RAW, size, () => subtle.encrypt(RAW, rawKey, m));
  return bigIntToBytes(publicPower(bytesToBigInt(m), e, n), size);
}

/**
 * c^d mod n (RSADP, RFC 8017 §5.1.2), of a block as long as the modulus and below it.
 *
 * @returns `undefined` when the result does not give `c` back, so that a fault neither leaks a prime nor passes for a message
 * @throws TypeError when the Crypto's own fails
 */
export async function rsaPrivate(c: Bytes, key: RsaPrivateNumbers, crypto: WebCrypto): Promise<Bytes | undefined> {
  const { subtle } = crypto;
  const rawKey = await rawPrivateKey(key, subtle);
  const m =
    rawKey === undefined
      ? bigIntToBytes(privatePower(bytesToBigInt(c), key, crypto), key.size)
      : await bytesFrom(RAW, key.size, () => subtle.decrypt(RAW, rawKey, c));
  const again = await rsaPublic(m, key, subtle);
  return again.every((byte, i) => byte === c[i]) ? m : undefined;
}

/** c^d mod n by CRT, blinded. */
function privatePower(c: bigint, key: RsaPrivateNumbers, crypto: WebCrypto): bigint {
  const { n, p, q, dp, dq, qi } = key;
  const { factor, inverse } = nextBlinding(key, crypto);
  const blinded = (c * factor) % n;
  const mp = secretPower(blinded % p, dp, p);
  const mq = secretPower(blinded % q, dq, q);
  const result = mq + (((((mp - mq) % p) + p) * qi) % p) * q; // RFC 8017 §5.1.2
  return (result * inverse) % n;
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

/** Order of the numbers in PKCS#1 (RFC 8017 appendix A.1). */
export const numberNames = ['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi'] as const;

/** Numbers as the JWK that Web Crypto imports: the one canonical form, understood alike everywhere. */
export function toJwk(numbers: RsaPublicNumbers | RsaPrivateNumbers): RsaJwk {
  const jwk: RsaJwk = { kty: 'RSA' };
  for (const name of 'd' in numbers ? numberNames : numberNames.slice(0, 2)) {
    const value = (numbers as RsaPrivateNumbers)[name];
    jwk[name] = encodeBase64Url(bigIntToBytes(value, Math.ceil(bitLength(value) / 8)));
  }
  return jwk;
}
