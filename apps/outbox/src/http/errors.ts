/** Every error as a reply to the caller of this Worker: one table from code to HTTP status, one form of body. */
import { type Issue, RequestInvalid } from '@alipayhk-pass/api';
import { printable } from '@alipayhk-pass/message-security';
import { ConfigurationInvalid } from '../config/variables.ts';
import { ShardFailed, ShardsMismatch, ShardsMoving } from '../shard/call-shards.ts';

/** Status of each code. */
const statuses = {
  // The caller's request: nothing was kept of it.
  JsonInvalid: 400,
  Unauthorized: 401,
  RouteNotFound: 404,
  PassNotFound: 404,
  MemberNotFound: 404,
  BatchNotFound: 404,
  AdjustmentConflicting: 409,
  NotDeadLettered: 409,
  NotWaiting: 409,
  PassClosed: 409,
  PointsInsufficient: 409,
  PreconditionFailed: 412,
  ContentTooLarge: 413,
  MemberFull: 413,
  PassFull: 413,
  MediaTypeNotSupported: 415,
  RequestInvalid: 422,
  IdempotencyKeyReused: 422,
  // Come later.
  ShardFull: 429,
  // This Worker.
  ConfigurationInvalid: 500,
  InternalError: 500,
  PassFailed: 500,
  BatchIncomplete: 503,
  ShardFailed: 503,
  ShardsMismatch: 503,
  ShardsMoving: 503,
} as const;

/** Why a request was refused. */
export type RefusalCode = keyof typeof statuses;

/** A refusal of this Worker's own. */
export class Refused extends Error {
  readonly code: RefusalCode;
  readonly issues: readonly Issue[];
  /** How many there are besides `issues`. */
  readonly moreIssues: number;
  constructor(code: RefusalCode, issues: readonly Issue[], moreIssues = 0) {
    super(issues.map(({ path, message }) => `${path || 'the body'} ${message}`).join('; '));
    this.code = code;
    this.issues = issues;
    this.moreIssues = moreIssues;
  }
}

/** Most issues of one failure that are named: a body of 64 KB can have twelve thousand. */
export const mostIssues = 20;
/** Longest path, and longest message, of a failure, in UTF-16 units. */
const longest = { path: 256, message: 1_000 };

/** What the caller gets. Neither bodies nor keys nor signatures are in it. */
export interface Failure {
  code: RefusalCode;
  message: string;
  /** Where the request or the environment is not as expected; the first 20. */
  issues?: readonly Issue[];
  /** How many there are besides these; absent for none. */
  moreIssues?: number;
}

/** Seconds after which a caller may come again. */
const retryAfter = 5;

/** The reply to a request that failed; from 500 on it leaves a line in the log. */
export function replyTo(error: unknown): Response {
  const failure = describe(error);
  const status = statuses[failure.code];
  if (status >= 500) console.error(JSON.stringify(failure));
  if (failure.code === 'InternalError') console.error(error);
  const headers = {
    ...(status === 401 && { 'WWW-Authenticate': 'Bearer' }),
    ...((status === 429 || status === 503) && { 'Retry-After': `${retryAfter}` }),
  };
  return Response.json({ error: failure }, { status, headers });
}

/** An error as the caller gets it. It is bounded, whatever the caller sent: batches store one for each malformed line. */
export function describe(error: unknown): Failure {
  if (error instanceof Refused || error instanceof RequestInvalid || error instanceof ConfigurationInvalid) {
    const issues = error.issues.slice(0, mostIssues).map(({ path, message }) => ({
      path: printable(path, longest.path),
      message: printable(message, longest.message),
    }));
    const moreIssues = error.issues.length - issues.length + ('moreIssues' in error ? error.moreIssues : 0);
    const message = printable(error.message, longest.message);
    return { code: error.code, message, issues, ...(moreIssues > 0 && { moreIssues }) };
  }
  if (error instanceof ShardsMismatch) {
    const message = `${error.message}: set SHARDS back to ${error.filledUnder}, or move the passes (README, "More shards")`;
    return { code: 'ShardsMismatch', message };
  }
  if (error instanceof ShardsMoving) return { code: 'ShardsMoving', message: `${error.message}: come later` };
  if (error instanceof ShardFailed) {
    if (error.isOverloaded) return { code: 'ShardFull', message: 'this shard has too much to do: come later' };
    return { code: 'ShardFailed', message: `${error.message}: send the same request again` };
  }
  return { code: 'InternalError', message: 'an error that this Worker did not expect' };
}
