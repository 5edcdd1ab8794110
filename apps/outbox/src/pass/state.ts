/** What a shard knows of one pass. `accept`, `settle` and `dead-letters` change it; none of them has a clock or storage. */
import type { Change, Who } from './fields.ts';
import type { Outcome } from './outcome.ts';

/** Changes that are sent as one request: revisions `from` to `to`. */
export interface Entry extends Change {
  from: number;
  to: number;
  /** When the oldest of them was accepted, in milliseconds since the epoch. */
  since: number;
}

/** An entry that AlipayHK refused with F, less the fields that were set anew since. */
export interface DeadLetter extends Entry {
  code?: string | undefined;
  resultCode?: string | undefined;
  tracerId?: string | undefined;
  /** When it was refused, in milliseconds since the epoch. */
  at: number;
}

/** One request, as `GET /passes/:passId` shows it. */
export interface Attempt {
  /** The newest revision that it carried. */
  revision: number;
  /** How many older revisions it carried. */
  coalesced: number;
  /** When it began, in milliseconds since the epoch. */
  at: number;
  outcome: 'sending' | Outcome['kind'];
  code?: string;
  resultCode?: string;
  tracerId?: string;
}

/** Revisions, both ends included. */
export interface Span {
  from: number;
  to: number;
}

/** A request that was begun and not settled. */
export interface Flight {
  /** Rises with every request of a shard. */
  number: number;
  since: number;
}

/** The state of a pass; times in milliseconds since the epoch. */
export interface State {
  passId: string;
  /** Of the last change that was accepted: 1, 2, 3 … */
  revision: number;
  /** The highest revision that AlipayHK confirmed with S. */
  delivered: number;
  /** Who holds the pass, as the newest change says; absent before the first one. */
  who?: Who | undefined;
  /** What is to be sent, in order. Only the head is ever in flight. */
  queue: Entry[];
  /** Set while the head is in flight. */
  flight?: Flight | undefined;
  /** Number of the last flight that was settled. */
  lastFlight: number;
  /** What AlipayHK refused, oldest first. */
  dead: DeadLetter[];
  /** Revisions that were given up; the newest spans. */
  discarded: Span[];
  /** A close was accepted; only another close may follow, and only if the first one failed. */
  closing: boolean;
  /** AlipayHK confirmed the close. */
  closed: boolean;
  /** How many attempts of the head ended unknown. */
  attempt: number;
  /** Nothing is sent before this time, whatever happens: an earlier request may still be in work. */
  hold: number;
  /** When the head is due; no earlier than `hold`. Only a wake-up goes before it. */
  due: number;
  /** When the last attempt ended. */
  tried: number;
  /** When each field was set last, for a batch that is sent again. */
  setAt: Record<string, number>;
  /** The last change that each member handed over, by the member's key. */
  sources: Record<string, number>;
  attempts: Attempt[];
}

/** The state in a word. */
export type StateName = 'pending' | 'retrying' | 'sending' | 'dead' | 'delivered' | 'closed' | 'discarded';

/** How many attempts are kept, and how many spans of revisions that were given up. */
const kept = { attempts: 20, spans: 100 };

/** A pass before its first change. */
export function emptyState(passId: string): State {
  return {
    ...{ passId, revision: 0, delivered: 0, queue: [], lastFlight: 0, dead: [], discarded: [] },
    ...{ closing: false, closed: false, attempt: 0, hold: 0, due: 0, tried: 0, setAt: {}, sources: {}, attempts: [] },
  };
}

export function nameOf({ queue, flight, attempt, dead, closed, delivered, revision }: State): StateName {
  if (flight) return 'sending';
  if (queue.length > 0) return attempt > 0 ? 'retrying' : 'pending';
  if (dead.length > 0) return 'dead';
  if (closed) return 'closed';
  return delivered < revision ? 'discarded' : 'delivered';
}

/** When the oldest change that still waits was accepted. */
export function waitingSince({ queue }: State): number | undefined {
  return queue.length > 0 ? Math.min(...queue.map(({ since }) => since)) : undefined;
}

/** Adds spans of revisions that were given up. Neighbours become one span. */
export function giveUp(spans: readonly Span[], given: readonly Span[]): Span[] {
  const joined: Span[] = [];
  for (const { from, to } of [...spans, ...given].sort((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last?.to === from - 1) last.to = to;
    else joined.push({ from, to });
  }
  return joined.slice(-kept.spans);
}

/** Adds an attempt. */
export function record(attempts: readonly Attempt[], attempt: Attempt): Attempt[] {
  return [...attempts, attempt].slice(-kept.attempts);
}
