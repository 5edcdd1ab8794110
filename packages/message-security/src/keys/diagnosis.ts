/**
 * Says in words which key is wrong: "the signature does not verify" stands for five different mistakes.
 * Not part of sealing or opening; a bundle that does not name it does not carry it.
 */
import { toBytes } from '../crypto/bytes.ts';
import {
  importPrivateKey,
  importPublicKey,
  type KeyInput,
  type KeyOptions,
  type PrivateKey,
  type PublicKey,
  privateNumbersOf,
  publicNumbersOf,
} from './key.ts';
import { toJwk } from './rsa-key.ts';

/** The keys to look at; each may be left out. */
export interface KeysToDiagnose {
  /** What the merchant signs with. */
  merchantPrivateKey?: KeyInput | undefined;
  /** What the merchant handed to AlipayHK. */
  merchantPublicKey?: KeyInput | undefined;
  /** What AlipayHK handed to the merchant. */
  gatewayPublicKey?: KeyInput | undefined;
}

/** What `diagnoseKeys` found. */
export interface KeyDiagnosis {
  /** One sentence for each thing that is wrong; empty when nothing is. */
  problems: string[];
  /** SHA-256 of each key's SPKI in hex, to be held against a console; of a private key, that of its public half. */
  fingerprints: { [Name in keyof KeysToDiagnose]?: string };
}

/**
 * SHA-256 of a key's SPKI in lower-case hex: the same for both halves of a pair, and what
 * `openssl pkey -pubin -outform DER | openssl dgst -sha256` prints.
 *
 * @returns `undefined` for a key whose numbers are elsewhere: a CryptoKey that is not extractable, a remote one
 */
export async function fingerprint(key: PrivateKey | PublicKey, options: KeyOptions = {}): Promise<string | undefined> {
  const { subtle } = options.crypto ?? globalThis.crypto;
  const numbers = privateNumbersOf(key as PrivateKey) ?? publicNumbersOf(key as PublicKey);
  if (numbers === undefined) return undefined;
  const { n, e, size } = numbers;
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  const publicKey = await subtle.importKey('jwk', toJwk({ n, e, size }), algorithm, true, ['verify']);
  const digest = await subtle.digest('SHA-256', await subtle.exportKey('spki', publicKey));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Compares a merchant's pair with the key that it holds as AlipayHK's. Never throws for a wrong key: that is what it reports.
 *
 * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a18 A18}; the mistakes are those that users of such libraries report most
 */
export async function diagnoseKeys(keys: KeysToDiagnose, options: KeyOptions = {}): Promise<KeyDiagnosis> {
  const diagnosis: KeyDiagnosis = { problems: [], fingerprints: {} };
  const look = async <Key extends PrivateKey | PublicKey>(
    name: keyof KeysToDiagnose,
    importKey: (input: KeyInput, options: KeyOptions) => Promise<Key>,
  ): Promise<Key | undefined> => {
    const input = keys[name];
    if (input === undefined) return undefined;
    try {
      const key = await importKey(input, { ...options, name });
      const print = await fingerprint(key, options);
      if (print !== undefined) diagnosis.fingerprints[name] = print;
      return key;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      diagnosis.problems.push(error.message);
      return undefined;
    }
  };
  const privateKey = await look('merchantPrivateKey', importPrivateKey);
  const publicKey = await look('merchantPublicKey', importPublicKey);
  const gatewayKey = await look('gatewayPublicKey', importPublicKey);

  const { merchantPublicKey: merchantPrint, gatewayPublicKey: gatewayPrint } = diagnosis.fingerprints;
  // By a signature and not by fingerprints: that also works for keys with their numbers elsewhere.
  const probe = new TextEncoder().encode('is this a pair?');
  const signature = privateKey && toBytes(await privateKey.sign(probe), 'merchantPrivateKey.sign');
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
