/** How a variant refuses what api's gateway would accept: by an error out of one of the gateway's own functions. */
import type { Refusal } from '@alipayhk-pass/api/gateway';
import { type Stage, stageOf } from '../gateway/stages.ts';
import type { VariantRefusal } from './variant.ts';

class RefusedByVariant extends Error {
  override readonly name = 'RefusedByVariant';
  readonly refusal: VariantRefusal;
  constructor(refusal: VariantRefusal) {
    super(refusal.reason);
    this.refusal = refusal;
  }
}

/** A refusal as the ledger and the log have it. */
export type KnownRefusal = Omit<Refusal, 'stage'> & { stage: Stage };

/** @throws RefusedByVariant if there is a refusal; {@link asMeant} reads it again. */
export function refuseIf(refusal: VariantRefusal | undefined): void {
  if (refusal) throw new RefusedByVariant(refusal);
}

/** A refusal as the variant meant it: for api's gateway it is a function that failed. */
export function asMeant(refusal: Refusal): KnownRefusal {
  const { error } = refusal;
  if (error instanceof RefusedByVariant) return { ...refusal, ...error.refusal };
  return { ...refusal, stage: stageOf(refusal.stage) };
}
