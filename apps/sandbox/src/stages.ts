/**
 * The stages of a request, in the order in which the gateway goes through them, and the verdict of each. What a request
 * failed with tells where it failed: the order is fixed, in message-security's `openRequest` and api's gateway.
 */

import { RequestInvalid } from '@alipayhk-pass/api/gateway';
import {
  AlgorithmNotSupported,
  BodyIncomplete,
  BodyTooLarge,
  DecryptionFailed,
  HeaderInvalid,
  SignatureVerificationFailed,
  TimeNotAccepted,
} from '@alipayhk-pass/message-security';

/** Path, method and media type; Client-Id; form of the headers; size of the body; and so on, to the rules of the pass. */
export const stages = [
  'target',
  'client',
  'headers',
  'body',
  'signature',
  'time',
  'decryption',
  'contract',
  'pass',
] as const;

export type Stage = (typeof stages)[number];

/** What a stage made of a request. */
export interface Verdict {
  stage: Stage;
  verdict: 'passed' | 'refused' | 'skipped';
  /** Why, in words; never key bytes, plaintext or signatures. */
  reason?: string;
}

/**
 * The verdicts of a request that was refused: the stages before are passed, the ones after skipped.
 *
 * @param encrypted - whether there was anything to decrypt
 */
export function verdictsUntil(refused: Stage, reason: string, encrypted: boolean): Verdict[] {
  const at = stages.indexOf(refused);
  return stages.map((stage, index) => {
    if (index === at) return { stage, verdict: 'refused', reason };
    return index < at ? passed(stage, encrypted) : { stage, verdict: 'skipped' };
  });
}

/** The verdicts of a request that came as far as the pass, and what was made of it there. */
export function verdictsWith(pass: Omit<Verdict, 'stage'>, encrypted: boolean): Verdict[] {
  return stages.map((stage) => (stage === 'pass' ? { stage, ...pass } : passed(stage, encrypted)));
}

function passed(stage: Stage, encrypted: boolean): Verdict {
  const isPlain = stage === 'decryption' && !encrypted;
  return isPlain ? { stage, verdict: 'skipped', reason: 'the body is not encrypted' } : { stage, verdict: 'passed' };
}

/**
 * The stage at which a request failed.
 *
 * @param resultCode - the gateway's answer, which names the refusals that have no class of their own
 * @param reached - the last stage that is known to have begun: `client`, `body` (the body was asked for) or `pass`
 */
export function stageOf(error: unknown, resultCode: string, reached: 'client' | 'body' | 'pass'): Stage {
  if (reached === 'pass') return 'pass';
  if (['INVALID_API', 'METHOD_NOT_SUPPORTED', 'MEDIA_TYPE_NOT_ACCEPTABLE'].includes(resultCode)) return 'target';
  if (resultCode === 'INVALID_CLIENT') return 'client';
  if (error instanceof HeaderInvalid) {
    // Its form is judged before the body is read. What is left to refuse afterwards is a keyVersion.
    if (reached === 'client') return 'headers';
    return error.header === 'Encrypt' ? 'decryption' : 'signature';
  }
  if (error instanceof TimeNotAccepted) return error.skew === undefined ? 'headers' : 'time';
  if (error instanceof AlgorithmNotSupported) return error.header === 'Encrypt' ? 'decryption' : 'signature';
  if (error instanceof BodyTooLarge || error instanceof BodyIncomplete) return 'body';
  if (error instanceof SignatureVerificationFailed) return 'signature';
  if (error instanceof DecryptionFailed) return 'decryption';
  if (error instanceof RequestInvalid) return 'contract';
  return reached;
}
