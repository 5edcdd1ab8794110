/** From the client's typed error to what the page says: the kind of failure, and the stage at which the reply was refused. */
import { isUpdatePassError, type Stage, type UpdatePassError } from '@alipayhk-pass/api';

/** Stages of opening a reply, in their order: those of the core. */
const replyStages = [
  'connection',
  'status',
  'headers',
  'signature',
  'time',
  'decryption',
  'contract',
  'result',
] as const satisfies Stage[];

export type ReplyStage = (typeof replyStages)[number];
export type Verdict = 'passed' | 'failed' | 'skipped';

/** Every kind of outcome; the words of each are in words/. */
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
  | 'mistake'
  | 'faultNotAdded';

/** How an update ended, as far as the merchant's end knows. */
export interface Outcome {
  kind: OutcomeKind;
  /** Whether the update took effect. */
  effect: 'yes' | 'no' | 'unknown';
  /** The error's own text: no key, no body. */
  message?: string;
  /** The result code of the reply. */
  resultCode?: string;
  /** Where a body does not fit the contract. */
  issues?: readonly { path: string; message: string }[];
  /** The stage that refused the reply; `undefined` when nothing was sent or all stages passed. */
  failedAt?: ReplyStage | undefined;
  tracerId?: string | undefined;
}

/** The outcome that an error of `updatePass` stands for. */
export function outcomeOf(error: unknown): Outcome {
  const message = error instanceof Error ? error.message : String(error);
  // A TypeError is a mistake in the call, found before anything was sent.
  if (!isUpdatePassError(error)) return { kind: 'mistake', effect: 'no', message };
  const tracerId = 'tracerId' in error ? error.tracerId : undefined;
  return { effect: 'unknown', message, tracerId, failedAt: stageOf(error), ...classify(error) };
}

type Kind = Pick<Outcome, 'kind' | 'issues' | 'resultCode'> & Partial<Pick<Outcome, 'effect'>>;

function classify(error: UpdatePassError): Kind {
  switch (error.code) {
    case 'RequestInvalid':
      return { kind: 'requestInvalid', effect: 'no', issues: error.issues };
    case 'ResultNotSuccess': {
      const { resultStatus, resultCode } = error.resultInfo;
      if (resultStatus === 'F') return { kind: 'refused', effect: 'no', resultCode };
      return { kind: 'unknown', resultCode };
    }
    case 'ResultNotSigned':
      return { kind: 'unsignedResult', resultCode: error.unverified.resultCode };
    case 'ResponseUnexpected':
      if (error.reason === 'unsigned') return { kind: 'unsigned' };
      return { kind: error.response.type === 'opaqueredirect' ? 'redirect' : 'httpError' };
    case 'ResponseMissing': {
      const late = error.cause instanceof DOMException && error.cause.name === 'TimeoutError';
      return { kind: late ? 'timeout' : 'broken' };
    }
    case 'ResponseInvalid':
      return { kind: 'responseInvalid', issues: error.issues };
    case 'SignatureVerificationFailed':
      return { kind: 'signature' };
    case 'DecryptionFailed':
      return { kind: 'decryption' };
    case 'TimeNotAccepted':
      return { kind: 'time' };
    default:
      return { kind: 'malformed' };
  }
}

/** The stage that refused a reply, as the error names it; nothing for a request that was not sent. */
function stageOf({ code, stage }: UpdatePassError): ReplyStage | undefined {
  if (code === 'RequestInvalid') return undefined;
  // What the core checks besides belongs to the headers: the Client-Id.
  return replyStages.find((each) => each === stage) ?? 'headers';
}

/** The verdict of each stage: passed before the one that refused the reply, skipped after it. */
export function verdictsOf({ failedAt }: Outcome, encrypted: boolean): { stage: ReplyStage; verdict: Verdict }[] {
  const end = failedAt === undefined ? replyStages.length : replyStages.indexOf(failedAt);
  return replyStages.map((stage, index) => {
    if (stage === 'decryption' && !encrypted && failedAt !== 'decryption') return { stage, verdict: 'skipped' };
    return { stage, verdict: index < end ? 'passed' : index === end ? 'failed' : 'skipped' };
  });
}
