/**
 * Every error as an answer to the caller of this Worker: one table from code to HTTP status, one form of body.
 */
import { type Issue, RequestInvalid } from '@alipayhk-pass/api';

/** Status of each code. */
const statuses = {
  // The caller's request: nothing was kept of it.
  JsonInvalid: 400,
  Unauthorized: 401,
  RouteNotFound: 404,
  PassNotFound: 404,
  MemberNotFound: 404,
  BatchNotFound: 404,
  PassClosed: 409,
  NotDeadLettered: 409,
  PreconditionFailed: 412,
  ContentTooLarge: 413,
  PassFull: 413,
  MediaTypeNotSupported: 415,
  RequestInvalid: 422,
  IdempotencyKeyReused: 422,
  // This Worker.
  ConfigurationInvalid: 500,
  InternalError: 500,
} as const;

/** Why a request was refused. */
export type RefusalCode = keyof typeof statuses;

/** A refusal of this Worker's own. */
export class Refused extends Error {
  readonly code: RefusalCode;
  readonly issues: readonly Issue[];
  constructor(code: RefusalCode, issues: readonly Issue[]) {
    super(issues.map(({ path, message }) => `${path || 'body'}: expected ${message}`).join('; '));
    this.code = code;
    this.issues = issues;
  }
}

/** What the caller is told. Neither bodies nor keys nor signatures are in it. */
export interface Failure {
  code: RefusalCode;
  message: string;
  /** Where the request or the environment is not as expected. */
  issues?: readonly Issue[];
}

/** The answer to a request that failed; from 500 on it leaves a line in the log. */
export function answerTo(error: unknown): Response {
  const failure = describe(error);
  const status = statuses[failure.code];
  if (status >= 500) console.error(JSON.stringify(failure));
  if (failure.code === 'InternalError') console.error(error);
  return Response.json({ error: failure }, { status, headers: status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {} });
}

/** An error as the caller is told of it. */
export function describe(error: unknown): Failure {
  if (error instanceof Refused || error instanceof RequestInvalid) {
    return { code: error.code, message: error.message, issues: error.issues };
  }
  return { code: 'InternalError', message: 'an error that this Worker did not expect' };
}
