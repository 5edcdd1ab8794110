/**
 * RSA_AES: a fresh AES key encrypts the body, the receiver's RSA key encrypts the AES key (A4, A5).
 * An `Encryption` is an opaque handle: seal.ts and open.ts reach its suite, callers cannot, so that nothing is decrypted
 * before its signature was verified. A bundle that never names RSA_AES does not carry it.
 */
import { brandHandle, foreignHandle } from '../copies.ts';
import { aesEcb } from '../crypto/aes-ecb.ts';
import { decodeBase64, encodeBase64 } from '../crypto/base64.ts';
import { bytesOf, kindOf } from '../crypto/bytes.ts';
import type { RsaPublicNumbers } from '../crypto/rsa-numbers.ts';
import { rsaesPkcs1 } from '../crypto/rsaes-pkcs1.ts';
import { type ContentCipher, isAesLength, type KeyTransport } from '../crypto/suite.ts';
import type { WebCrypto } from '../crypto/web-crypto.ts';
import { type PrivateKey, type PublicKey, privateNumbersOf, publicNumbersOf } from '../keys/key.ts';
import { Mistake } from '../mistake.ts';

type Bytes = Uint8Array<ArrayBuffer>;

declare const brand: unique symbol;

/** A way to encrypt bodies, to be passed as `encryption`: RSA_AES, or what `rsaAes` returns. */
export interface Encryption {
  /** Name in the Encrypt header. */
  readonly algorithm: string;
  /** An object of the same shape is not one. */
  readonly [brand]: true;
}

/** What a suite does with a body; for seal.ts and open.ts alone. */
export interface EncryptionSuite {
  /** @throws TypeError for a key with which it cannot encrypt; `name` is what the text calls it */
  checkEncryptionKey(key: PublicKey, name: string): void;
  /** @throws TypeError for a key with which it cannot decrypt; `name` is what the text calls it */
  checkDecryptionKey(key: PrivateKey, name: string): void;
  /**
   * Makes a symmetric key of so many bytes and wraps it; `encrypt` is for one body.
   *
   * @throws TypeError for a key with which it cannot encrypt; `encrypt` for a body that is not UTF-8
   */
  prepare(
    publicKey: PublicKey,
    keyLength: SymmetricKeyLength,
    crypto: WebCrypto,
  ): Promise<{ encryptedKey: Bytes; encrypt(plaintext: Bytes): Promise<Bytes> }>;
  /** `undefined` for every reason alike; open.ts makes one DecryptionFailed of it. */
  decrypt(sealed: SealedBody, privateKey: PrivateKey, crypto: WebCrypto): Promise<OpenedBody | undefined>;
}

/** Bytes of a symmetric key: of AES-128, AES-192 or AES-256. */
export type SymmetricKeyLength = 16 | 24 | 32;

/** A body in plain, and the length of the symmetric key that it was encrypted with. */
export interface OpenedBody {
  plaintext: Bytes;
  keyLength: SymmetricKeyLength;
}

/** Body as it goes on the wire, and the encrypted symmetric key that belongs to it. */
export interface SealedBody {
  body: Bytes;
  encryptedKey: Bytes;
}

const suites = new WeakMap<Encryption, EncryptionSuite>();

/** Whether this is a handle that this package made. */
export const isEncryption = (value: unknown): value is Encryption => suites.has(value as Encryption);

/** The suite behind a handle; not exported from the package. */
export const suiteOf = (encryption: Encryption): EncryptionSuite => suites.get(encryption) as EncryptionSuite;

/** A handle for RSA_AES with this cipher and this transport; not exported from the package. */
export function defineEncryption(cipher: ContentCipher, transport: KeyTransport): Encryption {
  const encryption = brandHandle({ algorithm: 'RSA_AES' }) as Encryption;
  /** What a Crypto fails with is not this package's own, and says more than it should. */
  const orTypeError = <T>(sealing: Promise<T>): Promise<T> =>
    sealing.catch(() => {
      throw new TypeError('crypto failed to encrypt');
    });
  suites.set(encryption, {
    checkEncryptionKey: (key, name) => void encryptionNumbers(key, name),
    checkDecryptionKey(privateKey, name) {
      if (privateNumbersOf(privateKey) || privateKey.unwrapKey) return;
      throw cannot('decrypt', name, privateKey, 'a local RSA key, or one with unwrapKey');
    },
    async prepare(publicKey, keyLength, crypto) {
      const symmetricKey = crypto.getRandomValues(new Uint8Array(keyLength));
      // A generator that does nothing makes a key that everybody knows, and a padding that is never complete.
      if (!symmetricKey?.some(Boolean)) throw new TypeError('crypto.getRandomValues returned no random numbers');
      const encryptedKey = await orTypeError(transport.wrap(symmetricKey, encryptionNumbers(publicKey), crypto));
      const encrypt = async (plaintext: Bytes) => {
        if (textOf(plaintext) === undefined)
          throw new TypeError('the body is not text in UTF-8, so it cannot be encrypted');
        return new TextEncoder().encode(
          encodeBase64(await orTypeError(cipher.encrypt(symmetricKey, plaintext, crypto))),
        );
      };
      return { encryptedKey, encrypt };
    },
    async decrypt({ body, encryptedKey }, privateKey, crypto) {
      const symmetricKey = await unwrapKey(encryptedKey, privateKey, transport, crypto);
      const ciphertext = decodeBase64(textOf(body) ?? '?');
      if (symmetricKey === undefined || ciphertext === undefined) return undefined;
      // Whatever the runtime finds wrong here (Chromium has no AES-192), an attacker learns nothing from it.
      const plaintext = await cipher.decrypt(symmetricKey, ciphertext, crypto).catch(() => undefined);
      // A wrong key whose padding happens to fit must not be told apart from any other.
      if (plaintext === undefined || textOf(plaintext) === undefined) return undefined;
      return { plaintext, keyLength: symmetricKey.length as SymmetricKeyLength };
    },
  });
  return encryption;
}

/**
 * RSA_AES as Ant's own clients use it: AES-ECB with PKCS#7 padding, RSAES-PKCS1-v1_5. Sends AES-256, and replies with a key
 * as long as that of the request; reads 128, 192 and 256.
 *
 * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a4 A4}; RFC 8017 §7.2, RFC 5652 §6.3, NIST SP 800-38A §6.1
 */
export const RSA_AES: Encryption = /* @__PURE__ */ defineEncryption(/* @__PURE__ */ aesEcb(), rsaesPkcs1);

function encryptionNumbers(publicKey: PublicKey, name = 'publicKey'): RsaPublicNumbers {
  const numbers = publicNumbersOf(publicKey);
  if (numbers === undefined) throw cannot('encrypt', name, publicKey, 'an RSA key that is extractable');
  return numbers;
}

/** A TypeError for a key with which RSA_AES does not work. */
function cannot(verb: string, name: string, key: PrivateKey | PublicKey, expected: string): TypeError {
  return new TypeError(`${name} ${foreignHandle(key) ?? `cannot ${verb} with RSA_AES; expected ${expected}`}`);
}

async function unwrapKey(
  encryptedKey: Bytes,
  privateKey: PrivateKey,
  transport: KeyTransport,
  crypto: WebCrypto,
): Promise<Bytes | undefined> {
  const numbers = privateNumbersOf(privateKey);
  // Why a transport fails is not asked: every reason is one DecryptionFailed.
  if (numbers !== undefined) return transport.unwrap(encryptedKey, numbers, crypto).catch(() => undefined);
  // What a remote key says about the padding stays here: one that rejects, or resolves with nothing, yields a wrong key.
  const unwrapping = (async () => privateKey.unwrapKey?.(encryptedKey))();
  const unwrapped = await unwrapping.catch(() => undefined);
  const symmetricKey = unwrapped == null ? undefined : bytesOf(unwrapped);
  if (unwrapped != null && symmetricKey === undefined) {
    // The stage of every failed decryption: a key service that returns this for a wrong padding must not be an oracle.
    throw new Mistake(`privateKey.unwrapKey returned ${kindOf(unwrapped)}; expected bytes`, 'decryption');
  }
  if (symmetricKey && isAesLength(symmetricKey.length)) return symmetricKey;
  return crypto.getRandomValues(new Uint8Array(32)); // fails like any wrong key
}

// A byte-order mark at the beginning is no base64, and in a plaintext it makes no difference.
const decoder = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text that these bytes are in UTF-8; `undefined` where they are none. */
function textOf(bytes: Bytes): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
