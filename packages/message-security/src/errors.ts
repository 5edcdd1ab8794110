/**
 * Every error that this package throws for a message. A caller's own mistake is a TypeError instead.
 * Texts name what was expected before what was received and never hold key bytes, plaintext or signatures.
 */

/** Base of every error about a message. */
export abstract class MessageError<Code extends string = string> extends Error {
  /** Stable, and equal to `name`. */
  readonly code: Code;
  /** The `Tracer-Id` header of the response that this is about, unverified; absent where there was none. */
  declare readonly tracerId?: string | undefined;
  constructor(code: Code, text: string, options?: ErrorOptions) {
    super(text, options);
    this.name = code; // a literal: a minifier renames the constructor
    this.code = code;
  }
}

/** A header of the protocol is absent, malformed, or holds a key twice (A9). */
export class HeaderInvalid extends MessageError<'HeaderInvalid'> {
  /** The header's name, as `Signature`. */
  readonly header: string;
  constructor(header: string, expected: string) {
    super('HeaderInvalid', `${header}: ${expected}`);
    this.header = header;
  }
}

/** The message names an algorithm that was not configured; there is no fallback (A2, A3, A4). */
export class AlgorithmNotSupported extends MessageError<'AlgorithmNotSupported'> {
  /** The header that names it: `Signature` or `Encrypt`. */
  readonly header: string;
  /** The algorithm as the header gave it; `?` for what is no name at all, which may be anything, a signature included. */
  readonly algorithm: string;
  constructor(header: string, algorithm: string, expected: string) {
    const shown = /^[\w.-]{1,24}$/.test(algorithm) ? algorithm : '?';
    super('AlgorithmNotSupported', `${header}: expected ${expected}, received algorithm ${JSON.stringify(shown)}`);
    this.header = header;
    this.algorithm = shown;
  }
}

/** The signature does not belong to these bytes and this key. One text for every reason. */
export class SignatureVerificationFailed extends MessageError<'SignatureVerificationFailed'> {
  constructor() {
    super('SignatureVerificationFailed', 'the signature does not verify');
  }
}

/**
 * The body could not be decrypted. One text for key, padding, length, base64 and UTF-8 alike:
 * an attacker who can tell them apart has a padding oracle (RFC 8017 §7.2.2).
 */
export class DecryptionFailed extends MessageError<'DecryptionFailed'> {
  constructor() {
    super('DecryptionFailed', 'the body does not decrypt');
  }
}

/** Request-Time or Response-Time is not ISO-8601 with a zone, or is too far from this clock (A10). */
export class TimeNotAccepted extends MessageError<'TimeNotAccepted'> {
  /** The header's string as received, at most 64 characters. */
  readonly time: string;
  /** Accepted distance from this clock, in seconds. */
  readonly tolerance: number;
  /** How far this clock is ahead of the message, in seconds; absent when the time has no valid form. */
  readonly skew: number | undefined;
  constructor(header: string, time: string, tolerance: number, skew?: number) {
    const shown = time.slice(0, 64);
    super(
      'TimeNotAccepted',
      skew === undefined
        ? `${header}: expected ISO-8601 with a zone, as 2024-05-22T06:42:21+05:30, received ${JSON.stringify(shown)}`
        : `${header}: expected within ${tolerance} s of this clock, received ${shown}: this clock is ${Math.abs(skew)} s ${skew > 0 ? 'ahead' : 'behind'}`,
    );
    this.time = shown;
    this.tolerance = tolerance;
    this.skew = skew;
  }
}

/** The same message was received before, within the time that its Request-Time allows. */
export class MessageReplayed extends MessageError<'MessageReplayed'> {
  constructor() {
    super('MessageReplayed', 'expected a message that was not received before');
  }
}

/** The body is longer than the configured limit; it was not read to its end. */
export class BodyTooLarge extends MessageError<'BodyTooLarge'> {
  /** The limit in bytes. */
  readonly limit: number;
  constructor(limit: number) {
    super('BodyTooLarge', `body: expected at most ${limit} bytes, received more`);
    this.limit = limit;
  }
}

/** The body of a request did not arrive in time. */
export class BodyIncomplete extends MessageError<'BodyIncomplete'> {
  /** The limit in milliseconds. */
  readonly limit: number;
  constructor(limit: number) {
    super('BodyIncomplete', `body: expected its end within ${limit} ms`);
    this.limit = limit;
  }
}

/**
 * An answer that nothing vouches for: an HTTP error, or HTTP 200 without a signature (A11, A17).
 * `response` holds the body as received, unverified: good for a log, never for a decision.
 */
export class ResponseUnexpected extends MessageError<'ResponseUnexpected'> {
  readonly reason: 'status' | 'unsigned';
  /** Status, headers and body as received; nothing in it is verified. Not enumerable: logs do not get at it. */
  declare readonly response: Response;
  override readonly tracerId: string | undefined;
  constructor(reason: 'status' | 'unsigned', response: Response) {
    super(
      'ResponseUnexpected',
      reason === 'status'
        ? `expected HTTP status 200, received ${response.status}`
        : 'expected a signed response, received neither Signature nor Response-Time',
    );
    this.reason = reason;
    Object.defineProperty(this, 'response', { value: response });
    this.tracerId = tracerIdOf(response);
  }
}

/** No complete response arrived: a timeout, a refused or broken connection. Whether the request took effect is unknown. */
export class ResponseMissing extends MessageError<'ResponseMissing'> {
  constructor(expected: string, cause: unknown) {
    super('ResponseMissing', `expected a complete response, ${expected}`, { cause });
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

/** The error, with the tracer id of the response that it is about: for all of them, as it is what AlipayHK is asked with. */
export function withTracerId(error: unknown, response: Response | undefined): unknown {
  const tracerId = response && tracerIdOf(response);
  return error instanceof MessageError ? Object.assign(error, tracerId && { tracerId }) : error;
}

/** The trace id of a response, under either of the names seen (protocol: `Tracer-Id`, also `tracerId`). */
export function tracerIdOf(response: Response): string | undefined {
  return response.headers.get('Tracer-Id') ?? response.headers.get('tracerId') ?? undefined;
}
