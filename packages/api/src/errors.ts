/**
 * What this package adds to the errors of message-security: bodies that do not fit the contract, and results other than S.
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
  /** Where: names joined by dots, as `dataInfo.billNo`; empty for the body as a whole. */
  path: string;
  /** What is wrong there, as the end of a sentence: `must be a string`. The value received is left out: it may be personal. */
  message: string;
}

/** The request body does not fit `spec/openapi.yaml`; nothing was sent, or nothing was applied. */
export class RequestInvalid extends MessageError<'RequestInvalid'> {
  readonly issues: readonly Issue[];
  constructor(issues: readonly Issue[]) {
    super('RequestInvalid', 'contract', describe(issues));
    this.issues = issues;
  }
}

/** A verified response whose body does not fit `spec/openapi.yaml`: whether the update took effect is unknown. */
export class ResponseInvalid extends MessageError<'ResponseInvalid'> {
  readonly issues: readonly Issue[];
  override readonly tracerId: string | undefined;
  constructor(issues: readonly Issue[], tracerId: string | undefined) {
    super('ResponseInvalid', 'contract', describe(issues));
    this.issues = issues;
    this.tracerId = tracerId;
  }
}

/**
 * A verified result other than S. F: refused, the same update will be refused again. U: the outcome is unknown, the
 * update may have taken effect; try again, and keep the order per pass.
 *
 * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a14 A14}, {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a23 A23}
 */
export class ResultNotSuccess extends MessageError<'ResultNotSuccess'> {
  readonly resultInfo: NotSuccess;
  override readonly tracerId: string | undefined;
  constructor(resultInfo: NotSuccess, tracerId: string | undefined) {
    super('ResultNotSuccess', 'result', `the result is ${inWords(resultInfo)}; expected S`);
    this.resultInfo = resultInfo;
    this.tracerId = tracerId;
  }
}

/**
 * A reply without a signature that says F or U: what a gateway may send when it refused our own signature.
 * Good for finding out why; nobody vouches for it, so the outcome is unknown.
 *
 * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a11 A11}
 */
export class ResultNotSigned extends MessageError<'ResultNotSigned'> {
  /** What the reply says, unverified. */
  readonly unverified: NotSuccess;
  /** Status, headers and body as received; nothing in it is verified. Not enumerable: logs do not get at it. */
  declare readonly response: Response;
  override readonly tracerId: string | undefined;
  constructor(unverified: NotSuccess, { response, tracerId }: ResponseUnexpected) {
    super('ResultNotSigned', 'headers', `the response is not signed; it says ${inWords(unverified)}`);
    // Anyone may have written it: made fit for a log.
    const { resultCode, resultStatus, resultMessage } = unverified;
    const shown = { resultCode: printable(resultCode, 64), resultStatus };
    this.unverified = resultMessage ? { ...shown, resultMessage: printable(resultMessage, 256) } : shown;
    Object.defineProperty(this, 'response', { value: response });
    this.tracerId = tracerId;
  }
}

/** Everything that `updatePass` rejects with, discriminated by `code`; besides these only TypeError and an abort reason. */
export type UpdatePassError = AnyMessageError | RequestInvalid | ResponseInvalid | ResultNotSuccess | ResultNotSigned;

/** Whether this is one of `UpdatePassError`, for a `catch`. */
export function isUpdatePassError(error: unknown): error is UpdatePassError {
  return isMessageError(error);
}

/** A result code gets into a text only if it is a name: it may be anything, line feeds included. */
function inWords({ resultStatus, resultCode }: NotSuccess): string {
  return `${resultStatus} (${/^\w{1,64}$/.test(resultCode) ? resultCode : '?'})`;
}

/** Issues as one sentence. */
export function describe(issues: readonly Issue[]): string {
  return issues.map(({ path, message }) => `${path || 'the body'} ${message}`).join('; ');
}
