/**
 * Every error that this package throws for a message, each with the stage at which it arose. A caller's own mistake is a
 * TypeError instead. Texts say what is wrong, then what was expected; they never hold key bytes, plaintext or signatures.
 */
import { brand } from './copies.ts';
import { printable } from './printable.ts';

/**
 * Where a message was refused, in the order in which one is opened: `target` method, path and media type; `client` the
 * Client-Id; `headers` their form; `body` its length and arrival; then `signature`, `time`, `replay` and `decryption`;
 * `contract` the fields of the body; `handler` and `sealing` a gateway's own function and reply. Only at the sending end:
 * `connection` no complete response; `status` an HTTP error; `result` a verified F or U.
 */
export type Stage =
  | 'target'
  | 'client'
  | 'headers'
  | 'body'
  | 'signature'
  | 'time'
  | 'decryption'
  | 'replay'
  | 'contract'
  | 'handler'
  | 'sealing'
  | 'connection'
  | 'status'
  | 'result';

/** Base of every error about a message. Recognise one by `isMessageError`, which works across copies of this package. */
export abstract class MessageError<Code extends string = string> extends Error {
  /** Stable, and equal to `name`. */
  readonly code: Code;
  /** Where the message was refused. */
  readonly stage: Stage;
  /** The `Tracer-Id` header of the response that this is about, unverified; absent where there was none. */
  declare readonly tracerId?: string | undefined;
  constructor(code: Code, stage: Stage, text: string, options?: ErrorOptions) {
    super(text, options);
    this.name = code; // a literal: a minifier renames the constructor
    this.code = code;
    this.stage = stage;
  }
  /** The same mark in every copy of this package. */
  get [brand](): 'error' {
    return 'error';
  }
}

/**
 * Whether a value is an error about a message, thrown by this copy of the package or by another one.
 *
 * @param value - anything that was caught
 */
export function isMessageError(value: unknown): value is AnyMessageError {
  return typeof value === 'object' && value !== null && brand in value && value[brand] === 'error';
}

/** A header of the protocol is missing, malformed, or repeats a key. */
export class HeaderInvalid extends MessageError<'HeaderInvalid'> {
  /** The header's name, as `Signature`. */
  readonly header: string;
  constructor(header: string, text: string, stage: Stage = 'headers') {
    super('HeaderInvalid', stage, text);
    this.header = header;
  }
}

/** The message names an algorithm that is not configured; there is no fallback. */
export class AlgorithmNotSupported extends MessageError<'AlgorithmNotSupported'> {
  /** The header that names it: `Signature` or `Encrypt`. */
  readonly header: string;
  /** The algorithm as the header gave it; `?` for what is no name at all, which may be anything, a signature included. */
  readonly algorithm: string;
  constructor(header: 'Signature' | 'Encrypt', algorithm: string, expected: string) {
    const shown = /^[\w.-]{1,24}$/.test(algorithm) ? algorithm : '?';
    const stage = header === 'Encrypt' ? 'decryption' : 'signature';
    super('AlgorithmNotSupported', stage, `${header} header names algorithm "${shown}"; expected ${expected}`);
    this.header = header;
    this.algorithm = shown;
  }
}

/** The signature does not belong to these bytes and this key. One text for every reason. */
export class SignatureVerificationFailed extends MessageError<'SignatureVerificationFailed'> {
  constructor() {
    super('SignatureVerificationFailed', 'signature', 'the signature does not verify');
  }
}

/**
 * The body could not be decrypted. One text for key, padding, length, base64 and UTF-8 alike:
 * an attacker who can tell them apart has a padding oracle (RFC 8017 §7.2.2).
 */
export class DecryptionFailed extends MessageError<'DecryptionFailed'> {
  constructor() {
    super('DecryptionFailed', 'decryption', 'the body does not decrypt');
  }
}

/** Request-Time or Response-Time is not ISO-8601 with a zone, or is too far from this clock. */
export class TimeNotAccepted extends MessageError<'TimeNotAccepted'> {
  /** The header's string as received, at most 64 characters. */
  readonly time: string;
  /** Accepted distance from this clock, in seconds. */
  readonly tolerance: number;
  /** How far this clock is ahead of the message, in seconds; absent when the time has no valid form. */
  readonly skew: number | undefined;
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

/** The same message was received before, within the time that its Request-Time allows. */
export class MessageReplayed extends MessageError<'MessageReplayed'> {
  constructor() {
    super('MessageReplayed', 'replay', 'the message was received before');
  }
}

/** The body is longer than the configured limit; it was not read to its end. */
export class BodyTooLarge extends MessageError<'BodyTooLarge'> {
  /** The limit in bytes. */
  readonly limit: number;
  constructor(limit: number) {
    super('BodyTooLarge', 'body', `the body is longer than ${limit} bytes`);
    this.limit = limit;
  }
}

/** The body of a request did not arrive in time. */
export class BodyIncomplete extends MessageError<'BodyIncomplete'> {
  /** The limit in milliseconds. */
  readonly limit: number;
  constructor(limit: number) {
    super('BodyIncomplete', 'body', `the body did not end within ${limit} ms`);
    this.limit = limit;
  }
}

/**
 * A response that nothing vouches for: an HTTP error, or HTTP 200 without a signature.
 * `response` holds the body as received, unverified: good for a log, never for a decision.
 */
export class ResponseUnexpected extends MessageError<'ResponseUnexpected'> {
  readonly reason: 'status' | 'unsigned';
  /** Status, headers and body as received; nothing in it is verified. Not enumerable: logs do not show it. */
  declare readonly response: Response;
  override readonly tracerId: string | undefined;
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

/** No complete response arrived: a timeout, a refused or broken connection. Whether the request took effect is unknown. */
export class ResponseMissing extends MessageError<'ResponseMissing'> {
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

/** The error with the tracer id of the response that it is about: it is what AlipayHK asks for. */
export function withTracerId(error: unknown, response: Response | undefined): unknown {
  const tracerId = response && tracerIdOf(response);
  return isMessageError(error) ? Object.assign(error, tracerId && { tracerId }) : error;
}

/**
 * The trace id of a response, under either of the names seen: `Tracer-Id`, also `tracerId`. It is not signed: at most 128
 * characters of it are kept, without control characters.
 */
export function tracerIdOf({ headers }: Pick<Response, 'headers'>): string | undefined {
  const received = headers.get('Tracer-Id') || headers.get('tracerId');
  return received ? printable(received, 128) : undefined;
}
