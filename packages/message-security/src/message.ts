/**
 * The order of steps, and nothing else: encrypt, then sign; verify, then judge the time, then decrypt.
 * Requests and responses differ in three things only: the header of the time, who may leave a signature out (nobody),
 * and that a response is signed over its request's path.
 */
import { type Encryption, suiteOf } from './encryption.ts';
import {
  AlgorithmNotSupported,
  BodyTooLarge,
  DecryptionFailed,
  HeaderInvalid,
  MessageReplayed,
  ResponseMissing,
  ResponseUnexpected,
  TimeNotAccepted,
  tracerIdOf,
} from './errors.ts';
import { formatHeader, parseHeader, type SecurityHeader } from './header.ts';
import { type KeyRing, latestFirst, type PrivateKey, type PublicKey } from './key.ts';
import type { ReplayGuard } from './replay.ts';
import { httpUriOf, matchesVersion, sign, verify } from './signature.ts';
import { checkTime, formatTime, parseTime } from './time.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** What both directions share. */
export interface MessageOptions {
  /** The id under which the merchant is configured; signed with every message. */
  clientId: string;
  /** `RSA_AES`, to encrypt and decrypt bodies; without it bodies are plain and an encrypted one is refused. */
  encryption?: Encryption | undefined;
  /** This clock, in milliseconds since the epoch; `Date.now` unless given. */
  now?: (() => number) | undefined;
  /** Replaces `globalThis.crypto` for encryption; keys keep the one that they were imported with. */
  crypto?: Crypto | undefined;
}

/** What sealing takes. */
export interface SealOptions extends MessageOptions {
  /** Ours: signs. */
  privateKey: KeyRing<PrivateKey>;
  /** Theirs: encrypts. Needed only with `encryption`. */
  publicKey?: KeyRing<PublicKey> | undefined;
  /** Theirs: encrypts in place of `publicKey`, where that one is no RSA key (ECC224). */
  encryptionKey?: KeyRing<PublicKey> | undefined;
  /** Which version of `privateKey` signs; the latest unless given. */
  keyVersion?: string | undefined;
  /** Zone of the time that is written, as `+08:00`, which is the default. */
  zone?: string | undefined;
  /** Content-Type of an encrypted body; `text/plain; charset=UTF-8` unless given (A6). */
  encryptedContentType?: string | undefined;
}

/** What opening takes. */
export interface OpenOptions extends MessageOptions {
  /** Theirs: verifies. */
  publicKey: KeyRing<PublicKey>;
  /** Ours: decrypts. Needed only with `encryption`. */
  privateKey?: KeyRing<PrivateKey> | undefined;
  /** Ours: decrypts in place of `privateKey`, where that one is no RSA key (ECC224). */
  decryptionKey?: KeyRing<PrivateKey> | undefined;
  /** Refuses a message that was received before; without one, replays within the tolerance are accepted. */
  replayGuard?: ReplayGuard | undefined;
  /** How far the message's time may be from this clock, in seconds; 300 unless given, at most 86,400 (A10). */
  tolerance?: number | undefined;
  /** Longest body in bytes as on the wire; 2 MiB unless given, which holds 1 MiB encrypted. */
  maxBodyBytes?: number | undefined;
  /** Refuse a message that is not encrypted. */
  requireEncryption?: boolean | undefined;
}

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
  const plain = new Uint8Array(await request.arrayBuffer());
  const { method } = request;
  const bodiless = method === 'GET' || method === 'HEAD';
  if (bodiless && options.encryption) throw new TypeError(`encryption: expected none for ${method}, which has no body`);
  const url = new URL(request.url);
  url.hash = '';
  // Runtimes disagree whether a `?` with nothing behind it is sent, and it would be signed.
  if (url.search === '') url.search = '';
  const parts = { method, httpUri: httpUriOf(url.href) };
  const { body, headers } = await seal('Request-Time', plain, parts, options.encryption, request.headers, options);
  // Redirects stay manual: a signed body is for the address that it was signed for.
  const init = { method, headers, signal: request.signal, redirect: 'manual' as const };
  return new Request(url, bodiless ? init : { ...init, body });
}

/**
 * Opens a request: verifies its signature, then judges its time, then decrypts it if it is encrypted.
 *
 * @throws HeaderInvalid, AlgorithmNotSupported, BodyTooLarge, SignatureVerificationFailed, TimeNotAccepted,
 *   MessageReplayed, DecryptionFailed
 * @see A1, A4, A8, A9, A10
 */
export async function openRequest(request: Request, options: OpenOptions): Promise<OpenedRequest> {
  const httpUri = httpUriOf(request.url);
  const wire = await readBody(request, options.maxBodyBytes);
  const parts = { method: request.method, httpUri };
  const { body, time, encrypted, publicKey } = await open('Request-Time', request.headers, wire, parts, options);
  const headers = new Headers(request.headers);
  headers.delete('Content-Length');
  const init = { method: request.method, headers, signal: request.signal };
  const plain = new Request(request.url, parts.method === 'GET' || parts.method === 'HEAD' ? init : { ...init, body });
  return { request: plain, clientId: options.clientId, httpUri, requestTime: time, encrypted, publicKey };
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
  const plain = new Uint8Array(await response.arrayBuffer());
  const encryption = to.encrypted ? options.encryption : undefined;
  const parts = { method: 'POST', httpUri: to.httpUri };
  const { body, headers } = await seal('Response-Time', plain, parts, encryption, response.headers, options);
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
  return openRead(response, await readResponse(response, options.maxBodyBytes), request, options);
}

async function openRead(
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
  const { body, time, encrypted, publicKey } = await open('Response-Time', response.headers, wire, parts, options);
  return {
    response: withBody(response, body),
    responseTime: time,
    encrypted,
    tracerId: tracerIdOf(response),
    publicKey,
  };
}

/** What `sealedFetch` takes. */
export interface SealedFetchOptions extends SealOptions, OpenOptions {
  publicKey: KeyRing<PublicKey>;
  privateKey: KeyRing<PrivateKey>;
  /** Carries the sealed request; `globalThis.fetch` unless given. */
  fetch?: ((request: Request) => Promise<Response>) | undefined;
  /** How long a complete response may take, in milliseconds; 10,000 unless given. */
  timeout?: number | undefined;
}

/**
 * A `fetch` that seals what it sends and opens what it receives. The response keeps its Signature and Encrypt headers,
 * as a record of what was verified; its body is plain.
 *
 * Rejects with ResponseMissing when no complete response arrived, with the signal's reason when the caller aborted,
 * and with whatever `openResponse` throws.
 */
export function sealedFetch(
  options: SealedFetchOptions,
): (input: RequestInfo | URL, init?: RequestInit) => Promise<Response> {
  const { fetch = globalThis.fetch, timeout = 10_000 } = options;
  if (!(timeout > 0 && timeout <= 2 ** 31 - 1)) throw new TypeError('timeout: expected milliseconds, more than 0');
  return async (input, init) => {
    const request = new Request(input, init);
    request.signal.throwIfAborted();
    const late = AbortSignal.timeout(timeout);
    const signal = AbortSignal.any([request.signal, late]);
    const sealed = await sealRequest(new Request(request, { signal }), options);
    let response: Response;
    let wire: Bytes;
    try {
      // Raced, because an injected fetch may not heed the signal.
      response = await unlessAborted(signal, () => fetch(sealed));
      wire = await unlessAborted(signal, () => readResponse(response, options.maxBodyBytes));
    } catch (cause) {
      if (cause instanceof BodyTooLarge) throw cause;
      if (request.signal.aborted) throw request.signal.reason;
      throw new ResponseMissing(late.aborted ? `within ${timeout} ms` : 'the connection failed', cause);
    }
    return (await openRead(response, wire, sealed, options)).response;
  };
}

type TimeHeader = 'Request-Time' | 'Response-Time';
type Target = { method: string; httpUri: string };

async function seal(
  timeHeader: TimeHeader,
  plain: Bytes,
  target: Target,
  encryption: Encryption | undefined,
  from: Headers,
  options: SealOptions,
): Promise<{ body: Bytes; headers: Headers }> {
  const {
    clientId,
    privateKey,
    encryptionKey = options.publicKey,
    now = Date.now,
    crypto = globalThis.crypto,
  } = options;
  if (!/^[\w-]+$/.test(clientId)) throw new TypeError('clientId: expected letters, digits, dash or underscore');
  const headers = new Headers(from);
  headers.delete('Content-Length');
  headers.delete('Encrypt');
  let body = plain;
  if (encryption !== undefined) {
    if (!isUtf8(plain)) throw new TypeError('body: expected text in UTF-8, to be encrypted');
    if (encryptionKey === undefined) throw new TypeError('publicKey: expected one, to encrypt to');
    const [key] = latestFirst(encryptionKey) as [PublicKey];
    const sealed = await suiteOf(encryption).encrypt(plain, key, crypto);
    body = sealed.body;
    const { algorithm } = encryption;
    headers.set(
      'Encrypt',
      formatHeader('Encrypt', { algorithm, keyVersion: key.keyVersion, value: sealed.encryptedKey }),
    );
  }
  const contentType = options.encryptedContentType ?? 'text/plain; charset=UTF-8';
  headers.set('Content-Type', encryption === undefined ? 'application/json; charset=UTF-8' : contentType);
  const time = formatTime(now(), options.zone);
  headers.set('Client-Id', clientId);
  headers.set(timeHeader, time);
  headers.set('Signature', await sign({ ...target, clientId, time, body }, privateKey, options.keyVersion));
  return { body, headers };
}

async function open(
  timeHeader: TimeHeader,
  headers: Headers,
  wire: Bytes,
  target: Target,
  options: OpenOptions,
): Promise<{ body: Bytes; time: string; encrypted: boolean; publicKey: PublicKey }> {
  const { clientId, now = Date.now, tolerance = 300 } = options;
  if (!(tolerance > 0 && tolerance <= 86_400)) throw new TypeError('tolerance: expected seconds, 1 to 86400');
  const required = (name: string): string => {
    const value = headers.get(name);
    if (value) return value; // an empty header counts as absent
    throw new HeaderInvalid(name, 'expected one, received none');
  };
  const signature = required('Signature');
  const time = required(timeHeader);
  // A12: a response may leave Client-Id out or empty, but must not bear another's.
  const receivedId = timeHeader === 'Response-Time' ? headers.get('Client-Id') || clientId : required('Client-Id');
  if (receivedId !== clientId)
    throw new HeaderInvalid('Client-Id', 'expected the configured clientId, received another');
  if (parseTime(time) === undefined) throw new TimeNotAccepted(timeHeader, time, tolerance);
  const encryptText = headers.get('Encrypt');
  const encrypt = encryptText === null ? undefined : parseHeader('Encrypt', encryptText);

  const parts = { ...target, clientId, time, body: wire };
  const publicKey = await verify(parts, signature, options.publicKey);
  checkTime(timeHeader, time, now(), tolerance);
  if (options.replayGuard && !(await options.replayGuard(parts, now() + 2 * tolerance * 1000)))
    throw new MessageReplayed();
  if (encrypt === undefined) {
    if (options.requireEncryption) throw new HeaderInvalid('Encrypt', 'expected an encrypted body');
    return { body: wire, time, encrypted: false, publicKey };
  }
  return { body: await decrypt(encrypt, wire, options), time, encrypted: true, publicKey };
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
  if (decryptionKey === undefined) throw new TypeError('privateKey: expected one, to decrypt with');
  const keys = latestFirst(decryptionKey).filter((key) => matchesVersion(key, keyVersion));
  if (keys.length === 0) throw new HeaderInvalid('Encrypt', 'expected a keyVersion that is configured');
  for (const key of keys) {
    const plain = await suiteOf(encryption).decrypt({ body, encryptedKey: value }, key, crypto);
    // A wrong key whose padding happens to fit must not be told apart, hence the look at UTF-8 here.
    if (plain !== undefined && isUtf8(plain)) return plain;
  }
  throw new DecryptionFailed();
}

function isUtf8(bytes: Bytes): boolean {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes) !== undefined;
  } catch {
    return false;
  }
}

async function readBody(message: Request | Response, limit = 2 * 1024 * 1024): Promise<Bytes> {
  if (!(limit > 0)) throw new TypeError('maxBodyBytes: expected bytes, more than 0');
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = message.body?.getReader();
  for (let read = await reader?.read(); read?.value !== undefined; read = await reader?.read()) {
    chunks.push(read.value);
    length += read.value.length;
    if (length > limit) {
      reader?.cancel().catch(() => undefined); // the sender's end may be gone already
      throw new BodyTooLarge(limit);
    }
  }
  const body = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.length;
  }
  return body;
}

/** An HTTP error is reported as such, whatever its body is. */
async function readResponse(response: Response, limit: number | undefined): Promise<Bytes> {
  const body = readBody(response, limit);
  return response.status === 200 ? body : body.catch(() => new Uint8Array());
}

function withBody(response: Response, body: Bytes): Response {
  if (response.status < 200) return response; // a browser's opaque redirect cannot be rebuilt
  const headers = new Headers(response.headers);
  headers.delete('Content-Length');
  headers.delete('Content-Encoding'); // the runtime has decoded it
  return new Response(body.length === 0 ? null : body, { status: response.status, headers });
}

function unlessAborted<T>(signal: AbortSignal, run: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    run()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', abort));
  });
}
