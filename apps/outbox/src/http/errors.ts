/** Every error as a reply to the caller of this Worker: one table from code to HTTP status, one form of body. */
import { type Issue, RequestInvalid } from '@alipayhk-pass/api';
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
  constructor(code: RefusalCode, issues: readonly Issue[]) {
    super(issues.map(({ path, message }) => `${path || 'the body'} ${message}`).join('; '));
    this.code = code;
    this.issues = issues;
  }
}

/** What the caller gets. Neither bodies nor keys nor signatures are in it. */
export interface Failure {
  code: RefusalCode;
  message: string;
  /** Where the request or the environment is not as expected. */
  issues?: readonly Issue[];
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

/** An error as the caller gets it. */
export function describe(error: unknown): Failure {
  if (error instanceof Refused || error instanceof RequestInvalid || error instanceof ConfigurationInvalid) {
    return { code: error.code, message: error.message, issues: error.issues };
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
