/** From the client's typed error to what the page says: the class of the failure, and at which stage the reply fell. */
import { isUpdatePassError, type UpdatePassError } from '@alipayhk-pass/api';

/** Stages of opening a reply, in their order. */
export const replyStages = [
  'arrival',
  'status',
  'headers',
  'signature',
  'time',
  'decryption',
  'contract',
  'result',
] as const;

export type ReplyStage = (typeof replyStages)[number];
export type Verdict = 'passed' | 'failed' | 'skipped';

/** Every class of outcome; the words of each are in words/. */
export type OutcomeKind =
  | 'accepted'
  | 'notJson'
  | 'requestInvalid'
  | 'refused'
  | 'unknown'
  | 'unsignedResult'
  | 'unsigned'
  | 'redirect'
  | 'httpError'
  | 'timeout'
  | 'broken'
  | 'signature'
  | 'decryption'
  | 'time'
  | 'malformed'
  | 'responseInvalid'
  | 'mistake';

/** How an update ended, as far as the merchant's end can tell. */
export interface Outcome {
  kind: OutcomeKind;
  /** Whether the update took effect. */
  effect: 'yes' | 'no' | 'unknown';
  /** The error's own text: no key, no body. */
  message?: string;
  /** What the gateway said, and whether its signature vouches for it. */
  resultCode?: string;
  /** Where a body does not fit the contract. */
  issues?: readonly { path: string; message: string }[];
  /** Where the reply fell; `undefined` when nothing was sent or all went well. */
  failedAt?: ReplyStage;
  tracerId?: string | undefined;
}

/** The outcome that an error of `updatePass` stands for. */
export function outcomeOf(error: unknown): Outcome {
  const message = error instanceof Error ? error.message : String(error);
  // A TypeError is a mistake in the call, found before anything is sent.
  if (!isUpdatePassError(error)) return { kind: 'mistake', effect: 'no', message };
  const tracerId = 'tracerId' in error ? error.tracerId : undefined;
  return { effect: 'unknown', message, tracerId, ...classify(error) };
}

function classify(error: UpdatePassError): Omit<Outcome, 'effect'> & Partial<Pick<Outcome, 'effect'>> {
  switch (error.code) {
    case 'RequestInvalid':
      return { kind: 'requestInvalid', effect: 'no', issues: error.issues };
    case 'ResultNotSuccess': {
      const { resultStatus, resultCode } = error.resultInfo;
      const refused = resultStatus === 'F';
      return {
        kind: refused ? 'refused' : 'unknown',
        effect: refused ? 'no' : 'unknown',
        resultCode,
        failedAt: 'result',
      };
    }
    case 'ResultNotSigned':
      return { kind: 'unsignedResult', resultCode: error.unverified.resultCode, failedAt: 'headers' };
    case 'ResponseUnexpected':
      if (error.reason === 'unsigned') return { kind: 'unsigned', failedAt: 'headers' };
      return { kind: error.response.type === 'opaqueredirect' ? 'redirect' : 'httpError', failedAt: 'status' };
    case 'ResponseMissing': {
      const late = error.cause instanceof DOMException && error.cause.name === 'TimeoutError';
      return { kind: late ? 'timeout' : 'broken', failedAt: 'arrival' };
    }
    case 'ResponseInvalid':
      return { kind: 'responseInvalid', issues: error.issues, failedAt: 'contract' };
    case 'SignatureVerificationFailed':
      return { kind: 'signature', failedAt: 'signature' };
    case 'DecryptionFailed':
      return { kind: 'decryption', failedAt: 'decryption' };
    case 'TimeNotAccepted':
      return { kind: 'time', failedAt: error.skew === undefined ? 'headers' : 'time' };
    case 'AlgorithmNotSupported':
      return { kind: 'malformed', failedAt: error.header === 'Encrypt' ? 'decryption' : 'headers' };
    case 'HeaderInvalid':
      return { kind: 'malformed', failedAt: 'headers' };
    default:
      return { kind: 'malformed', failedAt: 'arrival' };
  }
}

/** The verdict of each stage: passed up to the one at which it fell, skipped behind it. */
export function verdictsOf({ failedAt }: Outcome, encrypted: boolean): { stage: ReplyStage; verdict: Verdict }[] {
  const end = failedAt === undefined ? replyStages.length : replyStages.indexOf(failedAt);
  return replyStages.map((stage, index) => {
    if (stage === 'decryption' && !encrypted && failedAt !== 'decryption') return { stage, verdict: 'skipped' };
    return { stage, verdict: index < end ? 'passed' : index === end ? 'failed' : 'skipped' };
  });
}
