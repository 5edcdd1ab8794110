/**
 * The RSA operations without padding (RFC 8017 §5.1 and §5.2), which Web Crypto lacks. An injected Crypto does them if
 * it offers them; otherwise BigInt does, the private one by CRT and blinded. The result of the private operation is
 * checked.
 */
import { bigIntToBytes, bytesToBigInt, modInverse, publicPower, secretPower } from './big-integer.ts';
import { bytesFrom, oncePer } from './offers.ts';
import { type RsaPrivateNumbers, type RsaPublicNumbers, toJwk } from './rsa-numbers.ts';
import type { WebCrypto } from './web-crypto.ts';

type Bytes = Uint8Array<ArrayBuffer>;
type Subtle = WebCrypto['subtle'];

const RAW = 'RSA-RAW';

/** The key as imported by the Crypto; `undefined` if it does not offer RSA-RAW, or if its first result is wrong. */
const rawKeyOf = /* @__PURE__ */ oncePer(async (numbers: RsaPublicNumbers, subtle: Subtle) => {
  const { n, e, size } = numbers;
  const m = n >> 1n;
  const key = await subtle.importKey('jwk', toJwk(numbers), RAW, false, ['encrypt', 'decrypt']);
  const c = await bytesFrom(size, subtle.encrypt(RAW, key, bigIntToBytes(m, size)));
  return bytesToBigInt(c) === publicPower(m, e, n) ? key : undefined;
});

/**
 * The public operation: m^e mod n (RSAEP, RFC 8017 §5.1.1).
 *
 * @param m - a block as long as the modulus, and less than it
 * @throws the error of the Crypto; TypeError for a result of another length
 */
export async function rsaPublic(m: Bytes, key: RsaPublicNumbers, subtle: Subtle): Promise<Bytes> {
  const { n, e, size } = key;
  const rawKey = await rawKeyOf(key, subtle);
  return rawKey === undefined
    ? bigIntToBytes(publicPower(bytesToBigInt(m), e, n), size)
    : bytesFrom(size, subtle.encrypt(RAW, rawKey, m));
}

/**
 * The private operation: c^d mod n (RSADP, RFC 8017 §5.1.2).
 *
 * @param c - a block as long as the modulus, and less than it
 * @returns `undefined` for a wrong result, found by the public operation: a fault must neither leak a prime nor count
 *   as a message
 * @throws the error of the Crypto; TypeError for a result of another length
 */
export async function rsaPrivate(c: Bytes, key: RsaPrivateNumbers, crypto: WebCrypto): Promise<Bytes | undefined> {
  const { subtle } = crypto;
  const rawKey = await rawKeyOf(key, subtle);
  if (rawKey === undefined) return privatePower(c, key, crypto);
  const m = await bytesFrom(key.size, subtle.decrypt(RAW, rawKey, c));
  const again = await rsaPublic(m, key, subtle);
  return again.every((byte, i) => byte === c[i]) ? m : undefined;
}

/** As `rsaPrivate`, in BigInt: by CRT, blinded. */
function privatePower(block: Bytes, key: RsaPrivateNumbers, crypto: WebCrypto): Bytes | undefined {
  const { n, e, p, q, dp, dq, qi, size } = key;
  const { factor, inverse } = nextBlinding(key, crypto);
  const c = bytesToBigInt(block);
  const blinded = (c * factor) % n;
  const mp = secretPower(blinded % p, dp, p);
  const mq = secretPower(blinded % q, dq, q);
  const result = mq + (((((mp - mq) % p) + p) * qi) % p) * q; // RFC 8017 §5.1.2
  const m = (result * inverse) % n;
  return publicPower(m, e, n) === c ? bigIntToBytes(m, size) : undefined;
}

interface Blinding {
  /** r^e */
  factor: bigint;
  /** r^-1 */
  inverse: bigint;
  usesLeft: number;
}

const blindings = new WeakMap<RsaPrivateNumbers, Blinding>();

/**
 * A secret pair for blinding: a new one every 32 uses, squared in between as OpenSSL does, because an inverse is slow.
 */
function nextBlinding(key: RsaPrivateNumbers, crypto: WebCrypto): Blinding {
  const { n, e, size } = key;
  let blinding = blindings.get(key);
  if (blinding && --blinding.usesLeft >= 0) {
    blinding.factor = blinding.factor ** 2n % n;
    blinding.inverse = blinding.inverse ** 2n % n;
    return blinding;
  }
  let r = 0n;
  let inverse: bigint | undefined;
  for (let draws = 0; inverse === undefined; draws++) {
    // One draw is enough, unless the generator does nothing: then no number of draws is.
    if (draws > 9) throw new TypeError('crypto.getRandomValues returned no random numbers');
    r = bytesToBigInt(crypto.getRandomValues(new Uint8Array(size + 8))) % n;
    inverse = modInverse(r, n);
  }
  blinding = { factor: publicPower(r, e, n), inverse, usesLeft: 31 };
  blindings.set(key, blinding);
  return blinding;
}
