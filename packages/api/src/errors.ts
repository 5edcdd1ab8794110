/**
 * What this package adds to the errors of message-security: bodies that do not fit the contract, and answers other than S.
 */
import { type AnyMessageError, MessageError, type ResponseUnexpected } from '@alipayhk-pass/message-security';
import type { ResultInfo } from './generated/types.ts';

/** A result other than S. */
export type NotSuccess = ResultInfo & { resultStatus: 'F' | 'U' };

/** One place where a body does not fit the contract. */
export interface Issue {
  /** Where: names joined by dots, as `dataInfo.billNo`; empty for the body as a whole. */
  path: string;
  /** What was expected there. The value received is left out: it may be personal. */
  expected: string;
}

/** The request body does not fit `spec/openapi.yaml`; nothing was sent, or nothing was applied. */
export class RequestInvalid extends MessageError<'RequestInvalid'> {
  readonly issues: readonly Issue[];
  constructor(issues: readonly Issue[]) {
    super('RequestInvalid', describe(issues));
    this.issues = issues;
  }
}

/** A verified response whose body does not fit `spec/openapi.yaml`: whether the update took effect is unknown. */
export class ResponseInvalid extends MessageError<'ResponseInvalid'> {
  readonly issues: readonly Issue[];
  override readonly tracerId: string | undefined;
  constructor(issues: readonly Issue[], tracerId: string | undefined) {
    super('ResponseInvalid', describe(issues));
    this.issues = issues;
    this.tracerId = tracerId;
  }
}

/**
 * A verified answer other than S. F: refused, the same update will be refused again. U: the outcome is unknown, the
 * update may have taken effect; try again, and keep the order per pass (A14, A23).
 */
export class ResultNotSuccess extends MessageError<'ResultNotSuccess'> {
  readonly resultInfo: NotSuccess;
  override readonly tracerId: string | undefined;
  constructor(resultInfo: NotSuccess, tracerId: string | undefined) {
    super('ResultNotSuccess', `expected resultStatus S, received ${inWords(resultInfo)}`);
    this.resultInfo = resultInfo;
    this.tracerId = tracerId;
  }
}

/**
 * An answer without a signature that says F or U: what a gateway may send when it refused our own signature (A11).
 * Good for finding out why; nobody vouches for it, so the outcome is unknown.
 */
export class ResultNotSigned extends MessageError<'ResultNotSigned'> {
  /** What the answer says, unverified. */
  readonly unverified: NotSuccess;
  /** Status, headers and body as received; nothing in it is verified. Not enumerable: logs do not get at it. */
  declare readonly response: Response;
  override readonly tracerId: string | undefined;
  constructor(unverified: NotSuccess, { response, tracerId }: ResponseUnexpected) {
    super('ResultNotSigned', `expected a signed response, received an unsigned ${inWords(unverified)}`);
    this.unverified = unverified;
    Object.defineProperty(this, 'response', { value: response });
    this.tracerId = tracerId;
  }
}

/** Everything that `updatePass` rejects with, discriminated by `code`; besides these only TypeError and an abort reason. */
export type UpdatePassError = AnyMessageError | RequestInvalid | ResponseInvalid | ResultNotSuccess | ResultNotSigned;

/** Whether this is one of `UpdatePassError`, for a `catch`. */
export function isUpdatePassError(error: unknown): error is UpdatePassError {
  return error instanceof MessageError;
}

/** A result code gets into a text only if it is a name: it may be anything, line feeds included. */
function inWords({ resultStatus, resultCode }: NotSuccess): string {
  return `${resultStatus} (${/^\w{1,64}$/.test(resultCode) ? resultCode : '?'})`;
}

function describe(issues: readonly Issue[]): string {
  return issues.map(({ path, expected }) => `${path || 'body'}: expected ${expected}`).join('; ');
}
