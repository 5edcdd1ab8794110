/**
 * What became of a request: one table from what the client returned or threw to delivered, refused or unknown. There is
 * no fourth: whatever is not a verified S or F may have taken effect or not (A14, A23).
 */
import { isUpdatePassError, type UpdatePassError, type UpdatePassResult } from '@alipayhk-pass/api';

/** What became of a request. */
export interface Outcome {
  kind: 'delivered' | 'refused' | 'unknown';
  /** The client's error code; absent from what was delivered. */
  code?: string;
  resultCode?: string;
  tracerId?: string;
  /** Someone should look: nobody vouches for the reply, or something is configured wrongly. */
  alert?: boolean;
  /** AlipayHK wants fewer requests: it has not taken this one in. */
  congested?: boolean;
  /** A verified F about the account: every pass would get it, and this request is not in work. */
  refused?: boolean;
  /** The fault is not in the pass but in keys, account or clock: nothing more is sent until one request gets through. */
  account?: boolean;
  /** Nothing was sent: what was accepted does not fit the contract. */
  unsent?: boolean;
  /** How far our clock is ahead of AlipayHK's, in seconds, where a reply was refused for its time. */
  clockAhead?: number | undefined;
  /** Milliseconds that AlipayHK's end asked to wait. */
  retryAfter?: number;
}

/** What unknown means beyond that, by the client's error code. */
const unknowns: Partial<Record<UpdatePassError['code'], Omit<Outcome, 'kind' | 'code'>>> = {
  SignatureVerificationFailed: { alert: true },
  DecryptionFailed: { alert: true },
  HeaderInvalid: { alert: true },
  AlgorithmNotSupported: { alert: true },
  ResponseInvalid: { alert: true },
  BodyTooLarge: { alert: true },
};

/** F for a fault of this merchant's keys or account. */
const accountFaults = new Set(['INVALID_SIGNATURE', 'INVALID_CLIENT', 'KEY_NOT_FOUND', 'ACCESS_DENIED']);

/**
 * A request that was in flight when its object ended.
 *
 * @param pause - milliseconds for which AlipayHK may still work on it
 */
export function interrupted(pause: number): Outcome {
  return { kind: 'unknown', code: 'Interrupted', retryAfter: pause };
}

/** S. */
export function outcomeOfResult({ resultInfo, tracerId }: UpdatePassResult): Outcome {
  return { kind: 'delivered', resultCode: name(resultInfo.resultCode), ...trace(tracerId) };
}

/**
 * Everything else.
 *
 * @param now - milliseconds since the epoch, for a Retry-After that is a date
 */
export function outcomeOfError(error: unknown, now: number): Outcome {
  if (!isUpdatePassError(error)) return { kind: 'unknown', code: 'InternalError', alert: true };
  const { code } = error;
  const known = { code, ...trace('tracerId' in error ? error.tracerId : undefined) };
  switch (code) {
    case 'RequestInvalid':
      return { kind: 'refused', code, alert: true, unsent: true };
    case 'ResultNotSuccess': {
      const resultCode = name(error.resultInfo.resultCode);
      if (error.resultInfo.resultStatus === 'F') {
        if (!accountFaults.has(resultCode)) return { kind: 'refused', ...known, resultCode };
        return { kind: 'unknown', ...known, resultCode, alert: true, account: true, refused: true };
      }
      const congested = resultCode === 'REQUEST_TRAFFIC_EXCEED_LIMIT';
      return { kind: 'unknown', ...known, resultCode, ...(congested && { congested }) };
    }
    case 'ResultNotSigned': {
      const resultCode = name(error.unverified.resultCode);
      const account = error.unverified.resultStatus === 'F' && accountFaults.has(resultCode);
      return { kind: 'unknown', ...known, resultCode, alert: true, ...(account && { account }) };
    }
    case 'TimeNotAccepted':
      return { kind: 'unknown', ...known, alert: true, account: true, clockAhead: error.skew };
    case 'ResponseUnexpected': {
      const { reason, response } = error;
      if (reason === 'unsigned') return { kind: 'unknown', ...known, alert: true };
      const retryAfter = readRetryAfter(response.headers.get('Retry-After'), now);
      const fault = { ...known, resultCode: `HTTP_${response.status}`, ...httpFault(response.status) };
      return { kind: 'unknown', ...fault, ...(retryAfter !== undefined && { retryAfter }) };
    }
    default:
      return { kind: 'unknown', ...known, ...unknowns[code] };
  }
}

/** What a status says beyond unknown. */
function httpFault(status: number): Omit<Outcome, 'kind'> {
  if (status === 429) return { congested: true };
  return status >= 500 ? {} : { alert: true };
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
