/** The TypeError for a wrong function of the caller, such as a remote key: it shows only when the function is called. */
import type { Stage } from './errors.ts';

/** A mistake of the caller in a function that was called. */
export class Mistake extends TypeError {
  /** The stage at which it arose; `undefined` when sealing. */
  readonly stage: Stage | undefined;
  constructor(text: string, stage?: Stage) {
    super(text);
    this.stage = stage;
  }
}
