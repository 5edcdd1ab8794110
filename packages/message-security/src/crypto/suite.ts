/** The two parts of an RSA_AES suite: the cipher for the content, and the transport of the symmetric key. */
import type { RsaPrivateNumbers, RsaPublicNumbers } from './rsa-numbers.ts';
import type { WebCrypto } from './web-crypto.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Encrypts and decrypts content with a key of 16, 24 or 32 bytes. `decrypt` returns `undefined` or rejects when it
 * fails.
 */
export interface ContentCipher {
  encrypt(key: Bytes, plaintext: Bytes, crypto: WebCrypto): Promise<Bytes>;
  decrypt(key: Bytes, ciphertext: Bytes, crypto: WebCrypto): Promise<Bytes | undefined>;
}

/** Encrypts a symmetric key for an RSA key, and decrypts it. */
export interface KeyTransport {
  wrap(symmetricKey: Bytes, to: RsaPublicNumbers, crypto: WebCrypto): Promise<Bytes>;
  /**
   * For a wrong padding it returns a key that decrypts nothing; `undefined` or a rejection must not depend on the
   * padding.
   */
  unwrap(encryptedKey: Bytes, key: RsaPrivateNumbers, crypto: WebCrypto): Promise<Bytes | undefined>;
}

/** Whether AES has keys of this length in bytes: 16, 24 or 32. */
export function isAesLength(length: number): boolean {
  return length === 16 || length === 24 || length === 32;
}
