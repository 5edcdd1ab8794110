/**
 * Every error as an answer to the caller of this Worker: one table from code to HTTP status, one form of body.
 */
import { type Issue, isUpdatePassError, type UpdatePassError } from '@alipayhk-pass/update-pass/client';

/** Status of each code. One that is not here is about AlipayHK's answer: 502. */
const statuses = {
  // The caller's request: nothing was sent to AlipayHK.
  JsonInvalid: 400,
  Unauthorized: 401,
  RouteNotFound: 404,
  ContentTooLarge: 413,
  MediaTypeNotSupported: 415,
  RequestInvalid: 422,
  // This Worker.
  ConfigurationInvalid: 500,
  InternalError: 500,
  // AlipayHK did not answer.
  ResponseMissing: 504,
} as const;

type Code = keyof typeof statuses | UpdatePassError['code'];

/** A refusal of this Worker's own. */
export class Refused extends Error {
  readonly code: Exclude<keyof typeof statuses, UpdatePassError['code'] | 'InternalError'>;
  readonly issues: readonly Issue[];
  constructor(code: Refused['code'], issues: readonly Issue[]) {
    super(issues.map(({ path, expected }) => `${path || 'body'}: expected ${expected}`).join('; '));
    this.code = code;
    this.issues = issues;
  }
}

/** What the caller is told. Neither bodies nor keys nor signatures are in it. */
interface Failure {
  code: Code;
  message: string;
  /** Where the request, the environment or AlipayHK's answer is not as expected. */
  issues?: readonly Issue[];
  /** Once something may have been sent: whether AlipayHK refused the update, or may have applied it (A23). */
  outcome?: 'refused' | 'unknown';
  /** What AlipayHK said, verified. */
  resultInfo?: object;
  tracerId?: string | undefined;
}

/** The answer to a request that failed; from 500 on it leaves a line in the log. */
export function answerTo(error: unknown): Response {
  const failure = describe(error);
  const status = (statuses as Partial<Record<Code, number>>)[failure.code] ?? 502;
  if (status >= 500) console.error(JSON.stringify(failure));
  if (failure.code === 'InternalError') console.error(error);
  return Response.json({ error: failure }, { status, headers: status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {} });
}

function describe(error: unknown): Failure {
  if (error instanceof Refused) return { code: error.code, message: error.message, issues: error.issues };
  if (!isUpdatePassError(error)) {
    return { code: 'InternalError', message: 'an error that this Worker did not expect', outcome: 'unknown' };
  }
  const { code, message } = error;
  if (code === 'RequestInvalid') return { code, message, issues: error.issues };
  const tracerId = 'tracerId' in error ? error.tracerId : undefined;
  if (code === 'ResultNotSuccess') {
    const { resultInfo } = error;
    return { code, message, outcome: resultInfo.resultStatus === 'F' ? 'refused' : 'unknown', resultInfo, tracerId };
  }
  return { code, message, outcome: 'unknown', ...('issues' in error && { issues: error.issues }), tracerId };
}
