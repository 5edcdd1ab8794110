/** The outcome of a request -> the pass: its head is done, is refused, or is sent again. */
import { backoff, type Pauses } from './backoff.ts';
import { withoutSetAnew } from './fields.ts';
import type { Outcome } from './outcome.ts';
import { type Attempt, type DeadLetter, giveUp, record, type State } from './state.ts';

/** What `settle` needs besides the outcome. */
export interface Settling {
  /** Milliseconds since the epoch. */
  now: number;
  pauses: Pauses;
  /** From 0 to 1. */
  random: number;
  coalesceBills: boolean;
}

/**
 * Ends the flight. S takes the head off the queue. F makes it a dead letter, less what later entries set anew. After an
 * unknown outcome the head stays and is sent again, alone.
 */
export function settle(state: State, outcome: Outcome, { now, pauses, random, coalesceBills }: Settling): State {
  const { flight } = state;
  const [head, ...rest] = state.queue;
  if (flight === undefined || head === undefined) return state;
  const { kind, code, resultCode, tracerId } = outcome;
  const attempt: Attempt = {
    ...{ revision: head.to, coalesced: head.to - head.from, at: flight.since, outcome: kind },
    ...(code && { code }),
    ...(resultCode && { resultCode }),
    ...(tracerId && { tracerId }),
  };
  const after: State = {
    ...{ ...state, flight: undefined, lastFlight: flight.number, tried: now },
    attempts: record(state.attempts, attempt),
  };
  if (kind === 'unknown') {
    const pause = backoff(state.attempt + 1, outcome, pauses, random);
    return {
      ...after,
      attempt: state.attempt + 1,
      hold: Math.max(state.hold, now + pause.hold),
      due: Math.max(state.hold, now + pause.due),
    };
  }
  const next: State = { ...after, queue: rest, attempt: 0, due: Math.max(now, state.hold) };
  if (kind === 'refused') {
    const fields = rest.reduce((left, entry) => withoutSetAnew(left, entry.fields, coalesceBills), head.fields);
    const letter: DeadLetter = { ...head, fields, code, resultCode, tracerId, at: now };
    return { ...next, dead: [...state.dead, letter] };
  }
  const delivered = Math.max(state.delivered, head.to);
  if (head.status !== 'CLOSED') return { ...next, delivered };
  // The card has ended: nothing that was refused before can be sent any more.
  return { ...next, delivered, closed: true, dead: [], discarded: giveUp(state.discarded, state.dead) };
}
