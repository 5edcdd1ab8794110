/** Every failure as a response: one table from code to HTTP status, one form of body. */
import type { SandboxEvent } from '../events.ts';

/** What kind of failure it is. */
export type ErrorCode =
  | 'JsonInvalid'
  | 'Unauthorized'
  | 'Forbidden'
  | 'NotFound'
  | 'RouteNotFound'
  | 'Conflict'
  | 'ContentTooLarge'
  | 'MediaTypeNotSupported'
  | 'RequestInvalid'
  | 'InternalError';

const statuses = {
  JsonInvalid: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  RouteNotFound: 404,
  Conflict: 409,
  ContentTooLarge: 413,
  MediaTypeNotSupported: 415,
  RequestInvalid: 422,
  InternalError: 500,
} as const satisfies Record<ErrorCode, number>;

/** One place where a request is wrong. */
export interface Issue {
  /** Where: names joined by dots, as `keys.0.publicKey`, or a header; empty for the body as a whole. */
  path: string;
  /** What is wrong there, as the end of a sentence: `must be text`. The value received is left out. */
  message: string;
}

/** The body of every response that is no success. */
export interface ErrorBody {
  /** What went wrong. */
  error: { code: ErrorCode; message: string; issues: readonly Issue[] };
}

/** A refusal of the admin API. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly code: ErrorCode;
  readonly issues: readonly Issue[];
  /** @param reason - a sentence, or the places where the request is wrong */
  constructor(code: ErrorCode, reason: string | readonly Issue[]) {
    super(typeof reason === 'string' ? reason : sentenceOf(reason));
    this.code = code;
    this.issues = typeof reason === 'string' ? [] : reason;
  }
}

function sentenceOf(issues: readonly Issue[]): string {
  return issues.map(({ path, message }) => `${path || 'the body'} ${message}`).join('; ');
}

/** The response to a request that failed; a failure of the sandbox itself is emitted as an event. */
export function errorResponse(error: Error, emit: (event: SandboxEvent) => void): Response {
  const { code, message, issues } =
    error instanceof Refused ? error : { code: 'InternalError' as const, message: 'the sandbox failed', issues: [] };
  const status = statuses[code];
  if (status >= 500) emit({ event: 'request-failed', name: error.name, message: error.message });
  const headers = { 'Cache-Control': 'no-store', ...(status === 401 && { 'WWW-Authenticate': 'Bearer' }) };
  const body: ErrorBody = { error: { code, message, issues } };
  return Response.json(body, { status, headers });
}
