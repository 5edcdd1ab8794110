/**
 * The bare RSA operations (RFC 8017 §5.1 and §5.2), which Web Crypto does not have: by an injected Crypto that offers them,
 * else by BigInt, where the private one is by CRT and blinded. They know no padding. A private result is checked.
 */
import { bigIntToBytes, bytesToBigInt, modInverse, publicPower, secretPower } from './big-integer.ts';
import { bytesFrom, oncePer } from './offers.ts';
import { type RsaPrivateNumbers, type RsaPublicNumbers, toJwk } from './rsa-numbers.ts';
import type { WebCrypto } from './web-crypto.ts';

type Bytes = Uint8Array<ArrayBuffer>;
type Subtle = WebCrypto['subtle'];

const RAW = 'RSA-RAW';

/** This key in the Crypto's hands; `undefined` if it does not offer RSA-RAW, or gets wrong a power that is known here. */
const rawKeyOf = /* @__PURE__ */ oncePer(async (numbers: RsaPublicNumbers, subtle: Subtle) => {
  const { n, e, size } = numbers;
  const m = n >> 1n;
  const key = await subtle.importKey('jwk', toJwk(numbers), RAW, false, ['encrypt', 'decrypt']);
  const c = await bytesFrom(size, subtle.encrypt(RAW, key, bigIntToBytes(m, size)));
  return bytesToBigInt(c) === publicPower(m, e, n) ? key : undefined;
});

/**
 * m^e mod n (RSAEP, RFC 8017 §5.1.1), of a block as long as the modulus and below it.
 *
 * @throws whatever the Crypto fails with; TypeError where it gives no such block
 */
export async function rsaPublic(m: Bytes, key: RsaPublicNumbers, subtle: Subtle): Promise<Bytes> {
  const { n, e, size } = key;
  const rawKey = await rawKeyOf(key, subtle);
  return rawKey === undefined
    ? bigIntToBytes(publicPower(bytesToBigInt(m), e, n), size)
    : bytesFrom(size, subtle.encrypt(RAW, rawKey, m));
}

/**
 * c^d mod n (RSADP, RFC 8017 §5.1.2), of a block as long as the modulus and below it.
 *
 * @returns `undefined` when the result does not give `c` back, so that a fault neither leaks a prime nor passes for a message
 * @throws whatever the Crypto fails with; TypeError where it gives no such block
 */
export async function rsaPrivate(c: Bytes, key: RsaPrivateNumbers, crypto: WebCrypto): Promise<Bytes | undefined> {
  const { subtle } = crypto;
  const rawKey = await rawKeyOf(key, subtle);
  const m =
    rawKey === undefined
      ? bigIntToBytes(privatePower(bytesToBigInt(c), key, crypto), key.size)
      : await bytesFrom(key.size, subtle.decrypt(RAW, rawKey, c));
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
  let blinding = blindings.get(key);
  if (blinding && --blinding.usesLeft >= 0) {
    blinding.factor = blinding.factor ** 2n % n;
    blinding.inverse = blinding.inverse ** 2n % n;
    return blinding;
  }
  let r: bigint;
  let inverse: bigint | undefined;
  do {
    r = bytesToBigInt(crypto.getRandomValues(new Uint8Array(size + 8))) % n;
    inverse = modInverse(r, n);
  } while (inverse === undefined);
  blinding = { factor: publicPower(r, e, n), inverse, usesLeft: 31 };
  blindings.set(key, blinding);
  return blinding;
}
