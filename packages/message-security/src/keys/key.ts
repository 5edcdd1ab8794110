/**
 * Keys: text in whatever form people hold it -> checked numbers -> one non-extractable CryptoKey, imported once.
 * `PrivateKey` and `PublicKey` are interfaces, so a KMS or another algorithm fits where a local key does.
 */
import { brandHandle } from '../copies.ts';
import { bytesToBigInt } from '../crypto/big-integer.ts';
import type { BytesLike } from '../crypto/bytes.ts';
import { type RsaPrivateNumbers, type RsaPublicNumbers, toJwk } from '../crypto/rsa-numbers.ts';
import type { RsaJwk, WebCrypto, WebCryptoKey } from '../crypto/web-crypto.ts';
import { checkNumbers, readJwk, readKeyText, wrongSize } from './rsa-key.ts';

/** Our half of a pair: signs what we send and, for RSA_AES, unwraps the symmetric keys that we are sent. */
export interface PrivateKey {
  /** Signature algorithm, as `RSA256`. */
  readonly algorithm: string;
  /**
   * Written into the Signature header when given.
   *
   * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a8 A8}
   */
  readonly keyVersion?: string | undefined;
  /** Signature over `data`. A remote key (a KMS, an HSM) implements just this. */
  sign(data: Uint8Array<ArrayBuffer>): Promise<BytesLike>;
  /**
   * For a remote key that takes part in RSA_AES: RSAES-PKCS1-v1_5 decryption of an encrypted symmetric key.
   * A local key does not show this: there is no plaintext without a verified signature.
   */
  unwrapKey?(encryptedKey: Uint8Array<ArrayBuffer>): Promise<BytesLike>;
}

/** A private key in this program, as `importPrivateKey` returns it. */
export interface LocalPrivateKey extends PrivateKey {
  sign(data: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
}

/** The other side's half: verifies what we receive and, for RSA_AES, encrypts what we send. */
export interface PublicKey {
  /** Signature algorithm, as `RSA256`. */
  readonly algorithm: string;
  /**
   * Which version this key is; without one it stands for every version.
   *
   * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a8 A8}
   */
  readonly keyVersion?: string | undefined;
  /** Whether `signature` belongs to `data` and this key. */
  verify(signature: Uint8Array<ArrayBuffer>, data: Uint8Array<ArrayBuffer>): Promise<boolean>;
}

/**
 * A key as text, as a JWK, or as a CryptoKey. Text is PEM or base64, as consoles, environments and secret stores hand it out:
 * quotes, escapes, blanks and words around it do no harm, nor one more base64 around the whole. Other keys may stand beside
 * the one that is wanted, but not a second one of its kind.
 */
export type KeyInput = string | RsaJwk | WebCryptoKey;

/** What `importPrivateKey` and `importPublicKey` take besides the key. */
export interface KeyOptions {
  /** Version that AlipayHK's console shows for this key: letters, digits, dot, dash and underscore. */
  keyVersion?: string | undefined;
  /** What errors call the key, as `MERCHANT_PRIVATE_KEY`; `privateKey` or `publicKey` unless given. */
  name?: string | undefined;
  /** Replaces `globalThis.crypto`. */
  crypto?: WebCrypto | undefined;
}

const rsassa = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } as const;
// Beside the handle, not in it: nothing that prints, copies or serialises a handle can reach a private number.
const privateNumbers = new WeakMap<PrivateKey, RsaPrivateNumbers>();
const publicNumbers = new WeakMap<PublicKey, RsaPublicNumbers>();

/** The numbers of a local private key: for encryption.ts, not exported from the package. */
export const privateNumbersOf = (key: PrivateKey): RsaPrivateNumbers | undefined => privateNumbers.get(key);

/** The numbers of a local public key: for encryption.ts, not exported from the package. */
export const publicNumbersOf = (key: PublicKey): RsaPublicNumbers | undefined => publicNumbers.get(key);

/**
 * Imports the RSA private key that signs, of 2048 bits or more: PKCS#8 or PKCS#1 as text; a JWK; a CryptoKey.
 * A CryptoKey that is not extractable signs but cannot take part in RSA_AES, which needs the key's numbers.
 *
 * The numbers are checked, and that both factors are primes (Miller-Rabin): 5 ms for 2048 bits on Node, 30 ms for 4096.
 * So import a key once.
 *
 * @throws TypeError that says what was given instead: a public key, an encrypted one, an EC key, one too short, one that
 * this runtime cannot use …
 * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a2 A2}, {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a18 A18}; RFC 5208 §5 (PKCS#8), RFC 8017 appendix A.1 (PKCS#1), RFC 7518 §6.3 (JWK), FIPS 186-5 appendix B.3.1 (Miller-Rabin)
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
 * Imports the RSA public key that verifies, of 2048 bits or more: SPKI, PKCS#1 or an X.509 certificate (for its key only:
 * neither dates nor issuer are checked) as text; a JWK; a CryptoKey.
 *
 * @throws TypeError that says what was given instead, or that this runtime cannot use a key of that size (Deno: over 4096 bits)
 * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a2 A2}, {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a18 A18}; RFC 5280 §4.1 (SPKI), RFC 8017 appendix A.1 (PKCS#1), RFC 7518 §6.3 (JWK)
 */
export async function importPublicKey(input: KeyInput, options: KeyOptions = {}): Promise<PublicKey> {
  const { subtle } = options.crypto ?? globalThis.crypto;
  const { key, numbers } = await importRsa('public', input, options.name ?? 'publicKey', subtle);
  const handle: PublicKey = brandHandle({
    algorithm: 'RSA256',
    keyVersion: checkKeyVersion(options.keyVersion),
    // A Web Crypto that fails has verified nothing.
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
    throw new TypeError(`${name} is ${received}; expected an RSA ${want} key of 2048 bits or more`);
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
    // Deno fails at each use of a public key over 4,096 bits. What a runtime cannot do must be known before it is needed.
    const data = new Uint8Array(modulusLength / 8);
    const use = want === 'private' ? subtle.sign(rsassa, key, data) : subtle.verify(rsassa, key, data, data);
    await use.catch(() => refuse(`an RSA key of ${modulusLength} bits, which this runtime cannot use`));
  }
  return { key, numbers };
}

function isCryptoKey(input: KeyInput): input is WebCryptoKey {
  return typeof input === 'object' && 'usages' in input && 'extractable' in input;
}

/** For every importer of keys; not exported from the package. */
export function checkKeyVersion(keyVersion: string | undefined): string | undefined {
  if (keyVersion === undefined || /^[\w.-]+$/.test(keyVersion)) return keyVersion;
  throw new TypeError('keyVersion must be letters, digits, dots, dashes or underscores');
}
