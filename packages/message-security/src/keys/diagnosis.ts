/**
 * Finds out which key is wrong: "the signature does not verify" has many causes. Sealing and opening do not use it, so a
 * bundle carries it only if the program imports it.
 */
import { bytesOf } from '../crypto/bytes.ts';
import { toJwk } from '../crypto/rsa-numbers.ts';
import type { WebCrypto } from '../crypto/web-crypto.ts';
import {
  importPrivateKey,
  importPublicKey,
  type KeyInput,
  type KeyOptions,
  type PrivateKey,
  type PublicKey,
  privateNumbersOf,
  publicNumbersOf,
  spkis,
} from './key.ts';

/** The keys to check; each may be left out. An ECC224 key is given as imported. */
export interface KeysToDiagnose {
  /** The key that the merchant signs with. */
  merchantPrivateKey?: KeyInput | PrivateKey | undefined;
  /** The key that the merchant gave to AlipayHK. */
  merchantPublicKey?: KeyInput | PublicKey | undefined;
  /** The key that AlipayHK gave to the merchant. */
  gatewayPublicKey?: KeyInput | PublicKey | undefined;
}

/** The result of `diagnoseKeys`. */
export interface KeyDiagnosis {
  /** One sentence for each problem; empty when there is none. */
  problems: string[];
  /** SHA-256 of each key's SPKI in lower-case hex; for a private key, of its public half. Compare it with a console's. */
  fingerprints: { [Name in keyof KeysToDiagnose]?: string };
}

/**
 * SHA-256 of a key's SPKI in lower-case hex. It is the same for both halves of a pair, and is what
 * `openssl pkey -pubin -outform DER | openssl dgst -sha256` prints.
 *
 * @param key - as `importPrivateKey`, `importPublicKey` or their like of `./ecc224` returned it
 * @returns `undefined` for a key without numbers in this program: a CryptoKey that is not extractable, or a remote key
 * @example
 * ```ts
 * import { fingerprint, importPrivateKey } from '@alipayhk-pass/message-security';
 *
 * const privateKey = await importPrivateKey(MERCHANT_PRIVATE_KEY);
 * const print = await fingerprint(privateKey);
 * console.log(print === (await fingerprint(merchantPublicKey))); // true
 * ```
 */
export async function fingerprint(key: PrivateKey | PublicKey, options: KeyOptions = {}): Promise<string | undefined> {
  const { subtle } = options.crypto ?? globalThis.crypto;
  const spki = spkis.get(key)?.() ?? (await rsaSpki(key, subtle));
  if (spki === undefined) return undefined;
  const digest = await subtle.digest('SHA-256', spki);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function rsaSpki(key: PrivateKey | PublicKey, subtle: WebCrypto['subtle']): Promise<ArrayBuffer | undefined> {
  const numbers = privateNumbersOf(key as PrivateKey) ?? publicNumbersOf(key as PublicKey);
  if (numbers === undefined) return undefined;
  const { n, e, size } = numbers;
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  const publicKey = await subtle.importKey('jwk', toJwk({ n, e, size }), algorithm, true, ['verify']);
  return subtle.exportKey('spki', publicKey);
}

/**
 * Checks the merchant's pair and AlipayHK's key, each by itself and against the others. It reports a wrong key and does
 * not throw for it.
 *
 * @param keys - any of the three
 * @param options - `crypto` replaces `globalThis.crypto`
 * @returns the problems and the fingerprints
 * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a18 A18}; the checks are for the mistakes that users of such libraries report most often
 * @example
 * ```ts
 * import { diagnoseKeys } from '@alipayhk-pass/message-security';
 *
 * const { problems } = await diagnoseKeys({
 *   merchantPrivateKey: MERCHANT_PRIVATE_KEY,
 *   gatewayPublicKey: MERCHANT_PUBLIC_KEY, // a mistake
 * });
 * console.log(problems.join());
 * // gatewayPublicKey is the merchant's own key; expected AlipayHK's, which its console shows
 * ```
 */
export async function diagnoseKeys(keys: KeysToDiagnose, options: KeyOptions = {}): Promise<KeyDiagnosis> {
  const diagnosis: KeyDiagnosis = { problems: [], fingerprints: {} };
  const look = async <Key extends PrivateKey | PublicKey>(
    name: keyof KeysToDiagnose,
    method: 'sign' | 'verify',
    importKey: (input: KeyInput, options: KeyOptions) => Promise<Key>,
  ): Promise<Key | undefined> => {
    const input = keys[name];
    if (input === undefined) return undefined;
    try {
      const isImported = typeof (input as Partial<PrivateKey & PublicKey> | null)?.[method] === 'function';
      const key = isImported ? (input as Key) : await importKey(input as KeyInput, { ...options, name });
      const print = await fingerprint(key, options);
      if (print !== undefined) diagnosis.fingerprints[name] = print;
      return key;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      diagnosis.problems.push(error.message);
      return undefined;
    }
  };
  const privateKey = await look('merchantPrivateKey', 'sign', importPrivateKey);
  const publicKey = await look('merchantPublicKey', 'verify', importPublicKey);
  const gatewayKey = await look('gatewayPublicKey', 'verify', importPublicKey);

  const { merchantPublicKey: merchantPrint, gatewayPublicKey: gatewayPrint } = diagnosis.fingerprints;
  // By a signature, not by fingerprints: a key without numbers in this program has no fingerprint.
  const probe = new TextEncoder().encode('is this a pair?');
  const signature = privateKey && bytesOf(await privateKey.sign(probe));
  if (signature && publicKey && !(await publicKey.verify(signature, probe))) {
    diagnosis.problems.push('merchantPrivateKey and merchantPublicKey are not a pair');
  }
  if (signature && gatewayKey && (await gatewayKey.verify(signature, probe))) {
    diagnosis.problems.push("gatewayPublicKey is the merchant's own key; expected AlipayHK's, which its console shows");
  } else if (merchantPrint !== undefined && merchantPrint === gatewayPrint) {
    diagnosis.problems.push('merchantPublicKey and gatewayPublicKey are the same key; expected one key of each side');
  }
  return diagnosis;
}
