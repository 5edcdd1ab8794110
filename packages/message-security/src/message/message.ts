/**
 * The order of steps, and nothing else: encrypt, then sign; verify, then judge the time, then decrypt.
 * Requests and responses differ in three things only: the header of the time, that a response is signed over its
 * request's path, and that it may leave Client-Id out (A12).
 */

import {
  AlgorithmNotSupported,
  BodyIncomplete,
  DecryptionFailed,
  HeaderInvalid,
  MessageReplayed,
  ResponseUnexpected,
  TimeNotAccepted,
  tracerIdOf,
  withTracerId,
} from '../errors.ts';
import type { PrivateKey, PublicKey } from '../keys/key.ts';
import { type KeyRing, keysFor, latestFirst } from '../keys/key-ring.ts';
import { readBody, readResponse, withBody } from './body.ts';
import { suiteOf } from './encryption.ts';
import { formatHeader, parseHeader, type SecurityHeader } from './header.ts';
import {
  checkOpenOptions,
  checkSealOptions,
  type OpenOptions,
  type OpenRequestOptions,
  type SealOptions,
} from './options.ts';
import { httpUriOf, type SignedParts, sign, verify } from './signature.ts';
import { checkTime, formatTime, parseTime } from './time.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** A request that was verified and, if it was encrypted, decrypted. */
export interface OpenedRequest {
  /** The request with its body in plain; its headers are the ones received, but for Content-Length. */
  request: Request;
  clientId: string;
  /** Path and query, as signed; the response is signed over it too. */
  httpUri: string;
  /** The Request-Time header, verbatim. */
  requestTime: string;
  encrypted: boolean;
  /** The key that verified it; an encrypted response goes to this one. */
  publicKey: PublicKey;
}

/** A response that was verified and, if it was encrypted, decrypted. */
export interface OpenedResponse {
  /** The response with its body in plain; its headers are the ones received, but for Content-Length and -Encoding. */
  response: Response;
  /** The Response-Time header, verbatim. */
  responseTime: string;
  encrypted: boolean;
  tracerId: string | undefined;
  /** The key that verified it. */
  publicKey: PublicKey;
}

/**
 * Seals a request: encrypts its body when `encryption` is given, then signs it.
 *
 * @returns a new request with Client-Id, Request-Time, Content-Type, Signature and, if encrypted, Encrypt
 * @throws TypeError for an argument out of form
 * @see A1, A4, A6
 */
export async function sealRequest(request: Request, options: SealOptions): Promise<Request> {
  checkSealOptions(options);
  return sealChecked(request, options);
}

/** As `sealRequest`, with options that were checked already. */
export async function sealChecked(request: Request, options: SealOptions): Promise<Request> {
  const plain = new Uint8Array(await request.arrayBuffer());
  const { method } = request;
  const bodiless = isBodiless(method);
  if (bodiless && options.encryption) throw new TypeError(`encryption: expected none for ${method}`);
  const url = new URL(request.url);
  url.hash = '';
  // Runtimes disagree whether a `?` with nothing behind it is sent, and it would be signed.
  if (url.search === '') url.search = '';
  const parts = { method, httpUri: httpUriOf(url.href) };
  const { body, headers } = await seal('Request-Time', plain, parts, request.headers, options);
  // Redirects stay manual: a signed body is for the address that it was signed for.
  const init = { method, headers, signal: request.signal, redirect: 'manual' as const };
  return new Request(url, bodiless ? init : { ...init, body });
}

/**
 * Opens a request: verifies its signature, then judges its time, then decrypts it if it is encrypted.
 *
 * @throws HeaderInvalid, AlgorithmNotSupported, BodyTooLarge, BodyIncomplete, SignatureVerificationFailed,
 *   TimeNotAccepted, DecryptionFailed, MessageReplayed
 * @see A1, A4, A8, A9, A10
 */
export async function openRequest(request: Request, options: OpenRequestOptions): Promise<OpenedRequest> {
  checkOpenOptions(options);
  const { bodyTimeout = 30_000, maxBodyBytes, replayGuard } = options;
  const httpUri = httpUriOf(request.url);
  const readWire = (): Promise<Bytes> => {
    const late = AbortSignal.timeout(bodyTimeout);
    return readBody(request, maxBodyBytes, late).catch((error) => {
      throw late.aborted ? new BodyIncomplete(bodyTimeout) : error;
    });
  };
  const { method, signal } = request;
  const opened = await open('Request-Time', request.headers, readWire, { method, httpUri }, options);
  const { body, parts, until, encrypted, publicKey } = opened;
  // Last: Encrypt is not signed, so a copy that does not decrypt must not use up the message.
  if (replayGuard !== undefined && (await replayGuard(parts, until)) !== true) throw new MessageReplayed();
  const headers = new Headers(request.headers);
  headers.delete('Content-Length');
  const init = { method, headers, signal };
  const plain = new Request(request.url, isBodiless(method) ? init : { ...init, body });
  return { request: plain, clientId: options.clientId, httpUri, requestTime: parts.time, encrypted, publicKey };
}

/**
 * Seals the response to a request: encrypted if and only if the request was (A7), signed over the request's path.
 *
 * @param to - what the response answers, as `openRequest` returned it or as far as it is known
 * @throws TypeError for an argument out of form
 */
export async function sealResponse(
  response: Response,
  to: Pick<OpenedRequest, 'httpUri' | 'encrypted'>,
  options: SealOptions,
): Promise<Response> {
  if (to.encrypted && options.encryption === undefined) {
    throw new TypeError('encryption: expected one, to answer an encrypted request');
  }
  const sealing = to.encrypted ? options : { ...options, encryption: undefined };
  checkSealOptions(sealing);
  const plain = new Uint8Array(await response.arrayBuffer());
  const parts = { method: 'POST', httpUri: to.httpUri };
  const { body, headers } = await seal('Response-Time', plain, parts, response.headers, sealing);
  return new Response(body.length === 0 ? null : body, { status: response.status, headers });
}

/**
 * Opens the response to a sealed request.
 *
 * @param request - the request as it was sent: the response is signed over its path
 * @throws ResponseUnexpected for an HTTP error or an unsigned answer, and what `openRequest` throws
 * @see A1, A7, A11, A12, A17
 */
export async function openResponse(
  response: Response,
  request: Pick<Request, 'url'>,
  options: OpenOptions,
): Promise<OpenedResponse> {
  checkOpenOptions(options);
  return openRead(response, await readResponse(response, options.maxBodyBytes), request, options);
}

/** As `openResponse`, of a response whose body was read already. */
export async function openRead(
  response: Response,
  wire: Bytes,
  request: Pick<Request, 'url'>,
  options: OpenOptions,
): Promise<OpenedResponse> {
  if (response.status !== 200) throw new ResponseUnexpected('status', withBody(response, wire));
  if (!response.headers.get('Signature') && !response.headers.get('Response-Time')) {
    throw new ResponseUnexpected('unsigned', withBody(response, wire));
  }
  const parts = { method: 'POST', httpUri: httpUriOf(request.url) };
  const readWire = async (): Promise<Bytes> => wire;
  const opening = open('Response-Time', response.headers, readWire, parts, options);
  const opened = await opening.catch((error) => {
    throw withTracerId(error, response);
  });
  const { encrypted, publicKey } = opened;
  const responseTime = opened.parts.time;
  return {
    response: withBody(response, opened.body),
    responseTime,
    encrypted,
    tracerId: tracerIdOf(response),
    publicKey,
  };
}

const isBodiless = (method: string): boolean => method === 'GET' || method === 'HEAD';

type TimeHeader = 'Request-Time' | 'Response-Time';
type Target = { method: string; httpUri: string };

async function seal(
  timeHeader: TimeHeader,
  plain: Bytes,
  target: Target,
  from: Headers,
  options: SealOptions,
): Promise<{ body: Bytes; headers: Headers }> {
  const { clientId, encryption, encryptionKey = options.publicKey, now = Date.now } = options;
  const headers = new Headers(from);
  headers.delete('Content-Length');
  headers.delete('Encrypt');
  let body = plain;
  if (encryption !== undefined) {
    const [key] = latestFirst(encryptionKey as KeyRing<PublicKey>);
    const sealed = await suiteOf(encryption).encrypt(plain, key, options.crypto ?? globalThis.crypto);
    body = sealed.body;
    const { algorithm } = encryption;
    const { keyVersion } = key;
    headers.set('Encrypt', formatHeader('Encrypt', { algorithm, keyVersion, value: sealed.encryptedKey }));
  }
  headers.set(
    'Content-Type',
    encryption ? (options.encryptedContentType ?? 'text/plain; charset=UTF-8') : 'application/json; charset=UTF-8',
  );
  const time = formatTime(now(), options.zone);
  headers.set('Client-Id', clientId);
  headers.set(timeHeader, time);
  headers.set('Signature', await sign({ ...target, clientId, time, body }, options.privateKey, options.keyVersion));
  return { body, headers };
}

interface Opened {
  /** In plain. */
  body: Bytes;
  /** What was verified. */
  parts: SignedParts;
  /** When its time will no longer be accepted, in milliseconds since the epoch. */
  until: number;
  encrypted: boolean;
  publicKey: PublicKey;
}

async function open(
  timeHeader: TimeHeader,
  headers: Headers,
  readWire: () => Promise<Bytes>,
  target: Target,
  options: OpenOptions,
): Promise<Opened> {
  const { clientId, now = Date.now, tolerance = 300 } = options;
  const required = (name: string): string => {
    const value = headers.get(name);
    if (value) return value; // an empty header counts as absent
    throw new HeaderInvalid(name, 'expected one, received none');
  };
  const signature = required('Signature');
  parseHeader('Signature', signature); // for its refusals, while the body is unread; `verify` uses what it says
  const time = required(timeHeader);
  // A12: a response may leave Client-Id out or empty, but must not bear another's.
  const receivedId = timeHeader === 'Response-Time' ? headers.get('Client-Id') || clientId : required('Client-Id');
  if (receivedId !== clientId) {
    throw new HeaderInvalid('Client-Id', 'expected the configured clientId, received another');
  }
  const instant = parseTime(time);
  if (instant === undefined) throw new TimeNotAccepted(timeHeader, time, tolerance);
  const encryptText = headers.get('Encrypt');
  const encrypt = encryptText === null ? undefined : parseHeader('Encrypt', encryptText);

  // Only now: a body is not read for a message that its headers rule out.
  const parts = { ...target, clientId, time, body: await readWire() };
  const publicKey = await verify(parts, signature, options.publicKey);
  checkTime(timeHeader, time, instant, now(), tolerance);
  if (encrypt === undefined && options.requireEncryption)
    throw new HeaderInvalid('Encrypt', 'expected one, received none');
  const body = encrypt === undefined ? parts.body : await decrypt(encrypt, parts.body, options);
  // A message may be as far in the future as in the past.
  const until = now() + 2 * tolerance * 1000;
  return { body, parts, until, encrypted: encrypt !== undefined, publicKey };
}

async function decrypt(
  { algorithm = 'RSA_AES', keyVersion, value }: SecurityHeader,
  body: Bytes,
  { encryption, privateKey, decryptionKey = privateKey, crypto = globalThis.crypto }: OpenOptions,
): Promise<Bytes> {
  if (algorithm.toUpperCase() !== encryption?.algorithm) {
    throw new AlgorithmNotSupported(
      'Encrypt',
      algorithm,
      encryption?.algorithm ?? 'a plain body (`encryption` is off)',
    );
  }
  for (const key of keysFor('Encrypt', decryptionKey as KeyRing<PrivateKey>, keyVersion)) {
    const plain = await suiteOf(encryption).decrypt({ body, encryptedKey: value }, key, crypto);
    if (plain !== undefined) return plain;
  }
  throw new DecryptionFailed();
}
