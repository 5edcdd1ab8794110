/**
 * Sealing: encrypt, then sign (A4). A response differs from a request in two ways: its time is in Response-Time, and it
 * is signed over the path of its request.
 */
import { isAesLength } from '../crypto/suite.ts';
import type { PublicKey } from '../keys/key.ts';
import { type KeyRing, latestFirst } from '../keys/key-ring.ts';
import { isBodiless, ownBody } from './body.ts';
import { type SymmetricKeyLength, suiteOf } from './encryption.ts';
import { formatHeader } from './header.ts';
import type { OpenedRequest } from './open.ts';
import { checkSealOptions, type SealOptions } from './options.ts';
import { httpUriOf, sign } from './signature.ts';
import { formatTime } from './time.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Seals a request: encrypts its body if `encryption` is set, then signs it.
 *
 * @param request - its body must not have been read
 * @param options - `clientId` and `privateKey` are required; with `encryption` also `publicKey`
 * @returns a new request with Client-Id, Request-Time, Content-Type, Signature and, if encrypted, Encrypt
 * @throws TypeError for an option out of form, for a body that was read before, or for one to be encrypted that is not
 *   UTF-8
 * @throws the error of a remote key that fails to sign
 * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a1 A1}, {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a4 A4}, {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a6 A6}
 * @example
 * ```ts
 * import { RSA_AES, sealRequest } from '@alipayhk-pass/message-security';
 *
 * const request = new Request(url, { method: 'POST', body: JSON.stringify(update) });
 * const sealed = await sealRequest(request, { clientId, privateKey, publicKey, encryption: RSA_AES });
 * console.log(sealed.headers.has('Signature'), sealed.headers.has('Encrypt')); // true true
 * ```
 */
export async function sealRequest(request: Request, options: SealOptions): Promise<Request> {
  checkSealOptions(options);
  const { url, init } = await sealInParts(request, options);
  const sealed = new Request(url, init);
  sources.set(sealed, request);
  return sealed;
}

/** Keeps what was sealed: Node does not abort through the signal of a Request that it has collected as garbage. */
const sources = /* @__PURE__ */ new WeakMap<Request, Request>();

/** A sealed request as the arguments of `new Request(url, init)`. */
export interface SealedParts {
  url: string;
  init: { method: string; headers: Headers; signal: AbortSignal; redirect: 'manual'; body?: Bytes };
}

/** Seals a request like `sealRequest`, when its options are checked. */
export async function sealInParts(request: Request, options: SealOptions): Promise<SealedParts> {
  const plain = await ownBody(request);
  const { method } = request;
  const bodiless = isBodiless(method);
  if (bodiless && options.encryption) throw new TypeError(`encryption is set, but ${method} has no body to encrypt`);
  const url = new URL(request.url);
  url.hash = '';
  // An empty query is removed: runtimes disagree whether its `?` is sent, and it would be signed.
  if (url.search === '') url.search = '';
  const target = { method, httpUri: httpUriOf(url.href) };
  const encrypter = await prepareEncryption(options, 32);
  const { body, headers } = await seal('Request-Time', plain, target, request.headers, options, encrypter);
  // Redirects are not followed: the request was signed for this path.
  const init = { method, headers, signal: request.signal, redirect: 'manual' as const };
  return { url: url.href, init: bodiless ? init : { ...init, body } };
}

/** The parts of a request that sealing its response depends on. Without `symmetricKeyLength` the key has 32 bytes. */
export type RepliedTo = Pick<OpenedRequest, 'httpUri' | 'encrypted'> &
  Partial<Pick<OpenedRequest, 'symmetricKeyLength'>>;

/**
 * Seals the response to a request. It is signed over the request's path, and encrypted if and only if the request was,
 * with a symmetric key of the same length.
 *
 * @param response - its body must not have been read
 * @param to - the request as `openRequest` returned it; for a request that does not open, what is known of it
 * @param options - `clientId` and `privateKey` are required; for an encrypted response `encryption` and `publicKey` too
 * @throws TypeError for an argument out of form, for a body that was read before, or for one to be encrypted that is not
 *   UTF-8
 * @throws the error of a remote key that fails to sign
 * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a7 A7}
 * @example
 * ```ts
 * import { openRequest, RSA_AES, sealResponse } from '@alipayhk-pass/message-security';
 *
 * const keys = { privateKey: gatewayPrivateKey, publicKey: merchantPublicKey };
 * const options = { clientId, ...keys, encryption: RSA_AES };
 * const opened = await openRequest(request, options);
 * const response = Response.json({ resultInfo: { resultCode: 'SUCCESS', resultStatus: 'S' } });
 * const sealed = await sealResponse(response, opened, options);
 * console.log(sealed.headers.has('Signature')); // true
 * ```
 */
export async function sealResponse(response: Response, to: RepliedTo, options: SealOptions): Promise<Response> {
  return (await prepareResponse(to, options))(response);
}

/**
 * Does the part of `sealResponse` that does not need the response: it checks the options and, for an encrypted response,
 * makes and wraps the symmetric key. Call it before you act on a request, so that a key that cannot encrypt is found in time.
 *
 * @param to - the request as `openRequest` returned it
 * @param options - as for `sealResponse`
 * @returns a function that seals one response, and rejects as `sealResponse` does for its body or a remote key
 * @throws TypeError for an argument out of form
 * @example
 * ```ts
 * import { openRequest, prepareResponse, RSA_AES } from '@alipayhk-pass/message-security';
 *
 * const keys = { privateKey: gatewayPrivateKey, publicKey: merchantPublicKey };
 * const options = { clientId, ...keys, encryption: RSA_AES };
 * const opened = await openRequest(request, options);
 * const seal = await prepareResponse(opened, options);
 * // Now apply what the request asks for.
 * const sealed = await seal(Response.json({ resultInfo: { resultCode: 'SUCCESS', resultStatus: 'S' } }));
 * ```
 */
export async function prepareResponse(
  to: RepliedTo,
  options: SealOptions,
): Promise<(response: Response) => Promise<Response>> {
  if (to.encrypted && options.encryption === undefined) {
    throw new TypeError('encryption is missing; an encrypted request needs an encrypted reply');
  }
  const sealing = to.encrypted ? options : { ...options, encryption: undefined };
  checkSealOptions(sealing);
  const { symmetricKeyLength = 32 } = to;
  if (!isAesLength(symmetricKeyLength)) throw new TypeError('symmetricKeyLength must be 16, 24 or 32');
  const encrypter = await prepareEncryption(sealing, symmetricKeyLength);
  return async (response) => {
    const plain = await ownBody(response);
    const target = { method: 'POST', httpUri: to.httpUri };
    const { body, headers } = await seal('Response-Time', plain, target, response.headers, sealing, encrypter);
    return new Response(body.length === 0 ? null : body, { status: response.status, headers });
  };
}

/** Encrypts one body, with a symmetric key that is made and wrapped already. */
interface Encrypter {
  /** Value of the Encrypt header. */
  header: string;
  encrypt(plain: Bytes): Promise<Bytes>;
}

async function prepareEncryption(options: SealOptions, keyLength: SymmetricKeyLength): Promise<Encrypter | undefined> {
  const { encryption, encryptionKey = options.publicKey, crypto = globalThis.crypto } = options;
  if (encryption === undefined) return undefined;
  const [key] = latestFirst(encryptionKey as KeyRing<PublicKey>);
  const { encryptedKey, encrypt } = await suiteOf(encryption).prepare(key, keyLength, crypto);
  const { algorithm } = encryption;
  return { header: formatHeader('Encrypt', { algorithm, keyVersion: key.keyVersion, value: encryptedKey }), encrypt };
}

async function seal(
  timeHeader: 'Request-Time' | 'Response-Time',
  plain: Bytes,
  target: { method: string; httpUri: string },
  from: Headers,
  options: SealOptions,
  encrypter: Encrypter | undefined,
): Promise<{ body: Bytes; headers: Headers }> {
  const { clientId, now = Date.now, encryptedContentType = 'text/plain; charset=UTF-8' } = options;
  const headers = new Headers(from);
  headers.delete('Content-Length');
  headers.delete('Encrypt');
  if (encrypter) headers.set('Encrypt', encrypter.header);
  headers.set('Content-Type', encrypter ? encryptedContentType : 'application/json; charset=UTF-8');
  const body = encrypter ? await encrypter.encrypt(plain) : plain;
  const time = formatTime(now(), options.zone);
  headers.set('Client-Id', clientId);
  headers.set(timeHeader, time);
  headers.set('Signature', await sign({ ...target, clientId, time, body }, options.privateKey, options.keyVersion));
  return { body, headers };
}
