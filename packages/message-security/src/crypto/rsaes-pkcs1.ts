/**
 * RSAES-PKCS1-v1_5 (RFC 8017 §7.2) for the symmetric key, because no runtime's Web Crypto has it. Bleichenbacher's
 * attack needs to know whether a padding is right, so decryption never shows it: for a wrong one it goes on with a
 * synthetic message (draft-irtf-cfrg-rsa-guidance-04 §7, "implicit rejection"). The padding is checked here, also when
 * an injected Crypto does the RSA operation. SECURITY.md describes what the timing of BigInt, which is not constant,
 * still shows.
 */
import { bytesToBigInt } from './big-integer.ts';
import { lessThan, select, syntheticMessage, TAIL } from './implicit-rejection.ts';
import { rsaPrivate, rsaPublic } from './rsa.ts';
import type { RsaPrivateNumbers, RsaPublicNumbers } from './rsa-numbers.ts';
import { isAesLength, type KeyTransport } from './suite.ts';
import type { WebCrypto } from './web-crypto.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Encrypts a message with new random padding.
 *
 * @param message - at most `size - 11` bytes
 * @throws the error of the Crypto
 */
export async function encryptPkcs1(message: Uint8Array, key: RsaPublicNumbers, crypto: WebCrypto): Promise<Bytes> {
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
  return rsaPublic(encoded, key, crypto.subtle);
}

/** The result of a decryption. It does not show whether the padding was right. */
export interface Pkcs1Decryption {
  /** Length of the message in bytes; for a wrong padding, of the synthetic message. */
  length: number;
  /** The last 32 bytes of the encoded message; for a wrong padding, of the synthetic message. */
  tail: Bytes;
  /** The last 32 bytes of the synthetic message, for a message with a length that the caller does not accept. */
  substitute: Bytes;
}

/**
 * Decrypts a ciphertext with implicit rejection.
 *
 * @returns `undefined` for a wrong length, a value not below the modulus, or a fault in the RSA operation: these do not
 *   depend on the padding
 * @throws the error of the Crypto
 */
export async function decryptPkcs1(
  ciphertext: Bytes,
  key: RsaPrivateNumbers,
  crypto: WebCrypto,
): Promise<Pkcs1Decryption | undefined> {
  const { size, n } = key;
  if (ciphertext.length !== size || bytesToBigInt(ciphertext) >= n) return undefined;
  const encoded = await rsaPrivate(ciphertext, key, crypto);
  if (encoded === undefined) return undefined;
  const synthetic = await syntheticMessage(ciphertext, key, crypto.subtle);

  // From here to the end no branch and no index depends on the padding.
  let separator = 0;
  for (let i = size - 1; i >= 2; i--) separator = select(isZero(encoded[i] as number), i, separator);
  const good = isZero(encoded[0] as number) & isZero((encoded[1] as number) ^ 2) & ~lessThan(separator, 10); // at least 8 of padding
  const length = select(good, size - 1 - separator, synthetic.length);
  const tail = synthetic.tail.map((byte, i) => select(good, encoded[size - TAIL + i] as number, byte));
  return { length, tail, substitute: synthetic.tail };
}

/** All ones when `value` (0 to 255) is zero, else 0. */
const isZero = (value: number): number => (value - 1) >> 31;

/** The key transport of RSA_AES. A wrong padding or length yields a key that decrypts nothing. */
export const rsaesPkcs1: KeyTransport = {
  wrap: encryptPkcs1,
  async unwrap(encryptedKey, key, crypto) {
    const decryption = await decryptPkcs1(encryptedKey, key, crypto);
    if (decryption === undefined) return undefined;
    const { length, tail, substitute } = decryption;
    return isAesLength(length) ? tail.slice(TAIL - length) : substitute;
  },
};
