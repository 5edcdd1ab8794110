/**
 * Opening: verify, then check the time, then decrypt (A4). Requests and responses differ in three things: the header of
 * the time, that a response is signed over its request's path, and that it may leave Client-Id out (A12).
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
import { type KeyRing, keysFor } from '../keys/key-ring.ts';
import { isBodiless, readBody, readResponse, withBody } from './body.ts';
import { suiteOf } from './encryption.ts';
import { parseHeader, type SecurityHeader } from './header.ts';
import { checkOpenOptions, type OpenOptions, type OpenRequestOptions, type OpenResponseOptions } from './options.ts';
import { httpUriOf, type SignedParts, verifyParsed } from './signature.ts';
import { checkTime, parseTime } from './time.ts';

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
 * Opens a request: verifies its signature, then checks its time, then decrypts it if it is encrypted.
 *
 * @throws HeaderInvalid, AlgorithmNotSupported, BodyTooLarge, BodyIncomplete, SignatureVerificationFailed,
 *   TimeNotAccepted, DecryptionFailed, MessageReplayed; each with the stage at which it arose
 * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a1 A1}, {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a4 A4}, {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a8 A8}, {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a9 A9}, {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a10 A10}
 */
export async function openRequest(request: Request, options: OpenRequestOptions): Promise<OpenedRequest> {
  checkOpenOptions(options);
  const { bodyTimeout = 30_000, maxBodyBytes, onBody, httpUri = httpUriOf(request.url) } = options;
  const readWire = async (): Promise<Bytes> => {
    // Not AbortSignal.timeout, which nothing stops before its time: workerd allows a request 10,000 of them.
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), bodyTimeout);
    const reading = readBody(request, maxBodyBytes, late.signal).catch((error) => {
      throw late.signal.aborted ? new BodyIncomplete(bodyTimeout) : error;
    });
    const body = await reading.finally(() => clearTimeout(timer));
    await onBody?.(body);
    return body;
  };
  const { method, signal } = request;
  const opened = await open('Request-Time', request.headers, readWire, { method, httpUri }, options);
  const { body, parts, encrypted, publicKey } = opened;
  const init = { method, headers: request.headers, signal };
  const plain = new Request(request.url, isBodiless(method) ? init : { ...init, body });
  plain.headers.delete('Content-Length');
  return { request: plain, clientId: options.clientId, httpUri, requestTime: parts.time, encrypted, publicKey };
}

/** What a response belongs to: the address of its request, and its Request-Time. */
export type SentRequest = Pick<Request, 'url'> & Partial<Pick<Request, 'headers'>>;

/**
 * Opens the response to a sealed request.
 *
 * @param request - the request as it was sent: the response is signed over its path, and must not be older than it
 * @throws ResponseUnexpected for an HTTP error or an unsigned response, and what `openRequest` throws
 * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a1 A1}, {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a7 A7}, {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a11 A11}, {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a12 A12}, {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a17 A17}
 */
export async function openResponse(
  response: Response,
  request: SentRequest,
  options: OpenResponseOptions,
): Promise<OpenedResponse> {
  checkOpenOptions(options);
  return openRead(response, await readResponse(response, options.maxBodyBytes), request, options);
}

/** As `openResponse`, of a response whose body was read already. */
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
  /** In plain. */
  body: Bytes;
  /** What was verified. */
  parts: SignedParts;
  encrypted: boolean;
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
  // Only now: a body is not read for a message that its headers rule out.
  const parts = { ...target, clientId, time, body: await readWire() };
  const publicKey = await verifyParsed(parts, signature, options.publicKey);
  checkTime(timeHeader, time, instant, now(), tolerance);
  checkOrder?.(instant);
  if (encrypt === undefined && options.requireEncryption) {
    throw new HeaderInvalid('Encrypt', 'missing Encrypt header; this message must be encrypted', 'decryption');
  }
  const body = encrypt === undefined ? parts.body : await decrypt(encrypt, parts.body, options);
  // Last: Encrypt is not signed, so a copy that does not decrypt must not use up the message. It may be as far in the
  // future as in the past.
  const isFirst = replayGuard === undefined || (await replayGuard(parts, now() + 2 * tolerance * 1000));
  if (isFirst !== true) throw new MessageReplayed();
  return { body, parts, encrypted: encrypt !== undefined, publicKey };
}

/**
 * Refuses a reply from before its request: an old one, or one of a clock that disagrees with ours.
 *
 * @throws TimeNotAccepted that says how far the clocks are apart
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

/** The headers of the protocol, each read once. */
function readHeaders(timeHeader: TimeHeader, headers: Headers, { clientId, tolerance = 300 }: OpenOptions) {
  const required = (name: string): string => {
    const value = headers.get(name);
    if (value) return value; // an empty header counts as absent
    throw new HeaderInvalid(name, `missing ${name} header`);
  };
  const signature = parseHeader('Signature', required('Signature'));
  const time = required(timeHeader);
  // A12: a response may leave Client-Id out or empty, but must not bear another's.
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
): Promise<Bytes> {
  if (algorithm.toUpperCase() !== encryption?.algorithm) {
    const expected = encryption?.algorithm ?? 'a plain body, because the option encryption is not set';
    throw new AlgorithmNotSupported('Encrypt', algorithm, expected);
  }
  for (const key of keysFor('Encrypt', decryptionKey as KeyRing<PrivateKey>, keyVersion)) {
    const plain = await suiteOf(encryption).decrypt({ body, encryptedKey: value }, key, crypto);
    if (plain !== undefined) return plain;
  }
  throw new DecryptionFailed();
}
