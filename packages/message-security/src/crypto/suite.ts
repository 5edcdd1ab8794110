/** The two parts of a suite of RSA_AES: what encrypts the content, and what carries the symmetric key. */
import type { RsaPrivateNumbers, RsaPublicNumbers } from './rsa-numbers.ts';
import type { WebCrypto } from './web-crypto.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** Encrypts and decrypts content with a symmetric key of 16, 24 or 32 bytes; what does not decrypt is `undefined` or rejects. */
export interface ContentCipher {
  encrypt(key: Bytes, plaintext: Bytes, crypto: WebCrypto): Promise<Bytes>;
  decrypt(key: Bytes, ciphertext: Bytes, crypto: WebCrypto): Promise<Bytes | undefined>;
}

/** Carries a symmetric key to the holder of an RSA key. */
export interface KeyTransport {
  wrap(symmetricKey: Bytes, to: RsaPublicNumbers, crypto: WebCrypto): Promise<Bytes>;
  /** A key in every case but those that everybody can see: what does not unwrap yields a key that fits nothing. May reject. */
  unwrap(encryptedKey: Bytes, key: RsaPrivateNumbers, crypto: WebCrypto): Promise<Bytes | undefined>;
}

/** Whether a key of so many bytes is one of AES-128, AES-192 or AES-256. */
export function isAesLength(length: number): boolean {
  return length === 16 || length === 24 || length === 32;
}
