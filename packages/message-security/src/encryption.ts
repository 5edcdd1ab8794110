/**
 * RSA_AES: a fresh AES key encrypts the body, the receiver's RSA key encrypts the AES key (A4, A5).
 * An `Encryption` is an opaque handle: message.ts reaches its suite, callers cannot, so that nothing is decrypted
 * before its signature was verified. A bundle that never names RSA_AES does not carry it.
 */
import { DecryptionFailed } from './errors.ts';
import { type PrivateKey, type PublicKey, privateNumbersOf, publicNumbersOf } from './key.ts';
import { decryptEcb, encryptEcb } from './lib/aes-ecb.ts';
import { decodeBase64, encodeBase64 } from './lib/base64.ts';
import { decryptPkcs1, encryptPkcs1 } from './lib/rsaes-pkcs1.ts';

/** A way to encrypt bodies, to be passed as `encryption`. */
export interface Encryption {
  /** Name in the Encrypt header. */
  readonly algorithm: string;
}

/** What a suite does with a body; for message.ts alone. */
export interface EncryptionSuite {
  encrypt(plaintext: Uint8Array<ArrayBuffer>, publicKey: PublicKey, crypto: Crypto): Promise<SealedBody>;
  /** @throws DecryptionFailed, one text for every reason */
  decrypt(sealed: SealedBody, privateKey: PrivateKey, crypto: Crypto): Promise<Uint8Array<ArrayBuffer>>;
}

/** Body as it goes on the wire, and the encrypted symmetric key that belongs to it. */
export interface SealedBody {
  body: Uint8Array<ArrayBuffer>;
  encryptedKey: Uint8Array<ArrayBuffer>;
}

const suites = new WeakMap<Encryption, EncryptionSuite>();

/** The suite behind a handle; not exported from the package. */
export function suiteOf(encryption: Encryption): EncryptionSuite {
  const suite = suites.get(encryption);
  if (suite === undefined) throw new TypeError('encryption: expected RSA_AES as this package exports it');
  return suite;
}

function defineEncryption(algorithm: string, suite: EncryptionSuite): Encryption {
  const encryption = Object.freeze({ algorithm });
  suites.set(encryption, suite);
  return encryption;
}

/**
 * RSA_AES as Ant's own clients use it: AES-ECB with PKCS#7 padding, RSAES-PKCS1-v1_5. Sends AES-256, reads 128, 192 and 256.
 *
 * @see A4; RFC 8017 §7.2, RFC 5652 §6.3, NIST SP 800-38A §6.1
 */
export const RSA_AES: Encryption = /* @__PURE__ */ defineEncryption('RSA_AES', {
  async encrypt(plaintext, publicKey, crypto) {
    const numbers = publicNumbersOf(publicKey);
    if (numbers === undefined) throw new TypeError('publicKey: expected an RSA key with its numbers, for RSA_AES');
    const symmetricKey = crypto.getRandomValues(new Uint8Array(32));
    const ciphertext = await encryptEcb(symmetricKey, plaintext, crypto.subtle);
    return {
      body: new TextEncoder().encode(encodeBase64(ciphertext)),
      encryptedKey: encryptPkcs1(symmetricKey, numbers, crypto),
    };
  },
  async decrypt({ body, encryptedKey }, privateKey, crypto) {
    const symmetricKey = await unwrapKey(encryptedKey, privateKey, crypto);
    const ciphertext = decodeBase64(new TextDecoder('latin1').decode(body));
    const plaintext = symmetricKey && ciphertext && (await decryptEcb(symmetricKey, ciphertext, crypto.subtle));
    if (plaintext === undefined) throw new DecryptionFailed();
    return plaintext;
  },
});

/** An AES key in every case but the visible ones: a wrong padding or length goes on with a key that fits nothing. */
async function unwrapKey(
  encryptedKey: Uint8Array<ArrayBuffer>,
  privateKey: PrivateKey,
  crypto: Crypto,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const numbers = privateNumbersOf(privateKey);
  if (numbers !== undefined) {
    const decryption = await decryptPkcs1(encryptedKey, numbers, crypto);
    return decryption && (isAesLength(decryption.message.length) ? decryption.message : decryption.substitute);
  }
  if (privateKey.unwrapKey === undefined) {
    throw new TypeError('privateKey: expected a key with its numbers, or one that has unwrapKey, for RSA_AES');
  }
  // What a remote key says about the padding stays here; a random key then fails like any wrong one.
  const substitute = crypto.getRandomValues(new Uint8Array(32));
  const remote = await privateKey.unwrapKey(encryptedKey).catch(() => substitute);
  return isAesLength(remote.length) ? remote : substitute;
}

function isAesLength(length: number): boolean {
  return length === 16 || length === 24 || length === 32;
}
