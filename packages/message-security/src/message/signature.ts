/**
 * The signature of a message, over method, path and query, Client-Id, time and the bytes on the wire (A1). The key
 * decides the algorithm: a header that names another one is refused.
 */
import { bytesOf, kindOf } from '../crypto/bytes.ts';
import { AlgorithmNotSupported, SignatureVerificationFailed } from '../errors.ts';
import type { PrivateKey, PublicKey } from '../keys/key.ts';
import { type KeyRing, keysFor, signingKey } from '../keys/key-ring.ts';
import { Mistake } from '../mistake.ts';
import { formatHeader, parseHeader, type SecurityHeader } from './header.ts';

/** The parts of a message that its signature covers. */
export interface SignedParts {
  /** HTTP method; for a response always `POST`. */
  method: string;
  /** Path and query as on the wire; for a response, those of its request. */
  httpUri: string;
  /** The Client-Id header. */
  clientId: string;
  /** The Request-Time or Response-Time header, verbatim. */
  time: string;
  /** The body on the wire: if it is encrypted, the ciphertext in base64. */
  body: Uint8Array;
}

/**
 * The content to be signed: `<method> <httpUri>`, a line feed, `<clientId>.<time>.<body>`, in UTF-8.
 *
 * @returns the bytes; `body` is copied
 *
 * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a1 A1}
 * @example
 * ```ts
 * import { contentToBeSigned } from '@alipayhk-pass/message-security';
 *
 * const content = contentToBeSigned({
 *   method: 'POST',
 *   httpUri: '/api/open/alipay/v1/ipass/pass/manage/updatePass',
 *   clientId: '4Q5Y8W0WSG45P907917',
 *   time: '2024-05-22T06:42:21+08:00',
 *   body: new TextEncoder().encode('{}'),
 * });
 * console.log(new TextDecoder().decode(content));
 * // POST /api/open/alipay/v1/ipass/pass/manage/updatePass
 * // 4Q5Y8W0WSG45P907917.2024-05-22T06:42:21+08:00.{}
 * ```
 */
export function contentToBeSigned({ method, httpUri, clientId, time, body }: SignedParts): Uint8Array<ArrayBuffer> {
  const head = new TextEncoder().encode(`${method} ${httpUri}\n${clientId}.${time}.`);
  const content = new Uint8Array(head.length + body.length);
  content.set(head);
  content.set(body, head.length);
  return content;
}

/**
 * Path and query of a URL as they are sent and signed. A `?` without a query is kept, which `URL.search` drops.
 *
 * @param url - absolute; a fragment is left out
 * @throws TypeError for a URL that is not absolute
 * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a1 A1}
 * @example
 * ```ts
 * import { httpUriOf } from '@alipayhk-pass/message-security';
 *
 * console.log(httpUriOf('https://open.alipay.hk/points?page=2#top')); // /points?page=2
 * ```
 */
export function httpUriOf(url: string): string {
  return new URL(url).href.replace(/^[^/]*\/\/[^/]*|#.*/g, '');
}

/**
 * Signs a message.
 *
 * @param privateKey - one key, or several versions with the latest last
 * @param keyVersion - version that signs; the latest unless given
 * @returns the value of the Signature header
 * @throws TypeError when no key has this version, or when a remote key returns something other than bytes
 * @throws the error of a remote key that fails
 * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a2 A2}, {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a8 A8}
 * @example
 * ```ts
 * import { formatTime, sign } from '@alipayhk-pass/message-security';
 *
 * const time = formatTime(Date.now());
 * const body = new TextEncoder().encode(JSON.stringify(update));
 * const header = await sign({ method: 'POST', httpUri: '/points', clientId, time, body }, privateKey);
 * console.log(header.startsWith('algorithm=RSA256')); // true
 * ```
 */
export async function sign(parts: SignedParts, privateKey: KeyRing<PrivateKey>, keyVersion?: string): Promise<string> {
  const key = signingKey(privateKey, keyVersion);
  const signed = await key.sign(contentToBeSigned(parts));
  const value = bytesOf(signed);
  if (!value?.length)
    throw new Mistake(`privateKey.sign returned ${value ? 'no bytes' : kindOf(signed)}; expected bytes`);
  return formatHeader('Signature', { algorithm: key.algorithm, keyVersion: key.keyVersion, value });
}

/**
 * Verifies a Signature header with the key version that it names. If it names none, every key is tried, the latest first.
 *
 * @param header - value of the header
 * @param publicKey - one key, or several versions with the latest last
 * @returns the key that verified the signature
 * @throws HeaderInvalid for a malformed header or a version that is not configured; AlgorithmNotSupported;
 *   SignatureVerificationFailed
 * @throws Error whose cause is the error of a remote key, when that fails to verify
 * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a2 A2}, {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a8 A8}, {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a9 A9}
 * @example
 * ```ts
 * import { sign, verify } from '@alipayhk-pass/message-security';
 *
 * const header = await sign(parts, privateKey);
 * const key = await verify(parts, header, merchantPublicKey);
 * console.log(key === merchantPublicKey); // true
 * ```
 */
export async function verify(parts: SignedParts, header: string, publicKey: KeyRing<PublicKey>): Promise<PublicKey> {
  return verifyParsed(parts, parseHeader('Signature', header), publicKey);
}

/** Verifies like `verify`, when the header is parsed. */
export async function verifyParsed(
  parts: SignedParts,
  { algorithm = 'RSA256', keyVersion, value }: SecurityHeader,
  publicKey: KeyRing<PublicKey>,
): Promise<PublicKey> {
  const versions = keysFor('Signature', publicKey, keyVersion);
  const name = algorithm.toUpperCase();
  const keys = versions.filter((key) => key.algorithm === name);
  if (keys.length === 0) {
    const configured = [...new Set(versions.map((key) => key.algorithm))].join(' or ');
    const elsewhere = name === 'ECC224' ? ', or a key from @alipayhk-pass/message-security/ecc224' : ''; // A3: no Web Crypto has P-224
    throw new AlgorithmNotSupported('Signature', algorithm, configured + elsewhere);
  }
  const content = contentToBeSigned(parts);
  for (const key of keys) {
    // Only `true` counts: a remote key may resolve with an object that means no.
    const verified = await (async () => key.verify(value, content))().catch((cause: unknown) => {
      // Wrapped, because a remote key may throw an error of this package about another message.
      throw new Error('publicKey.verify failed', { cause });
    });
    if (verified === true) return key;
  }
  throw new SignatureVerificationFailed();
}
