/** What is found out about one message: every stage of opening it, and for the first that fails its cause. */
import type { Stage } from '@alipayhk-pass/api';
import type { Difference } from './difference.ts';

/** Why a stage fails. */
export interface Cause {
  /** A name for machines, as `wrong-key`. */
  cause: string;
  /** A sentence. */
  words: string;
}

/** A signature that verifies, in another form of the message. */
export interface Proof {
  /** The key with which it verifies. */
  key: string;
  /** What has to be changed in the message as it was received; empty if nothing. */
  changes: string[];
  /** Absent if the content is the one received. */
  firstDifference?: Difference | undefined;
}

/** One stage of opening. */
export interface StageReport {
  stage: Stage;
  verdict: 'passed' | 'failed' | 'not checked';
  /** What was looked at, or why it was not. */
  detail?: string | undefined;
  causes?: Cause[] | undefined;
  proof?: Proof | undefined;
}

/** What is found out about one message. */
export interface Explanation {
  message: 'request' | 'reply';
  stages: StageReport[];
}

export const passed = (stage: Stage, detail?: string): StageReport => ({ stage, verdict: 'passed', detail });
export const notChecked = (stage: Stage, detail: string): StageReport => ({ stage, verdict: 'not checked', detail });
export const failed = (stage: Stage, causes: Cause[], proof?: Proof): StageReport => ({
  stage,
  verdict: 'failed',
  causes,
  ...(proof && { proof }),
});

/** The first stage that fails. */
export const breakOf = ({ stages }: Explanation): StageReport | undefined =>
  stages.find(({ verdict }) => verdict === 'failed');
