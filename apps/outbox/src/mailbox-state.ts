/**
 * What a mailbox knows of its pass, and how that changes: accept -> begin -> settle, each a function from state to state
 * without effects. The order guarantees rest on these; `mailbox.ts` stores what they return before it acts on it.
 */
import { backOff, type Pauses } from './back-off.ts';
import type { Outcome } from './outcome.ts';
import type { Change, Units, Who } from './units.ts';

/** One delivery, as `GET /passes/:passId` shows it. */
export interface Attempt {
  /** The newest revision that it carried. */
  revision: number;
  /** How many earlier revisions it carried that were never sent on their own. */
  coalesced: number;
  /** When it began, in milliseconds since the epoch. */
  at: number;
  outcome: 'sending' | Outcome['kind'];
  code?: string;
  resultCode?: string;
  tracerId?: string;
}

/** A change that was refused with F, and why. */
export interface DeadLetter {
  revision: number;
  units: Units;
  code?: string | undefined;
  resultCode?: string | undefined;
  tracerId?: string | undefined;
  /** Milliseconds since the epoch. */
  at: number;
}

/** Revisions above one and up to another. */
export interface Span {
  after: number;
  upTo: number;
}

/** The state of a mailbox; times in milliseconds since the epoch. */
export interface State {
  passId: string;
  /** Of the last change that was accepted: 1, 2, 3 … */
  revision: number;
  /** The highest revision that was ever sent. */
  sent: number;
  /** The highest revision that needs no more sending: delivered, refused or given up. */
  settled: number;
  /** The highest revision that AlipayHK confirmed with S. */
  delivered: number;
  who: Who;
  /** What was accepted and is not in flight. */
  pending: Units;
  inFlight?: { revision: number; units: Units; closes: boolean; since: number } | undefined;
  dead?: DeadLetter | undefined;
  /** Units that were refused with F and neither set anew nor confirmed since, with the revision that carried them. */
  refused: Record<string, number>;
  /** Revisions that were given up, above `after` and up to `upTo`; the last few such spans. */
  discarded: Span[];
  /** A close was accepted; after it there may be another close at most. */
  closing: boolean;
  /** How many attempts in a row ended unknown. */
  attempt: number;
  /** Nothing is sent before. */
  notBefore: number;
  /** Order of the last change of each unit, for lines of a batch that arrive late. */
  orders: Record<string, string>;
  attempts: Attempt[];
}

/** How many attempts are kept. */
export const attemptsKept = 20;
/** How many spans of revisions that were given up are kept. */
const spansKept = 20;
/** How long a line of a batch may be on its way, in milliseconds: more than the four days that a Queue keeps a message. */
export const longestWay = 5 * 24 * 3_600_000;

/** A mailbox before its first change. */
export function emptyState(passId: string, who: Who): State {
  return {
    ...{
      passId,
      who,
      revision: 0,
      sent: 0,
      settled: 0,
      delivered: 0,
      pending: {},
      refused: {},
      discarded: [],
      closing: false,
    },
    ...{ attempt: 0, notBefore: 0, orders: {}, attempts: [] },
  };
}

/** An order that sorts as text: a time in milliseconds since the epoch, and a line of a batch that began then. */
export function orderOf(time: number, line = 0): string {
  return `${String(time).padStart(15, '0')}.${String(line).padStart(12, '0')}`;
}

/**
 * Whether a change comes after the end: after a close there may only be another one, where AlipayHK did not confirm the
 * first and no more is to be sent of it.
 */
export function isAfterEnd(state: State, change: Change): boolean {
  const isMissed = !state.inFlight && !isUnsettled(state) && state.delivered < state.revision;
  return state.closing && !(change.closes && isMissed);
}

/**
 * Takes a change in. After a dead letter it revives the mailbox and carries what was refused, unless it replaces it; a
 * close carries nothing that was refused.
 *
 * @param order - of a line of a batch: what was overtaken by a later change is left out, and if that is all, no revision
 *   comes of it. A change without one is the latest.
 */
export function accept(state: State, change: Change, now: number, order?: string): State {
  const latest = Object.values(state.orders).reduce((a, b) => (a > b ? a : b), orderOf(now));
  const isLate = (unit: string) => order !== undefined && order < (state.orders[unit] ?? '');
  const units = Object.fromEntries(Object.entries(change.units).filter(([unit]) => !isLate(unit)));
  if (isLate('who') && Object.keys(units).length === 0 && !change.closes) return state;
  const stamped = [...Object.keys(units), ...(isLate('who') ? [] : ['who'])];
  const recent = Object.entries(state.orders).filter(([, at]) => at > orderOf(now - longestWay));
  const orders = [...recent, ...stamped.map((unit): [string, string] => [unit, order ?? latest])];
  const refused = without(state.refused, units);
  const pending = { ...state.dead?.units, ...state.pending, ...units };
  return {
    ...state,
    revision: state.revision + 1,
    who: isLate('who') ? state.who : change.who,
    ...(change.closes ? leaveBehind(state, pending, refused) : { pending }),
    dead: undefined,
    refused,
    closing: change.closes,
    ...(state.dead && { attempt: 0, notBefore: now }),
    orders: Object.fromEntries(orders),
  };
}

/** Whether there is something to send, now or later. */
export function isUnsettled({ revision, settled, inFlight }: State): boolean {
  return inFlight === undefined && revision > settled;
}

/** Puts everything that is pending in flight: the newest revision, and one delivery at a time. */
export function begin(state: State, now: number): State {
  const { revision, pending, closing, sent, attempts } = state;
  const coalesced = Math.max(0, revision - sent - 1);
  const attempt: Attempt = { revision, coalesced, at: now, outcome: 'sending' };
  return {
    ...state,
    sent: revision,
    pending: {},
    inFlight: { revision, units: pending, closes: closing, since: now },
    attempts: [...attempts, attempt].slice(-attemptsKept),
  };
}

/**
 * Ends the delivery in flight. S settles the revision that was sent, whatever was accepted meanwhile. F makes a dead
 * letter, unless a newer change is there to be tried. After an unknown outcome everything is pending again, with the
 * newer changes over it; where the newest is a close, without what was refused.
 *
 * @param random - from 0 to 1
 */
export function settle(state: State, outcome: Outcome, now: number, pauses: Pauses, random: number): State {
  const { inFlight, revision } = state;
  if (inFlight === undefined) return state;
  const { kind, code, resultCode, tracerId } = outcome;
  const attempts = state.attempts.map((attempt) =>
    attempt.outcome === 'sending'
      ? {
          ...attempt,
          outcome: kind,
          ...(code && { code }),
          ...(resultCode && { resultCode }),
          ...(tracerId && { tracerId }),
        }
      : attempt,
  );
  const refusedNow = Object.keys(kind === 'refused' ? without(inFlight.units, state.pending) : {});
  const refused = { ...state.refused, ...Object.fromEntries(refusedNow.map((unit) => [unit, inFlight.revision])) };
  const all = { ...inFlight.units, ...state.pending };
  const again = state.closing && !inFlight.closes ? leaveBehind(state, all, refused) : { pending: all };
  const after: State = { ...state, inFlight: undefined, refused, attempts };
  if (kind === 'unknown') {
    const attempt = state.attempt + 1;
    return { ...after, ...again, attempt, notBefore: now + backOff(attempt, outcome, pauses, random) };
  }
  const fresh = { ...after, attempt: 0, notBefore: now };
  if (kind === 'delivered') return { ...fresh, delivered: inFlight.revision, settled: inFlight.revision, refused: {} };
  if (revision > inFlight.revision) return { ...fresh, ...again };
  const dead = { revision, units: inFlight.units, code, resultCode, tracerId, at: now };
  return { ...fresh, settled: revision, dead };
}

/** Sends what was refused once more, as it was: for when the fault was not in it. */
export function replay(state: State, now: number): State {
  if (!state.dead) return state;
  return {
    ...state,
    pending: state.dead.units,
    dead: undefined,
    settled: state.revision - 1,
    attempt: 0,
    notBefore: now,
  };
}

/** Whether there is something to give up: a dead letter, or what waits after an unknown outcome. */
export function isDiscardable(state: State): boolean {
  return state.dead !== undefined || (isUnsettled(state) && state.attempt > 0);
}

/** Gives up what was refused, or what would be tried again; `notBefore` stays, for an attempt may still be in work. */
export function discard(state: State): State {
  const { revision } = state;
  const discarded = giveUp(state, revision);
  return { ...state, dead: undefined, refused: {}, pending: {}, settled: revision, attempt: 0, discarded };
}

/** The state in a word. */
export function nameOf(
  state: State,
): 'sending' | 'dead' | 'pending' | 'retrying' | 'closed' | 'delivered' | 'discarded' {
  if (state.inFlight) return 'sending';
  if (state.dead) return 'dead';
  if (isUnsettled(state)) return state.attempt > 0 ? 'retrying' : 'pending';
  if (state.delivered < state.revision) return 'discarded';
  return state.closing ? 'closed' : 'delivered';
}

/** What a close carries: nothing that was refused, which is given up with it. */
function leaveBehind(state: State, units: Units, refused: State['refused']): Pick<State, 'pending' | 'discarded'> {
  const upTo = Math.max(0, ...Object.keys(units).map((unit) => refused[unit] ?? 0));
  return { pending: without(units, refused), discarded: upTo > 0 ? giveUp(state, upTo) : state.discarded };
}

function giveUp({ discarded, delivered }: State, upTo: number): Span[] {
  return [...discarded.filter(({ after }) => after < delivered), { after: delivered, upTo }].slice(-spansKept);
}

/** The entries of one record whose names the other one has not. */
function without<T>(record: Record<string, T>, names: Record<string, unknown>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !Object.hasOwn(names, name)));
}
