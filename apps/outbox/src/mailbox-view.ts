/** A mailbox as its callers see it. */
import { isUnsettled, nameOf, type State } from './mailbox-state.ts';
import type { Stored } from './mailbox-store.ts';

/** A pass as `GET /passes/:passId` shows it. */
export type PassView = Pick<State, 'passId' | 'revision' | 'delivered' | 'attempts'> & {
  state: ReturnType<typeof nameOf>;
  /** When the next attempt begins at the earliest, where there is to be one; milliseconds since the epoch. */
  nextAttempt?: number;
  deadLetter?: Omit<NonNullable<State['dead']>, 'units'>;
};

export function viewOf(state: Stored): PassView {
  const { passId, revision, delivered, attempts, dead } = state;
  return {
    ...{ passId, revision, delivered, state: nameOf(state), attempts },
    ...(isUnsettled(state) && { nextAttempt: dueAt(state) }),
    ...(dead && { deadLetter: withoutUnits(dead) }),
  };
}

/** When what is unsettled may be sent. */
export function dueAt({ notBefore, slot }: Stored): number {
  return Math.max(notBefore, slot?.at ?? 0);
}

function withoutUnits({
  units: _units,
  ...rest
}: NonNullable<State['dead']>): Omit<NonNullable<State['dead']>, 'units'> {
  return rest;
}
