/**
 * ECC224 keys. Text becomes a checked number or point, and then a handle that signs or verifies wherever an RSA256 key
 * does. AlipayHK's page gives only the algorithm's name; curve, digest and encoding are this project's assumption (A3).
 */
import { brandHandle } from './copies.ts';
import { bytesToBigInt } from './crypto/big-integer.ts';
import { digests, ecdsaWith, p224, SCALAR_BYTES } from './crypto/p224.ts';
import { readEcKey, spkiOf } from './keys/ec-key.ts';
import { checkKeyVersion, type LocalPrivateKey, type PublicKey, spkis } from './keys/key.ts';

/** Options of `importEcc224PrivateKey` and `importEcc224PublicKey`. */
export interface Ecc224Options {
  /** Version that AlipayHK's console shows for this key: letters, digits, dot, dash and underscore. */
  keyVersion?: string | undefined;
  /** Name of the key in errors, such as `MERCHANT_PRIVATE_KEY`; `privateKey` or `publicKey` unless given. */
  name?: string | undefined;
  /**
   * Digest of the content to be signed; SHA-224 unless given, which has the strength of the curve.
   *
   * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a3 A3}
   */
  digest?: 'SHA-224' | 'SHA-256' | undefined;
  /**
   * Form of a signature; DER unless given, as in Java and OpenSSL. IEEE-P1363 is r and s side by side, 56 bytes.
   *
   * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a3 A3}
   */
  encoding?: 'DER' | 'IEEE-P1363' | undefined;
}

const formats = { DER: 'der', 'IEEE-P1363': 'compact' } as const;

/**
 * Imports a P-224 private key, which signs: PKCS#8 or SEC1. The curve must be named. A public half in the text must
 * belong to the key. Signatures are deterministic (RFC 6979).
 *
 * The key only signs: RSA_AES needs RSA keys. In a Worker, import it within a request: before the first one there are
 * no random numbers for blinding.
 *
 * @param input - PEM or base64 as for `importPrivateKey`; the EC PARAMETERS block of `openssl ecparam` may stand before
 *   it
 * @throws TypeError that says what the input is instead: a public key, an encrypted one, an RSA key, another curve …
 * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a3 A3}, {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a8 A8}, {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a5 A5}; RFC 5208 §5 (PKCS#8), RFC 5915 §3 (SEC1), RFC 5480 §2.1 (curves), FIPS 186-5 §6.4 and SP 800-186 §3.2.1.2
 * @example
 * ```ts
 * import { createClient, RSA_AES } from '@alipayhk-pass/api';
 * import { importEcc224PrivateKey, importEcc224PublicKey } from '@alipayhk-pass/message-security/ecc224';
 *
 * const client = createClient({
 *   clientId,
 *   privateKey: await importEcc224PrivateKey(MERCHANT_EC_PRIVATE_KEY),
 *   publicKey: await importEcc224PublicKey(ALIPAYHK_EC_PUBLIC_KEY),
 *   encryption: RSA_AES,
 *   decryptionKey: privateKey, // RSA_AES needs RSA keys
 *   encryptionKey: publicKey,
 * });
 * ```
 */
export async function importEcc224PrivateKey(input: string, options: Ecc224Options = {}): Promise<LocalPrivateKey> {
  const { ecdsa, format, keyVersion } = readOptions(options);
  // Only in this closure: nothing that prints, copies or serialises the handle shows it.
  const secretKey = readInput('private', input, options.name ?? 'privateKey');
  const handle: LocalPrivateKey = brandHandle({
    algorithm: 'ECC224',
    keyVersion,
    sign: async (data: Uint8Array<ArrayBuffer>) => new Uint8Array(ecdsa.sign(data, secretKey, { format })),
  });
  spkis.set(handle, () => spkiOf(p224().BASE.multiply(bytesToBigInt(secretKey)).toBytes(false)));
  return handle;
}

/**
 * Imports a P-224 public key, which verifies: SPKI or an X.509 certificate. Of a certificate only the key is read; its
 * dates and its issuer are not checked. The curve must be named; the point may be compressed.
 *
 * A signature in another form than `encoding` does not verify, and neither does one that is not strict DER. Anybody who
 * has a signature can make a second one for the same message (s and n - s both verify), so do not identify messages by
 * it.
 *
 * @param input - PEM or base64 as for `importPublicKey`
 * @throws TypeError that says what the input is instead
 * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a3 A3}, {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a8 A8}; RFC 5480 §2 (SPKI), RFC 5280 §4.1 (certificates), FIPS 186-5 §6.4 and SP 800-186 §3.2.1.2
 * @example
 * ```ts
 * import { importEcc224PublicKey } from '@alipayhk-pass/message-security/ecc224';
 *
 * const publicKey = await importEcc224PublicKey(ALIPAYHK_EC_PUBLIC_KEY, { encoding: 'IEEE-P1363' });
 * console.log(publicKey.algorithm); // ECC224
 * ```
 */
export async function importEcc224PublicKey(input: string, options: Ecc224Options = {}): Promise<PublicKey> {
  const { ecdsa, format, keyVersion } = readOptions(options);
  const point = readInput('public', input, options.name ?? 'publicKey');
  const handle: PublicKey = brandHandle({
    algorithm: 'ECC224',
    keyVersion,
    verify: async (signature: Uint8Array<ArrayBuffer>, data: Uint8Array<ArrayBuffer>) =>
      // noble throws for a wrong length; for every other fault it returns false.
      (format === 'der' || signature.length === 2 * SCALAR_BYTES) && ecdsa.verify(signature, data, point, { format }),
  });
  spkis.set(handle, () => spkiOf(point));
  return handle;
}

function readInput(half: 'private' | 'public', input: string, name: string): Uint8Array<ArrayBuffer> {
  const read =
    typeof input === 'string'
      ? readEcKey(input, half)
      : input == null
        ? `${input}`
        : `${typeof input === 'object' ? 'an' : 'a'} ${typeof input}`;
  if (typeof read !== 'string') return read;
  throw new TypeError(`${name} is ${read}; expected an EC ${half} key on P-224 (secp224r1)`);
}

function readOptions({ keyVersion, digest = 'SHA-224', encoding = 'DER' }: Ecc224Options) {
  if (!Object.hasOwn(digests, digest)) throw new TypeError('digest must be SHA-224 or SHA-256');
  if (!Object.hasOwn(formats, encoding)) throw new TypeError('encoding must be DER or IEEE-P1363');
  return { ecdsa: ecdsaWith(digest), format: formats[encoding], keyVersion: checkKeyVersion(keyVersion) };
}
