/**
 * The stages of a request in the order in which the gateway goes through them, and the verdict of each. Where a request
 * was refused the core reports; the sandbox adds the rules of the pass.
 */
import type { Refusal } from '@alipayhk-pass/api/gateway';

/** A stage: those of the core, with `pass` for the handler's, which applies the update to the pass. */
export type Stage = Exclude<Refusal['stage'], 'replay' | 'handler' | 'connection' | 'status' | 'result'> | 'pass';

/** The stages in their order. */
const stages: readonly Stage[] = [
  'target',
  'client',
  'headers',
  'body',
  'signature',
  'time',
  'decryption',
  'contract',
  'pass',
  'sealing',
];

/** The outcome of one stage. */
export interface Verdict {
  /** The stage. */
  stage: Stage;
  /** `skipped` where the request did not get that far, or there was nothing to do. */
  verdict: 'passed' | 'refused' | 'skipped';
  /** Why, in words; never key bytes, plaintext or signatures. */
  reason?: string;
}

/** The stage of the ledger for a stage of the core. */
export function stageOf(stage: Refusal['stage']): Stage {
  // The core's other stages do not occur here: there is no replay guard, and no reply is opened.
  return stages.find((each) => each === stage) ?? 'pass';
}

/**
 * The verdicts of a request that was refused: the stages before are passed, those after it skipped.
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

/** The verdicts of a request if its reply could not be sealed, whether or not it got as far as the pass. */
export function verdictsAtSealing(before: Verdict[], reason: string, encrypted: boolean): Verdict[] {
  const verdicts = before.length > 0 ? before : verdictsWith({ verdict: 'skipped' }, encrypted);
  return verdicts.map((each) => (each.stage === 'sealing' ? { stage: 'sealing', verdict: 'refused', reason } : each));
}

/** The verdicts of a request that got as far as the pass. */
export function verdictsWith(pass: Omit<Verdict, 'stage'>, encrypted: boolean): Verdict[] {
  return stages.map((stage) => (stage === 'pass' ? { stage, ...pass } : passed(stage, encrypted)));
}

function passed(stage: Stage, encrypted: boolean): Verdict {
  const isPlain = stage === 'decryption' && !encrypted;
  return isPlain ? { stage, verdict: 'skipped', reason: 'the body is not encrypted' } : { stage, verdict: 'passed' };
}
