/**
 * Imports RSA keys: the input becomes checked numbers, and then one CryptoKey that is not extractable. `PrivateKey` and
 * `PublicKey` are interfaces, so that a remote key or a key of another algorithm can stand in for a local one.
 */
import { brandHandle } from '../copies.ts';
import { bytesToBigInt } from '../crypto/big-integer.ts';
import type { BytesLike } from '../crypto/bytes.ts';
import { type RsaPrivateNumbers, type RsaPublicNumbers, toJwk } from '../crypto/rsa-numbers.ts';
import type { RsaJwk, WebCrypto, WebCryptoKey } from '../crypto/web-crypto.ts';
import { checkNumbers, readJwk, readKeyText, wrongSize } from './rsa-key.ts';

/** The own key of an end: it signs the messages sent and, for RSA_AES, unwraps the symmetric keys received. */
export interface PrivateKey {
  /** Signature algorithm, such as `RSA256`. */
  readonly algorithm: string;
  /**
   * Version of the key, for the Signature header; the header names none if it is `undefined`.
   *
   * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a8 A8}
   */
  readonly keyVersion?: string | undefined;
  /** Signs `data`. A remote key (a KMS, an HSM) that does not decrypt implements only this. */
  sign(data: Uint8Array<ArrayBuffer>): Promise<BytesLike>;
  /**
   * Decrypts a symmetric key by RSAES-PKCS1-v1_5, for RSA_AES with a remote key. A local key does not have it: nothing is
   * decrypted before a signature is verified.
   */
  unwrapKey?(encryptedKey: Uint8Array<ArrayBuffer>): Promise<BytesLike>;
}

/** A private key in this program, as `importPrivateKey` returns it. `sign` returns a `Uint8Array`. */
export interface LocalPrivateKey extends PrivateKey {
  /** Signs `data`. */
  sign(data: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
}

/** The key of the other end: it verifies the messages received and, for RSA_AES, encrypts the messages sent. */
export interface PublicKey {
  /** Signature algorithm, such as `RSA256`. */
  readonly algorithm: string;
  /**
   * Version of the key. Without one the key stands for every version.
   *
   * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a8 A8}
   */
  readonly keyVersion?: string | undefined;
  /** Whether `signature` is a signature of `data` by this key. */
  verify(signature: Uint8Array<ArrayBuffer>, data: Uint8Array<ArrayBuffer>): Promise<boolean>;
}

/**
 * A key as text, as a JWK, or as a CryptoKey. Text is PEM or base64, as consoles, environment variables and secret
 * stores give it: quotes, escapes, blanks and words around it are ignored, and the whole may be in base64 once more.
 * The text may hold other keys too, but only one of the kind that is imported.
 */
export type KeyInput = string | RsaJwk | WebCryptoKey;

/** Options of `importPrivateKey` and `importPublicKey`. */
export interface KeyOptions {
  /** Version that AlipayHK's console shows for this key: letters, digits, dot, dash and underscore. */
  keyVersion?: string | undefined;
  /** Name of the key in errors, such as `MERCHANT_PRIVATE_KEY`; `privateKey` or `publicKey` unless given. */
  name?: string | undefined;
  /** Replaces `globalThis.crypto`. */
  crypto?: WebCrypto | undefined;
}

const rsassa = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } as const;
// Not in the handle: nothing that prints, copies or serialises a handle shows a private number.
const privateNumbers = new WeakMap<PrivateKey, RsaPrivateNumbers>();
const publicNumbers = new WeakMap<PublicKey, RsaPublicNumbers>();

/** Of a key that is not RSA: makes the SPKI of its public half. Not exported from the package. */
export const spkis: WeakMap<PrivateKey | PublicKey, () => Uint8Array<ArrayBuffer>> = new WeakMap();

/** The numbers of a local private key; `undefined` for other keys. Not exported from the package. */
export const privateNumbersOf = (key: PrivateKey): RsaPrivateNumbers | undefined => privateNumbers.get(key);

/** The numbers of a local public key; `undefined` for other keys. Not exported from the package. */
export const publicNumbersOf = (key: PublicKey): RsaPublicNumbers | undefined => publicNumbers.get(key);

/**
 * Imports an RSA private key of 2048 to 8192 bits, which signs: PKCS#8 or PKCS#1 as text, a JWK, or a CryptoKey. A
 * CryptoKey that is not extractable signs but cannot decrypt with RSA_AES, which needs the key's numbers.
 *
 * The numbers are checked, also that both factors are primes (Miller-Rabin). This takes 5 ms for 2048 bits on Node, and
 * 30 ms for 4096, so import a key once.
 *
 * @param input - the key
 * @throws TypeError that says what the input is instead: a public key, an encrypted one, an EC key, one too short, one
 *   that this runtime cannot use …
 * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a2 A2}, {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a18 A18}; RFC 5208 §5 (PKCS#8), RFC 8017 appendix A.1 (PKCS#1), RFC 7518 §6.3 (JWK), FIPS 186-5 appendix B.3.1 (Miller-Rabin)
 * @example
 * ```ts
 * import { importPrivateKey } from '@alipayhk-pass/message-security';
 *
 * const privateKey = await importPrivateKey(MERCHANT_PRIVATE_KEY, { name: 'MERCHANT_PRIVATE_KEY', keyVersion: '1' });
 * console.log(privateKey.algorithm, privateKey.keyVersion); // RSA256 1
 * ```
 */
export async function importPrivateKey(input: KeyInput, options: KeyOptions = {}): Promise<LocalPrivateKey> {
  const { subtle } = options.crypto ?? globalThis.crypto;
  const { key, numbers } = await importRsa('private', input, options.name ?? 'privateKey', subtle);
  const handle: LocalPrivateKey = brandHandle({
    algorithm: 'RSA256',
    keyVersion: checkKeyVersion(options.keyVersion),
    sign: async (data: Uint8Array<ArrayBuffer>) => new Uint8Array(await subtle.sign(rsassa.name, key, data)),
  });
  if (numbers !== undefined) privateNumbers.set(handle, numbers as RsaPrivateNumbers);
  return handle;
}

/**
 * Imports an RSA public key of 2048 to 8192 bits, which verifies: SPKI, PKCS#1 or an X.509 certificate as text, a JWK,
 * or a CryptoKey. Of a certificate only the key is read; its dates and its issuer are not checked.
 *
 * @param input - the key
 * @throws TypeError that says what the input is instead, also for a size that this runtime cannot use (Deno: over 4096
 *   bits)
 * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a2 A2}, {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a18 A18}; RFC 5280 §4.1 (SPKI), RFC 8017 appendix A.1 (PKCS#1), RFC 7518 §6.3 (JWK)
 * @example
 * ```ts
 * import { importPublicKey } from '@alipayhk-pass/message-security';
 *
 * const publicKey = await importPublicKey(ALIPAYHK_PUBLIC_KEY, { name: 'ALIPAYHK_PUBLIC_KEY', keyVersion: '1' });
 * console.log(publicKey.algorithm, publicKey.keyVersion); // RSA256 1
 * ```
 */
export async function importPublicKey(input: KeyInput, options: KeyOptions = {}): Promise<PublicKey> {
  const { subtle } = options.crypto ?? globalThis.crypto;
  const { key, numbers } = await importRsa('public', input, options.name ?? 'publicKey', subtle);
  const handle: PublicKey = brandHandle({
    algorithm: 'RSA256',
    keyVersion: checkKeyVersion(options.keyVersion),
    // An injected Crypto that fails has verified nothing.
    verify: async (signature: Uint8Array<ArrayBuffer>, data: Uint8Array<ArrayBuffer>) => {
      try {
        return await subtle.verify(rsassa.name, key, signature, data);
      } catch {
        return false;
      }
    },
  });
  if (numbers !== undefined) publicNumbers.set(handle, numbers);
  return handle;
}

async function importRsa(
  want: 'private' | 'public',
  input: KeyInput,
  name: string,
  subtle: WebCrypto['subtle'],
): Promise<{ key: WebCryptoKey; numbers?: RsaPublicNumbers | RsaPrivateNumbers }> {
  const usage = want === 'private' ? 'sign' : 'verify';
  const refuse = (received: string): never => {
    const importer = want === 'private' ? 'importEcc224PrivateKey' : 'importEcc224PublicKey';
    const other = received === 'an EC key' ? `, or ${importer} of @alipayhk-pass/message-security/ecc224` : '';
    throw new TypeError(`${name} is ${received}; expected an RSA ${want} key of 2048 bits or more${other}`);
  };
  if (typeof input !== 'string' && (typeof input !== 'object' || input === null))
    return refuse(input == null ? `${input}` : `a ${typeof input}`);
  let plain = input;
  if (isCryptoKey(plain)) {
    const { algorithm, type, usages, extractable } = plain;
    const { hash, modulusLength, publicExponent } = algorithm as RsaHashedKeyAlgorithm;
    if (type !== want || algorithm.name !== rsassa.name || hash?.name !== rsassa.hash || !usages.includes(usage)) {
      return refuse(`a CryptoKey that is not for ${rsassa.name} with ${rsassa.hash} and "${usage}"`);
    }
    const wrong = wrongSize(modulusLength, bytesToBigInt(publicExponent));
    if (wrong !== undefined) return refuse(wrong);
    if (extractable) plain = await subtle.exportKey('jwk', plain);
  }
  let key = plain as WebCryptoKey;
  let numbers: RsaPublicNumbers | RsaPrivateNumbers | undefined;
  if (!isCryptoKey(plain)) {
    const read = typeof plain === 'string' ? readKeyText(plain, want) : readJwk(plain);
    const checked = typeof read === 'string' ? read : checkNumbers(read, want);
    if (typeof checked === 'string') return refuse(checked);
    numbers = checked;
    key = await subtle.importKey('jwk', toJwk(numbers), rsassa, false, [usage]);
  }
  const { modulusLength } = key.algorithm as RsaHashedKeyAlgorithm;
  if (modulusLength > 4096) {
    // Deno fails at each use of a public key over 4096 bits. A key that the runtime cannot use is refused at import.
    const data = new Uint8Array(modulusLength / 8);
    const use = want === 'private' ? subtle.sign(rsassa, key, data) : subtle.verify(rsassa, key, data, data);
    await use.catch(() => refuse(`an RSA key of ${modulusLength} bits, which this runtime cannot use`));
  }
  return { key, numbers };
}

function isCryptoKey(input: KeyInput): input is WebCryptoKey {
  return typeof input === 'object' && 'usages' in input && 'extractable' in input;
}

/**
 * Checks a key version. Not exported from the package.
 *
 * @returns the same version
 * @throws TypeError for one that no header can hold
 */
export function checkKeyVersion(keyVersion: string | undefined): string | undefined {
  if (keyVersion === undefined || (typeof keyVersion === 'string' && /^[\w.-]+$/.test(keyVersion))) return keyVersion;
  throw new TypeError('keyVersion must be text of letters, digits, dots, dashes or underscores');
}
