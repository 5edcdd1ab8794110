/**
 * Opening: verify the signature, check the time, decrypt (A4). A response differs from a request in three ways: its
 * time is in Response-Time, it is signed over the path of its request, and it may lack Client-Id (A12).
 */
import {
  AlgorithmNotSupported,
  BodyIncomplete,
  DecryptionFailed,
  HeaderInvalid,
  isMessageError,
  MessageReplayed,
  ResponseUnexpected,
  TimeNotAccepted,
  tracerIdOf,
  withTracerId,
} from '../errors.ts';
import type { PrivateKey, PublicKey } from '../keys/key.ts';
import { type KeyRing, keysFor } from '../keys/key-ring.ts';
import { expectUnread, isBodiless, readBody, readResponse, withBody } from './body.ts';
import { type OpenedBody, type SymmetricKeyLength, suiteOf } from './encryption.ts';
import { parseHeader, type SecurityHeader } from './header.ts';
import { checkOpenOptions, type OpenOptions, type OpenRequestOptions, type OpenResponseOptions } from './options.ts';
import { httpUriOf, type SignedParts, verifyParsed } from './signature.ts';
import { checkTime, parseTime } from './time.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** A request that was verified and, if it was encrypted, decrypted. */
export interface OpenedRequest {
  /** The request with its body in plain, and with the headers received except Content-Length. */
  request: Request;
  /** The Client-Id that the request was signed with. */
  clientId: string;
  /** Path and query that were signed. The response is signed over them too. */
  httpUri: string;
  /** The Request-Time header, verbatim. */
  requestTime: string;
  /** Whether the body was encrypted. */
  encrypted: boolean;
  /**
   * Length of the symmetric key in bytes, if encrypted. The response gets one as long: some clients know only AES-128.
   */
  symmetricKeyLength: SymmetricKeyLength | undefined;
  /** The key that verified the signature. An encrypted response is encrypted for this one. */
  publicKey: PublicKey;
}

/** A response that was verified and, if it was encrypted, decrypted. */
export interface OpenedResponse {
  /** The response with its body in plain, and with the headers received except Content-Length and Content-Encoding. */
  response: Response;
  /** The Response-Time header, verbatim. */
  responseTime: string;
  /** Whether the body was encrypted. */
  encrypted: boolean;
  /** The Tracer-Id header, unverified, at most 128 characters. */
  tracerId: string | undefined;
  /** The key that verified the signature. */
  publicKey: PublicKey;
}

/**
 * Opens a request: verifies its signature, then checks its time, then decrypts its body if it is encrypted.
 *
 * @param request - as received; its body must not have been read
 * @param options - `clientId` and `publicKey` are required; for encrypted requests `encryption` and `privateKey` too
 * @throws HeaderInvalid, AlgorithmNotSupported, BodyTooLarge, BodyIncomplete, SignatureVerificationFailed,
 *   TimeNotAccepted, DecryptionFailed, MessageReplayed: the message was refused
 * @throws TypeError for an option out of form, a body that was read before, or an `unwrapKey` that returns no bytes
 * @throws the error of `onBody`, `replayGuard` or `now`; Error whose cause is the error of a remote key that fails to verify
 * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a1 A1}, {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a4 A4}, {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a8 A8}, {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a9 A9}, {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a10 A10}
 * @example
 * ```ts
 * import { openRequest, RSA_AES } from '@alipayhk-pass/message-security';
 *
 * const opened = await openRequest(request, {
 *   clientId,
 *   publicKey: merchantPublicKey,
 *   privateKey: gatewayPrivateKey,
 *   encryption: RSA_AES,
 * });
 * const update: unknown = await opened.request.json();
 * console.log(opened.encrypted, opened.clientId); // true 4Q5Y8W0WSG45P907917
 * ```
 */
export async function openRequest(request: Request, options: OpenRequestOptions): Promise<OpenedRequest> {
  checkOpenOptions(options);
  const { bodyTimeout = 30_000, maxBodyBytes, onBody, httpUri = httpUriOf(request.url) } = options;
  const readWire = async (): Promise<Bytes> => {
    expectUnread(request);
    // Not AbortSignal.timeout, which nothing stops before its time: workerd allows a request 10,000 of them.
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), bodyTimeout);
    const reading = readBody(request, maxBodyBytes, late.signal).catch((error) => {
      if (late.signal.aborted) throw new BodyIncomplete(bodyTimeout);
      if (isMessageError(error)) throw error;
      throw new BodyIncomplete(bodyTimeout, 'the body broke off', { cause: error });
    });
    const body = await reading.finally(() => clearTimeout(timer));
    await onBody?.(body);
    return body;
  };
  const { method, signal } = request;
  const opened = await open('Request-Time', request.headers, readWire, { method, httpUri }, options);
  const { body, parts, encrypted, symmetricKeyLength, publicKey } = opened;
  const init = { method, headers: request.headers, signal };
  const plain = new Request(request.url, isBodiless(method) ? init : { ...init, body });
  plain.headers.delete('Content-Length');
  const { clientId } = options;
  const { time: requestTime } = parts;
  return { request: plain, clientId, httpUri, requestTime, encrypted, symmetricKeyLength, publicKey };
}

/**
 * The request of a response: its URL, and its headers for Request-Time. Without that header, which only the sealed request
 * has, an older response is accepted as long as `tolerance` accepts its time.
 */
export type SentRequest = Pick<Request, 'url'> & Partial<Pick<Request, 'headers'>>;

/**
 * Opens the response to a sealed request. It waits for the body for as long as `fetch` does, which its signal ends.
 *
 * @param response - as received; its body must not have been read
 * @param request - the request as it was sent: the response is signed over its path, and must not be older
 * @param options - `clientId` and `publicKey` are required; for encrypted responses `encryption` and `privateKey` too
 * @throws ResponseUnexpected for an HTTP error or an unsigned response; ResponseMissing when the body breaks off; otherwise
 *   as `openRequest`
 * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a1 A1}, {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a7 A7}, {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a11 A11}, {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a12 A12}, {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a17 A17}
 * @example
 * ```ts
 * import { openResponse, RSA_AES, sealRequest } from '@alipayhk-pass/message-security';
 *
 * const options = { clientId, privateKey, publicKey, encryption: RSA_AES };
 * const sealed = await sealRequest(new Request(url, { method: 'POST', body: JSON.stringify(update) }), options);
 * const { response } = await openResponse(await fetch(sealed), sealed, options);
 * console.log(await response.text()); // {"resultInfo":{"resultCode":"SUCCESS","resultStatus":"S"}}
 * ```
 */
export async function openResponse(
  response: Response,
  request: SentRequest,
  options: OpenResponseOptions,
): Promise<OpenedResponse> {
  checkOpenOptions(options);
  const wire = await readResponse(response, options.maxBodyBytes).catch((error) => {
    throw withTracerId(error, response);
  });
  return openRead(response, wire, request, options);
}

/** Opens a response like `openResponse`, when its options are checked and its body is read: `wire` holds the bytes. */
export async function openRead(
  response: Response,
  wire: Bytes,
  request: SentRequest,
  options: OpenResponseOptions,
): Promise<OpenedResponse> {
  if (response.status !== 200) throw new ResponseUnexpected('status', withBody(response, wire));
  if (!response.headers.get('Signature') && !response.headers.get('Response-Time')) {
    throw new ResponseUnexpected('unsigned', withBody(response, wire));
  }
  const target = { method: 'POST', httpUri: httpUriOf(request.url) };
  const readWire = async (): Promise<Bytes> => wire;
  const checkOrder = (instant: number): void => checkReplyTime(response.headers, instant, request, options);
  const opening = open('Response-Time', response.headers, readWire, target, options, checkOrder);
  const { body, parts, encrypted, publicKey } = await opening.catch((error) => {
    throw withTracerId(error, response);
  });
  const tracerId = tracerIdOf(response);
  return { response: withBody(response, body), responseTime: parts.time, encrypted, tracerId, publicKey };
}

type TimeHeader = 'Request-Time' | 'Response-Time';

interface Opened {
  /** The body in plain. */
  body: Bytes;
  /** The parts that the signature covers. */
  parts: SignedParts;
  encrypted: boolean;
  symmetricKeyLength: SymmetricKeyLength | undefined;
  publicKey: PublicKey;
}

async function open(
  timeHeader: TimeHeader,
  headers: Headers,
  readWire: () => Promise<Bytes>,
  target: { method: string; httpUri: string },
  options: OpenOptions,
  checkOrder?: (instant: number) => void,
): Promise<Opened> {
  const { now = Date.now, tolerance = 300, replayGuard } = options;
  const { clientId, time, instant, signature, encrypt } = readHeaders(timeHeader, headers, options);
  // After the headers: the body of a message with wrong headers is not read.
  const parts = { ...target, clientId, time, body: await readWire() };
  const publicKey = await verifyParsed(parts, signature, options.publicKey);
  checkTime(timeHeader, time, instant, Number(now()), tolerance);
  checkOrder?.(instant);
  if (encrypt === undefined && options.requireEncryption) {
    throw new HeaderInvalid('Encrypt', 'missing Encrypt header; this message must be encrypted', 'decryption');
  }
  // Before decryption: otherwise a second copy shows whether the first one decrypted, which is a padding oracle. The
  // guard also remembers the encrypted key, which is not signed: a copy with another one must not make the message a
  // replay. Twice the tolerance, because the time may be in the future.
  const until = Number(now()) + 2 * tolerance * 1000;
  const isFirst = replayGuard === undefined || (await replayGuard({ ...parts, encryptedKey: encrypt?.value }, until));
  if (isFirst !== true) throw new MessageReplayed();
  const decrypted = encrypt && (await decrypt(encrypt, parts.body, options));
  const { plaintext: body = parts.body, keyLength: symmetricKeyLength } = decrypted ?? {};
  return { body, parts, encrypted: decrypted !== undefined, symmetricKeyLength, publicKey };
}

/**
 * Refuses a reply that is older than its request: it replies to an earlier one, or the clocks disagree.
 *
 * @throws TimeNotAccepted with the distance in seconds
 */
function checkReplyTime(
  headers: Headers,
  instant: number,
  request: SentRequest,
  { replayAllowance = 60 }: OpenResponseOptions,
): void {
  const sent = parseTime(request.headers?.get('Request-Time') ?? '');
  if (sent === undefined || sent - instant <= replayAllowance * 1000) return;
  const skew = Math.ceil((sent - instant) / 1000);
  const time = headers.get('Response-Time') ?? '';
  throw new TimeNotAccepted('Response-Time', time, replayAllowance, skew, 'the Request-Time of its request');
}

/** Reads and parses each header of the protocol once. */
function readHeaders(timeHeader: TimeHeader, headers: Headers, { clientId, tolerance = 300 }: OpenOptions) {
  const required = (name: string): string => {
    const value = headers.get(name);
    if (value) return value; // an empty header counts as absent
    throw new HeaderInvalid(name, `missing ${name} header`);
  };
  const signature = parseHeader('Signature', required('Signature'));
  const time = required(timeHeader);
  // A12: a response may lack Client-Id or have an empty one, but not another one.
  const receivedId = timeHeader === 'Response-Time' ? headers.get('Client-Id') || clientId : required('Client-Id');
  if (receivedId !== clientId) {
    throw new HeaderInvalid('Client-Id', 'Client-Id header is not the configured clientId', 'client');
  }
  const instant = parseTime(time);
  if (instant === undefined) throw new TimeNotAccepted(timeHeader, time, tolerance);
  const encryptText = headers.get('Encrypt');
  const encrypt = encryptText ? parseHeader('Encrypt', encryptText) : undefined;
  return { clientId, time, instant, signature, encrypt };
}

async function decrypt(
  { algorithm = 'RSA_AES', keyVersion, value }: SecurityHeader,
  body: Bytes,
  { encryption, privateKey, decryptionKey = privateKey, crypto = globalThis.crypto }: OpenOptions,
): Promise<OpenedBody> {
  if (algorithm.toUpperCase() !== encryption?.algorithm) {
    const expected = encryption?.algorithm ?? 'a plain body, because the option encryption is not set';
    throw new AlgorithmNotSupported('Encrypt', algorithm, expected);
  }
  for (const key of keysFor('Encrypt', decryptionKey as KeyRing<PrivateKey>, keyVersion)) {
    const opened = await suiteOf(encryption).decrypt({ body, encryptedKey: value }, key, crypto);
    if (opened !== undefined) return opened;
  }
  throw new DecryptionFailed();
}
