/** A pass as its callers see it. */
import { type Attempt, nameOf, type Span, type State, type StateName, waitingSince } from './state.ts';

/** A pass as `GET /passes/:passId` shows it; times in milliseconds since the epoch. */
export interface PassView {
  passId: string;
  state: StateName;
  revision: number;
  delivered: number;
  /** How many requests wait. */
  waiting: number;
  /** When the oldest change that waits was accepted. */
  waitingSince?: number;
  /** When the next attempt is due, unless something shows earlier that AlipayHK answers. */
  nextAttempt?: number;
  attempts: Attempt[];
  deadLetters: DeadLetterView[];
}

/** A dead letter without its content. */
export interface DeadLetterView {
  revision: number;
  code?: string | undefined;
  resultCode?: string | undefined;
  tracerId?: string | undefined;
  at: number;
}

export function viewOf(state: State): PassView {
  const { passId, revision, delivered, attempts, dead, queue, flight, due } = state;
  const since = waitingSince(state);
  const [head] = queue;
  const sending: Attempt[] =
    flight && head ? [{ revision: head.to, coalesced: head.to - head.from, at: flight.since, outcome: 'sending' }] : [];
  return {
    ...{ passId, state: nameOf(state), revision, delivered, waiting: queue.length },
    ...(since !== undefined && { waitingSince: since }),
    ...(queue.length > 0 && !flight && { nextAttempt: due }),
    attempts: [...attempts, ...sending],
    deadLetters: dead.map(({ to, code, resultCode, tracerId, at }) => ({
      ...{ revision: to, code, resultCode, tracerId, at },
    })),
  };
}

/** What became of a revision that was accepted. */
export function fateOf({ queue, dead, discarded }: State, revision: number): 'delivered' | 'refused' | 'pending' {
  const isIn = (spans: readonly Span[]): boolean => spans.some(({ from, to }) => from <= revision && revision <= to);
  if (isIn(queue)) return 'pending';
  return isIn(dead) || isIn(discarded) ? 'refused' : 'delivered';
}
