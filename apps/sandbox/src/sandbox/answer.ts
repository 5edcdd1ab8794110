/** Every failure as an answer: one table from code to HTTP status, one form of body, the merchant-worker's. */
import { ConfigurationInvalid } from '../configuration.ts';

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
  ConfigurationInvalid: 500,
  InternalError: 500,
} as const;

/** One place where a request is not as expected; the value received is left out. */
export interface Issue {
  /** Names joined by dots; empty for the body as a whole. */
  path: string;
  expected: string;
}

/** A refusal of the admin API. */
export class Refused extends Error {
  readonly code: keyof typeof statuses;
  readonly issues: readonly Issue[];
  constructor(code: Refused['code'], issues: readonly Issue[]) {
    super(issues.map(({ path, expected }) => `${path || 'body'}: expected ${expected}`).join('; '));
    this.code = code;
    this.issues = issues;
  }
}

/** The answer to a request that failed; one that is this Worker's own fault leaves a line in the log. */
export function answerTo(error: Error): Response {
  const { code, message, issues } = describe(error);
  const status = statuses[code];
  if (status >= 500) {
    const { name, message: text, cause } = error;
    console.error(JSON.stringify({ name, message: text, ...(cause instanceof Error && { reason: cause.message }) }));
  }
  const headers = { 'Cache-Control': 'no-store', ...(status === 401 && { 'WWW-Authenticate': 'Bearer' }) };
  return Response.json({ error: { code, message, issues } }, { status, headers });
}

function describe(error: Error): { code: keyof typeof statuses; message: string; issues: readonly Issue[] } {
  if (error instanceof Refused) return error;
  if (error instanceof ConfigurationInvalid) {
    const issues = [{ path: error.variable, expected: error.expected }];
    return { code: 'ConfigurationInvalid', message: error.message, issues };
  }
  return { code: 'InternalError', message: 'an error that this Worker did not expect', issues: [] };
}
