/** A caller's mistake that shows only once a function of theirs was called. It is a TypeError, not an outcome. */
import type { Stage } from './errors.ts';

export class Mistake extends TypeError {
  /** Where it showed, when a message was being opened. */
  readonly stage: Stage | undefined;
  constructor(text: string, stage?: Stage) {
    super(text);
    this.stage = stage;
  }
}
