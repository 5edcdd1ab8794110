/**
 * Every error about a message, each with the stage at which it arose. A mistake of the caller is a TypeError instead.
 * Texts say what is wrong, then what was expected, and never hold key bytes, plaintext or signatures.
 */
import { brand } from './copies.ts';
import { printable } from './printable.ts';

/**
 * Where a message was refused, in the order of opening. `target`: method, path and media type. `client`: the Client-Id.
 * `headers`: a missing or malformed header. `body`: its length or its arrival. Then `signature`, `time`, `replay` and
 * `decryption`. `contract`: the fields of the body. `handler`: a function of the receiver. `sealing`: its reply. Only
 * at the sending end: `connection` for no complete response, `status` for an HTTP error, `result` for a verified F or
 * U.
 */
export type Stage =
  | 'target'
  | 'client'
  | 'headers'
  | 'body'
  | 'signature'
  | 'time'
  | 'replay'
  | 'decryption'
  | 'contract'
  | 'handler'
  | 'sealing'
  | 'connection'
  | 'status'
  | 'result';

/** Base of every error about a message. `isMessageError` recognises one, also from another copy of this package. */
export abstract class MessageError<Code extends string = string> extends Error {
  /** Name of the error's kind, equal to `name`. It does not change between versions. */
  readonly code: Code;
  /** Where the message was refused. */
  readonly stage: Stage;
  /** The Tracer-Id header of the response, unverified; absent when there is no response or no such header. */
  declare readonly tracerId?: string | undefined;
  /** Made by the classes below: `code` becomes the name, and `text` the message. */
  constructor(code: Code, stage: Stage, text: string, options?: ErrorOptions) {
    super(text, options);
    this.name = code; // not the constructor's name, which a minifier changes
    this.code = code;
    this.stage = stage;
  }
  /** @internal Marks an error for `isMessageError`; the same in every copy of this package. */
  get [brand](): 'error' {
    return 'error';
  }
}

/**
 * Whether a value is an error about a message, from this copy of the package or from another one. It is true for the errors
 * that other packages derive from MessageError too, which are not in `AnyMessageError`; `isUpdatePassError` of
 * `@alipayhk-pass/api` has the types of those.
 *
 * @param value - any value
 * @example
 * ```ts
 * import { isMessageError, openRequest } from '@alipayhk-pass/message-security';
 *
 * try {
 *   await openRequest(request, { clientId, publicKey: merchantPublicKey });
 * } catch (error) {
 *   if (!isMessageError(error)) throw error;
 *   console.error(error.code, error.stage, error.message);
 * }
 * ```
 */
export function isMessageError(value: unknown): value is AnyMessageError {
  return typeof value === 'object' && value !== null && brand in value && value[brand] === 'error';
}

/** A header of the protocol is missing, malformed, or repeats a key. */
export class HeaderInvalid extends MessageError<'HeaderInvalid'> {
  /** Name of the header, such as `Signature`. */
  readonly header: string;
  /** Made where a header is read or written; `text` names it and says what is wrong. */
  constructor(header: string, text: string, stage: Stage = 'headers') {
    super('HeaderInvalid', stage, text);
    this.header = header;
  }
}

/** The message names an algorithm that is not configured. There is no fallback to another one. */
export class AlgorithmNotSupported extends MessageError<'AlgorithmNotSupported'> {
  /** The header that names the algorithm: `Signature` or `Encrypt`. */
  readonly header: string;
  /**
   * The algorithm as received; `?` if it is not a name of at most 24 characters: it may be anything, also a signature.
   */
  readonly algorithm: string;
  /** Made where a key or a suite is chosen; `expected` names the algorithm that is configured. */
  constructor(header: 'Signature' | 'Encrypt', algorithm: string, expected: string) {
    const shown = /^[\w.-]{1,24}$/.test(algorithm) ? algorithm : '?';
    const stage = header === 'Encrypt' ? 'decryption' : 'signature';
    super('AlgorithmNotSupported', stage, `${header} header names algorithm "${shown}"; expected ${expected}`);
    this.header = header;
    this.algorithm = shown;
  }
}

/** The signature does not verify for this content and this key. One text for every reason. */
export class SignatureVerificationFailed extends MessageError<'SignatureVerificationFailed'> {
  constructor() {
    super('SignatureVerificationFailed', 'signature', 'the signature does not verify');
  }
}

/**
 * The body does not decrypt. One text for every reason, be it key, padding, length, base64 or UTF-8: an attacker who can
 * distinguish them has a padding oracle.
 *
 * @see RFC 8017 §7.2.2
 */
export class DecryptionFailed extends MessageError<'DecryptionFailed'> {
  constructor() {
    super('DecryptionFailed', 'decryption', 'the body does not decrypt');
  }
}

/** Request-Time or Response-Time is not ISO-8601 with a zone, or is too far from this clock or from its request. */
export class TimeNotAccepted extends MessageError<'TimeNotAccepted'> {
  /** The header as received, at most 64 characters. */
  readonly time: string;
  /** The distance that is accepted, in seconds. */
  readonly tolerance: number;
  /** How far the time is behind this clock or its request, in seconds; negative when ahead. `undefined` if malformed. */
  readonly skew: number | undefined;
  /** Made where a time is checked; `than` names what the time is compared with. */
  constructor(header: string, time: string, tolerance: number, skew?: number, than = 'this clock') {
    const shown = printable(time, 64);
    super(
      'TimeNotAccepted',
      skew === undefined ? 'headers' : 'time',
      skew === undefined
        ? `${header} header is ${JSON.stringify(shown)}; expected ISO-8601 with a zone`
        : `${header} is ${Math.abs(skew)} s ${skew > 0 ? 'behind' : 'ahead of'} ${than}; expected within ${tolerance} s`,
    );
    this.time = shown;
    this.tolerance = tolerance;
    this.skew = skew;
  }
}

/** A message with the same signed content was received before, and its time is still accepted. */
export class MessageReplayed extends MessageError<'MessageReplayed'> {
  constructor() {
    super('MessageReplayed', 'replay', 'the message was received before');
  }
}

/** The body is longer than `maxBodyBytes`. It was not read to its end. */
export class BodyTooLarge extends MessageError<'BodyTooLarge'> {
  /** The limit in bytes. */
  readonly limit: number;
  /** Made where a body is read, once it is longer than `limit` bytes. */
  constructor(limit: number) {
    super('BodyTooLarge', 'body', `the body is longer than ${limit} bytes`);
    this.limit = limit;
  }
}

/** The body of a request did not arrive within `bodyTimeout`, or broke off. */
export class BodyIncomplete extends MessageError<'BodyIncomplete'> {
  /** The limit in milliseconds. */
  readonly limit: number;
  /** Made where a body is read, once `limit` milliseconds are over or it broke off. */
  constructor(limit: number, text = `the body did not end within ${limit} ms`, options?: ErrorOptions) {
    super('BodyIncomplete', 'body', text, options);
    this.limit = limit;
  }
}

/**
 * An HTTP error, or HTTP 200 without a signature. `response` holds the body as received, unverified: use it for a log,
 * not for a decision.
 */
export class ResponseUnexpected extends MessageError<'ResponseUnexpected'> {
  /** `status` for an HTTP status other than 200; `unsigned` for a response without a signature. */
  readonly reason: 'status' | 'unsigned';
  /** Status, headers and body as received; nothing in it is verified. Not enumerable, so that logs do not show it. */
  declare readonly response: Response;
  /** The Tracer-Id header of the response, unverified; `undefined` when it has none. */
  override readonly tracerId: string | undefined;
  /** Made of the response as it was received. */
  constructor(reason: 'status' | 'unsigned', response: Response) {
    const isStatus = reason === 'status';
    super(
      'ResponseUnexpected',
      isStatus ? 'status' : 'headers',
      isStatus ? `received HTTP status ${response.status}; expected 200` : 'the response is not signed',
    );
    this.reason = reason;
    Object.defineProperty(this, 'response', { value: response });
    this.tracerId = tracerIdOf(response);
  }
}

/**
 * No complete response arrived: a timeout, or a refused or broken connection. Or it arrived, but a remote key, a replay guard
 * or a clock of the caller failed. The request may have taken effect.
 */
export class ResponseMissing extends MessageError<'ResponseMissing'> {
  /** Made where a request is sent or its response is read; `cause` is what `fetch` or the body failed with. */
  constructor(text: string, cause: unknown) {
    super('ResponseMissing', 'connection', text, { cause });
  }
}

/** Every error about a message, discriminated by `code`. */
export type AnyMessageError =
  | HeaderInvalid
  | AlgorithmNotSupported
  | SignatureVerificationFailed
  | DecryptionFailed
  | TimeNotAccepted
  | MessageReplayed
  | BodyTooLarge
  | BodyIncomplete
  | ResponseUnexpected
  | ResponseMissing;

/**
 * Adds the tracer id of a response to an error about it: AlipayHK asks for this id.
 *
 * @param error - any value; only a MessageError is changed
 * @returns the same value
 */
export function withTracerId(error: unknown, response: Response | undefined): unknown {
  const tracerId = response && tracerIdOf(response);
  return isMessageError(error) ? Object.assign(error, tracerId && { tracerId }) : error;
}

/**
 * The tracer id of a response, from the header `Tracer-Id` or `tracerId`: both are in use. It is not signed, so it is
 * cut at 128 characters, and control characters are replaced.
 * @example
 * ```ts
 * import { tracerIdOf } from '@alipayhk-pass/message-security';
 *
 * const response = new Response(null, { headers: { 'Tracer-Id': '0a1b2c3d' } });
 * console.log(tracerIdOf(response)); // 0a1b2c3d
 * ```
 */
export function tracerIdOf({ headers }: Pick<Response, 'headers'>): string | undefined {
  const received = headers.get('Tracer-Id') || headers.get('tracerId');
  return received ? printable(received, 128) : undefined;
}
