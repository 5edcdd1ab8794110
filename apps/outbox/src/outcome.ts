/**
 * What became of an attempt: one table from what the client returned or threw to delivered, refused or unknown. There is
 * no fourth: whatever is not a verified S or F may have taken effect or not (A14, A23).
 */
import { isUpdatePassError, type UpdatePassError, type UpdatePassResult } from '@alipayhk-pass/api';

/** What became of an attempt. */
export interface Outcome {
  kind: 'delivered' | 'refused' | 'unknown';
  /** The client's error code; absent from what was delivered. */
  code?: string;
  resultCode?: string;
  tracerId?: string;
  /** Someone should look: nobody vouches for the answer, or this Worker is misconfigured. */
  alert?: boolean;
  /** AlipayHK wants fewer requests: it has not taken this one in. */
  congested?: boolean;
  /** Nothing will change within seconds: a route, an address or a configuration is wrong. */
  slow?: boolean;
  /** Milliseconds that AlipayHK's end asked to wait. */
  retryAfter?: number;
}

/** What unknown means beyond that, by the client's error code; a code that is not here is no matter for an alert. */
const unknowns: Partial<Record<UpdatePassError['code'], Omit<Outcome, 'kind' | 'code'>>> = {
  ResultNotSigned: { alert: true },
  SignatureVerificationFailed: { alert: true },
  DecryptionFailed: { alert: true },
  TimeNotAccepted: { alert: true },
  HeaderInvalid: { alert: true },
  AlgorithmNotSupported: { alert: true },
  ResponseInvalid: { alert: true },
  BodyTooLarge: { alert: true },
};

/** F for a fault of this merchant's keys or account: every pass gets it. */
const accountFaults = new Set(['INVALID_SIGNATURE', 'INVALID_CLIENT', 'KEY_NOT_FOUND', 'ACCESS_DENIED']);

/** An attempt that ended with this object's life. */
export const interrupted: Outcome = { kind: 'unknown', code: 'Interrupted' };

/** S. */
export function outcomeOfResult({ resultInfo, tracerId }: UpdatePassResult): Outcome {
  return { kind: 'delivered', resultCode: name(resultInfo.resultCode), ...trace(tracerId) };
}

/** Everything else. `now` in milliseconds since the epoch, for a Retry-After that is a date. */
export function outcomeOfError(error: unknown, now: number): Outcome {
  // A TypeError or this Worker's own configuration: no waiting mends it.
  if (!isUpdatePassError(error)) return { kind: 'unknown', code: 'InternalError', alert: true, slow: true };
  const { code } = error;
  if (code === 'RequestInvalid') return { kind: 'refused', code, alert: true };
  const known = { code, ...trace('tracerId' in error ? error.tracerId : undefined) };
  if (code === 'ResultNotSuccess') {
    const { resultStatus } = error.resultInfo;
    const resultCode = name(error.resultInfo.resultCode);
    const congested = resultCode === 'REQUEST_TRAFFIC_EXCEED_LIMIT';
    const kind = resultStatus === 'F' ? 'refused' : 'unknown';
    const alert = accountFaults.has(resultCode);
    return { kind, ...known, resultCode, ...(congested && { congested }), ...(alert && { alert }) };
  }
  if (code === 'ResponseUnexpected') {
    const { reason, response } = error;
    if (reason === 'unsigned') return { kind: 'unknown', ...known, alert: true };
    const retryAfter = readRetryAfter(response.headers.get('Retry-After'), now);
    return {
      kind: 'unknown',
      ...known,
      resultCode: `HTTP_${response.status}`,
      ...httpFault(response.status),
      ...(retryAfter !== undefined && { retryAfter }),
    };
  }
  return { kind: 'unknown', ...known, ...unknowns[code] };
}

/** What a status says beyond unknown. A redirection, as to a maintenance page, may end by itself; the rest below 500 not. */
function httpFault(status: number): Omit<Outcome, 'kind'> {
  if (status === 429) return { congested: true };
  if (status >= 500) return {};
  return status >= 400 ? { alert: true, slow: true } : { alert: true };
}

/** Seconds or a date (RFC 9110 §10.2.3), in milliseconds from now. */
function readRetryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const delay = /^\d{1,9}$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(delay) ? undefined : Math.max(0, delay);
}

/** A result code gets into records and logs only if it is a name: it may be anything. */
const name = (resultCode: string): string => (/^\w{1,64}$/.test(resultCode) ? resultCode : '?');

function trace(tracerId: string | undefined): { tracerId?: string } {
  return tracerId === undefined ? {} : { tracerId: tracerId.slice(0, 64) };
}
