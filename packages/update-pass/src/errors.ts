/**
 * What this package adds to the errors of message-security: bodies that do not fit the contract, and answers other than S.
 */
import { type AnyMessageError, MessageError } from '@alipayhk-pass/message-security';
import type { ResultInfo } from './generated/types.ts';

/** One place where a body does not fit the contract. */
export interface Issue {
  /** Where: names joined by dots, as `dataInfo.billNo`; empty for the body as a whole. */
  path: string;
  /** What was expected there. The value received is left out: it may be personal. */
  expected: string;
}

/** The request body does not fit `spec/openapi.yaml`; nothing was sent, or nothing was applied. */
export class RequestInvalid extends MessageError {
  override readonly name = 'RequestInvalid';
  readonly code = 'RequestInvalid';
  readonly issues: readonly Issue[];
  constructor(issues: readonly Issue[]) {
    super(describe(issues));
    this.issues = issues;
  }
}

/** A verified response whose body does not fit `spec/openapi.yaml`: whether the update took effect is unknown. */
export class ResponseInvalid extends MessageError {
  override readonly name = 'ResponseInvalid';
  readonly code = 'ResponseInvalid';
  readonly issues: readonly Issue[];
  readonly tracerId: string | undefined;
  constructor(issues: readonly Issue[], tracerId: string | undefined) {
    super(describe(issues));
    this.issues = issues;
    this.tracerId = tracerId;
  }
}

/**
 * A verified answer other than S. F: refused, the same update will be refused again. U: the outcome is unknown, the
 * update may have taken effect; try again, and keep the order per pass (A14, A23).
 */
export class ResultNotSuccess extends MessageError {
  override readonly name = 'ResultNotSuccess';
  readonly code = 'ResultNotSuccess';
  readonly resultInfo: ResultInfo & { resultStatus: 'F' | 'U' };
  readonly tracerId: string | undefined;
  constructor(resultInfo: ResultInfo & { resultStatus: 'F' | 'U' }, tracerId: string | undefined) {
    super(`expected resultStatus S, received ${resultInfo.resultStatus} (${resultInfo.resultCode.slice(0, 64)})`);
    this.resultInfo = resultInfo;
    this.tracerId = tracerId;
  }
}

/** Everything that `updatePass` rejects with, discriminated by `code`; besides these only TypeError and an abort reason. */
export type UpdatePassError = AnyMessageError | RequestInvalid | ResponseInvalid | ResultNotSuccess;

function describe(issues: readonly Issue[]): string {
  return issues.map(({ path, expected }) => `${path || 'body'}: expected ${expected}`).join('; ');
}
