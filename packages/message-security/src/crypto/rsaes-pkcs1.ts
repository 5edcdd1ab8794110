/**
 * RSAES-PKCS1-v1_5 (RFC 8017 §7.2) for the symmetric key, because no runtime's Web Crypto has it.
 * The padding is the one that Bleichenbacher broke, so decryption never says that it was wrong: it goes on with a
 * message made from the ciphertext and the private key (draft-irtf-cfrg-rsa-guidance-04 §7, "implicit rejection").
 * BigInt does not run in constant time; SECURITY.md says what blinding leaves of that.
 */
import { bigIntToBytes, bitLength, bytesToBigInt } from './big-integer.ts';
import { type RsaPrivateNumbers, type RsaPublicNumbers, rsaPrivate, rsaPublic } from './rsa.ts';
import { isAesLength, type KeyTransport } from './suite.ts';
import type { WebCrypto, WebCryptoKey } from './web-crypto.ts';

/** Encrypts up to `size - 11` bytes with fresh padding. */
export function encryptPkcs1(message: Uint8Array, key: RsaPublicNumbers, crypto: WebCrypto): Uint8Array<ArrayBuffer> {
  const { size } = key;
  const encoded = new Uint8Array(size);
  const paddingEnd = size - message.length - 1;
  crypto.getRandomValues(encoded.subarray(2, paddingEnd));
  const fresh = new Uint8Array(1);
  for (let i = 2; i < paddingEnd; i++) {
    while (encoded[i] === 0) encoded[i] = crypto.getRandomValues(fresh)[0] as number;
  }
  encoded[1] = 2;
  encoded.set(message, paddingEnd + 1);
  return bigIntToBytes(rsaPublic(bytesToBigInt(encoded), key), size);
}

/** What decryption yields: never an error that depends on the padding. */
export interface Pkcs1Decryption {
  /** The message, or for a wrong padding a synthetic one of a length of its own. */
  message: Uint8Array<ArrayBuffer>;
  /** 32 bytes from the same secret, for a caller who needs another length than `message` has. */
  substitute: Uint8Array<ArrayBuffer>;
}

/**
 * Decrypts `ciphertext`, with implicit rejection.
 *
 * @returns `undefined` only for what everybody can see: a wrong length, or a value not below the modulus
 */
export async function decryptPkcs1(
  ciphertext: Uint8Array<ArrayBuffer>,
  key: RsaPrivateNumbers,
  crypto: WebCrypto,
): Promise<Pkcs1Decryption | undefined> {
  const { size } = key;
  const c = bytesToBigInt(ciphertext);
  if (ciphertext.length !== size || c >= key.n) return undefined;
  const m = rsaPrivate(c, key, crypto);
  if (m === undefined) return undefined;
  const encoded = bigIntToBytes(m, size);

  const { subtle } = crypto;
  const kdkBytes = await subtle.sign('HMAC', await rejectionKey(key, subtle), ciphertext);
  const kdk = await subtle.importKey('raw', kdkBytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const [lengths, synthetic, substitute] = await Promise.all([
    prf(kdk, 'length', 256, subtle),
    prf(kdk, 'message', size, subtle),
    prf(kdk, 'symmetricKey', 32, subtle),
  ]);

  // From here to the end no branch and no index depends on the padding.
  let separator = 0;
  for (let i = size - 1; i >= 2; i--) separator = select(isZero(encoded[i] as number), i, separator);
  const good = isZero(encoded[0] as number) & isZero((encoded[1] as number) ^ 2) & ~lessThan(separator, 10); // at least 8 of padding
  const longest = size - 11;
  const mask = 2 ** bitLength(BigInt(longest)) - 1;
  let syntheticLength = 0;
  for (let i = 0; i < lengths.length; i += 2) {
    const candidate = (((lengths[i] as number) << 8) | (lengths[i + 1] as number)) & mask;
    syntheticLength = select(lessThan(candidate, longest + 1), candidate, syntheticLength);
  }
  const length = select(good, size - 1 - separator, syntheticLength);
  for (let i = 0; i < size; i++) encoded[i] = select(good, encoded[i] as number, synthetic[i] as number);
  return { message: encoded.slice(size - length), substitute };
}

/** All ones when `value` (0 to 255) is zero, else 0. */
const isZero = (value: number): number => (value - 1) >> 31;
/** All ones when `a` is less than `b`, both small and not negative, else 0. */
const lessThan = (a: number, b: number): number => (a - b) >> 31;
/** `a` where the mask is all ones, `b` where it is 0. */
const select = (mask: number, a: number, b: number): number => (a & mask) | (b & ~mask);

/** `length` pseudo-random bytes: HMAC over counter, label and the length in bits (draft §7.2). */
async function prf(
  kdk: WebCryptoKey,
  label: string,
  length: number,
  subtle: WebCrypto['subtle'],
): Promise<Uint8Array<ArrayBuffer>> {
  const name = new TextEncoder().encode(label);
  const bits = length * 8;
  const chunks = Array.from({ length: Math.ceil(length / 32) }, (_, i) =>
    subtle.sign('HMAC', kdk, new Uint8Array([i >> 8, i & 255, ...name, bits >> 8, bits & 255])),
  );
  const bytes = new Uint8Array(chunks.length * 32);
  for (const [i, chunk] of (await Promise.all(chunks)).entries()) bytes.set(new Uint8Array(chunk), i * 32);
  return bytes.slice(0, length);
}

// The key, not a promise of it: workerd ties a promise to the request that made it.
const rejectionKeys = new WeakMap<RsaPrivateNumbers, { subtle: WebCrypto['subtle']; hmacKey: WebCryptoKey }>();

/** HMAC key SHA-256(d): hashed once a key. */
async function rejectionKey(key: RsaPrivateNumbers, subtle: WebCrypto['subtle']): Promise<WebCryptoKey> {
  let entry = rejectionKeys.get(key);
  if (entry?.subtle !== subtle) {
    const hash = await subtle.digest('SHA-256', bigIntToBytes(key.d, key.size));
    const hmacKey = await subtle.importKey('raw', hash, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
    entry = { subtle, hmacKey };
    rejectionKeys.set(key, entry);
  }
  return entry.hmacKey;
}

/** As the key transport of RSA_AES: a wrong padding or a wrong length goes on with a key that fits nothing. */
export const rsaesPkcs1: KeyTransport = {
  wrap: encryptPkcs1,
  async unwrap(encryptedKey, key, crypto) {
    const decryption = await decryptPkcs1(encryptedKey, key, crypto);
    return decryption && (isAesLength(decryption.message.length) ? decryption.message : decryption.substitute);
  },
};
