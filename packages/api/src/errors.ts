/**
 * Errors that this package adds to those of message-security: bodies that do not fit the contract, results other than S.
 */
import {
  type AnyMessageError,
  isMessageError,
  MessageError,
  printable,
  type ResponseUnexpected,
} from '@alipayhk-pass/message-security';
import type { ResultInfo } from './generated/types.ts';

/** A result other than S. */
export type NotSuccess = ResultInfo & { resultStatus: 'F' | 'U' };

/** One place where a body does not fit the contract. */
export interface Issue {
  /** Where it is: names joined by dots, such as `dataInfo.billNo`; empty for the body as a whole. */
  path: string;
  /** What is wrong, as the end of a sentence: `must be a string`. It leaves the value out, which may be personal data. */
  message: string;
}

/**
 * A request body does not fit {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/openapi.yaml the contract}.
 * A client has sent nothing; a gateway has not called its handler.
 */
export class RequestInvalid extends MessageError<'RequestInvalid'> {
  /** Every place where the body does not fit. */
  readonly issues: readonly Issue[];
  /** Made where a request is checked. */
  constructor(issues: readonly Issue[]) {
    super('RequestInvalid', 'contract', describe(issues));
    this.issues = issues;
  }
}

/**
 * A verified response has a body that does not fit {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/openapi.yaml the contract}.
 * Whether the update took effect is unknown.
 */
export class ResponseInvalid extends MessageError<'ResponseInvalid'> {
  /** Every place where the body does not fit. */
  readonly issues: readonly Issue[];
  /** The Tracer-Id header of the response, unverified; `undefined` when it has none. */
  override readonly tracerId: string | undefined;
  /** Made where a response is checked. */
  constructor(issues: readonly Issue[], tracerId: string | undefined) {
    super('ResponseInvalid', 'contract', describe(issues));
    this.issues = issues;
    this.tracerId = tracerId;
  }
}

/**
 * A verified result other than S. F: AlipayHK refused the update, and will refuse it again; but INVALID_SIGNATURE,
 * INVALID_CLIENT, KEY_NOT_FOUND and ACCESS_DENIED concern keys, Client-Id or console, and after a correction the same update
 * is sent again. U: the outcome is unknown, and the update may have taken effect. Send the newest state of the pass
 * again, later.
 *
 * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a14 A14}, {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a23 A23}
 */
export class ResultNotSuccess extends MessageError<'ResultNotSuccess'> {
  /** The result, which says F or U. */
  readonly resultInfo: NotSuccess;
  /** The Tracer-Id header of the response, unverified; `undefined` when it has none. */
  override readonly tracerId: string | undefined;
  /** Made of a verified result. */
  constructor(resultInfo: NotSuccess, tracerId: string | undefined) {
    super('ResultNotSuccess', 'result', `the result is ${inWords(resultInfo)}; expected S`);
    this.resultInfo = resultInfo;
    this.tracerId = tracerId;
  }
}

/**
 * A reply of F or U without a signature. A gateway may send it when it refuses the merchant's own signature. Use it to
 * find the cause, not to decide: anybody may have written it, so the outcome is unknown.
 *
 * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a11 A11}
 */
export class ResultNotSigned extends MessageError<'ResultNotSigned'> {
  /** The result that the reply holds, unverified: at most 64 characters of the code and 256 of the message. */
  readonly unverified: NotSuccess;
  /** Status, headers and body as received; nothing in it is verified. Not enumerable, so that logs do not show it. */
  declare readonly response: Response;
  /** The Tracer-Id header of the response, unverified; `undefined` when it has none. */
  override readonly tracerId: string | undefined;
  /** Made of a result that nothing verifies, and of the error for its response. */
  constructor(unverified: NotSuccess, { response, tracerId }: ResponseUnexpected) {
    super('ResultNotSigned', 'headers', `the response is not signed; it says ${inWords(unverified)}`);
    // Anybody may have written them, and they end up in logs.
    const { resultCode, resultStatus, resultMessage } = unverified;
    const shown = { resultCode: printable(resultCode, 64), resultStatus };
    this.unverified = resultMessage ? { ...shown, resultMessage: printable(resultMessage, 256) } : shown;
    Object.defineProperty(this, 'response', { value: response });
    this.tracerId = tracerId;
  }
}

/**
 * Every error that `updatePass` rejects with, discriminated by `code`; except TypeError, the reason of an abort, and the
 * error of a remote key that fails to sign.
 */
export type UpdatePassError = AnyMessageError | RequestInvalid | ResponseInvalid | ResultNotSuccess | ResultNotSigned;

/**
 * Whether a caught value is one of `UpdatePassError`. It recognises errors of another copy of the package too.
 *
 * @param error - any value
 * @example
 * ```ts
 * import { isUpdatePassError } from '@alipayhk-pass/api';
 *
 * try {
 *   await client.updatePass(update);
 * } catch (error) {
 *   if (!isUpdatePassError(error)) throw error; // a mistake in the call or in the configuration
 *   if (error.code === 'ResultNotSuccess' && error.resultInfo.resultStatus === 'F') {
 *     console.error('AlipayHK refused the update', error.tracerId);
 *   }
 * }
 * ```
 */
export function isUpdatePassError(error: unknown): error is UpdatePassError {
  return isMessageError(error);
}

/** Shows a result code only if it is a name, `?` otherwise: it may hold anything, line feeds included. */
function inWords({ resultStatus, resultCode }: NotSuccess): string {
  return `${resultStatus} (${/^\w{1,64}$/.test(resultCode) ? resultCode : '?'})`;
}

/** The issues as one sentence, joined by semicolons. */
export function describe(issues: readonly Issue[]): string {
  return issues.map(({ path, message }) => `${path || 'the body'} ${message}`).join('; ');
}
