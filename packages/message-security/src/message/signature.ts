/**
 * The signature of a message: over the bytes on the wire, the method, the path and query, the caller and the time (A1).
 * The key brings its algorithm, so a header can never choose one: another algorithm than the key's is refused.
 */
import { toBytes } from '../crypto/bytes.ts';
import { AlgorithmNotSupported, SignatureVerificationFailed } from '../errors.ts';
import type { PrivateKey, PublicKey } from '../keys/key.ts';
import { type KeyRing, keysFor, signingKey } from '../keys/key-ring.ts';
import { formatHeader, parseHeader, type SecurityHeader } from './header.ts';

/** What a signature vouches for. */
export interface SignedParts {
  /** HTTP method; a response is signed with its request's. */
  method: string;
  /** Path and query as on the wire; a response is signed with its request's. */
  httpUri: string;
  clientId: string;
  /** Request-Time or Response-Time, the header's string. */
  time: string;
  /** Bytes on the wire, after encryption if any. */
  body: Uint8Array;
}

/**
 * The bytes that get signed: `<method> <httpUri>` LF `<clientId>.<time>.<body>`, in UTF-8.
 *
 * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a1 A1}
 */
export function contentToBeSigned({ method, httpUri, clientId, time, body }: SignedParts): Uint8Array<ArrayBuffer> {
  const head = new TextEncoder().encode(`${method} ${httpUri}\n${clientId}.${time}.`);
  const content = new Uint8Array(head.length + body.length);
  content.set(head);
  content.set(body, head.length);
  return content;
}

/** Path and query of a URL as they go on the wire, which is what is signed: a lone `?` included, which `URL.search` drops. */
export function httpUriOf(url: string): string {
  return new URL(url).href.replace(/^[^/]*\/\/[^/]*|#.*/g, '');
}

/**
 * Signs with the latest key of a ring, or with the version named.
 *
 * @returns the text of the Signature header
 * @throws TypeError when the ring has no such version, or a remote key resolves with something else than bytes
 * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a2 A2}, {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a8 A8}
 */
export async function sign(parts: SignedParts, privateKey: KeyRing<PrivateKey>, keyVersion?: string): Promise<string> {
  const key = signingKey(privateKey, keyVersion);
  const value = toBytes(await key.sign(contentToBeSigned(parts)), 'privateKey.sign');
  if (value.length === 0) throw new TypeError('privateKey.sign returned no bytes; expected a signature');
  return formatHeader('Signature', { algorithm: key.algorithm, keyVersion: key.keyVersion, value });
}

/**
 * Verifies a Signature header: with the version that it names or, when it names none, with the latest and then the others.
 *
 * @returns the key that matched
 * @throws HeaderInvalid for a header out of form or a version that is not configured, AlgorithmNotSupported,
 *   SignatureVerificationFailed
 * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a2 A2}, {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a8 A8}, {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a9 A9}
 */
export async function verify(parts: SignedParts, header: string, publicKey: KeyRing<PublicKey>): Promise<PublicKey> {
  return verifyParsed(parts, parseHeader('Signature', header), publicKey);
}

/** As `verify`, of a header that was parsed already. */
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
    // Nothing but true: a remote key may resolve with an object that says no.
    if ((await key.verify(value, content)) === true) return key;
  }
  throw new SignatureVerificationFailed();
}
