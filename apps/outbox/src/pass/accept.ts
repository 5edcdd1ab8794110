/** A change that a caller asks for -> the pass's queue. */
import { bearsBill, type Change, type Fields, withoutSetAnew } from './fields.ts';
import { type Entry, giveUp, type State } from './state.ts';

/** What `accept` needs besides the change. */
export interface Acceptance {
  /** Milliseconds since the epoch. */
  now: number;
  /** Of the change, or of the batch that it is a line of: rises with every call that the shard gets. */
  stamp: number;
  /** Lets a newer bill replace one that was not sent yet. */
  coalesceBills: boolean;
  /** A line of a batch that is sent again: what was set after its stamp stays. */
  isRepeated?: boolean | undefined;
}

/** Why a change was refused. */
export type AcceptRefusal = 'PassClosed' | 'PassFull';

/** How long a batch may be sent again, in milliseconds from its begin. */
export const batchRepeatable = 24 * 3_600_000;

/**
 * Most bytes of JSON that wait or are dead: one request made of them has to stay below the megabyte that a gateway may
 * take, and a row below the two megabytes of a Durable Object.
 */
const maxBytes = 512 * 1024;
/** Most entries that wait or are dead. */
const maxEntries = 100;
/** Most names whose time is known. */
const maxNames = 500;

/**
 * Takes a change in. It merges with the newest entry that was never sent, unless one of them names a bill or they differ
 * in status or type.
 */
export function accept(state: State, change: Change, acceptance: Acceptance): State | AcceptRefusal {
  if (isAfterEnd(state, change)) return 'PassClosed';
  const { now, stamp, isRepeated = false, coalesceBills } = acceptance;
  const isLate = (name: string): boolean => isRepeated && stamp < (state.setAt[name] ?? 0);
  const fields = Object.fromEntries(
    Object.entries(change.fields).filter(([name]) => !isLate(name) || isOwnBill(name, change.fields, coalesceBills)),
  );
  const who = isLate('who') ? (state.who ?? change.who) : change.who;
  const closes = change.status === 'CLOSED';
  if (isLate('who') && Object.keys(fields).length === 0 && !closes) return state;

  const revision = state.revision + 1;
  const entry: Entry = { ...change, who, fields, from: revision, to: revision, since: now };
  const tail = state.queue.at(-1);
  const queue =
    tail && canMerge(state, tail, entry, coalesceBills)
      ? [...state.queue.slice(0, -1), merge(tail, entry)]
      : [...state.queue, entry];
  const replaced = closes ? state.dead.filter(({ status }) => status === 'CLOSED') : [];
  const next: State = {
    ...state,
    revision,
    who,
    queue,
    dead: state.dead
      .filter((letter) => !replaced.includes(letter))
      .map((letter) => ({ ...letter, fields: withoutSetAnew(letter.fields, fields, coalesceBills) })),
    discarded: giveUp(state.discarded, replaced),
    closing: state.closing || closes,
    due: state.queue.length > 0 ? state.due : Math.max(now, state.hold),
    setAt: setAtOf(state, [...Object.keys(fields), ...(isLate('who') ? [] : ['who'])], acceptance),
  };
  return isFull(next) ? 'PassFull' : next;
}

/** Whether the pass takes this change no more: after a close only another one, and only if the first one failed. */
function isAfterEnd({ closing, closed, queue }: State, { status }: Change): boolean {
  const isMissed = !closed && !queue.some((entry) => entry.status === 'CLOSED');
  return closing && !(status === 'CLOSED' && isMissed);
}

/** A bill is never too late: nothing replaces it. */
function isOwnBill(name: string, fields: Fields, coalesceBills: boolean): boolean {
  return name === 'transaction' && bearsBill(fields) && !coalesceBills;
}

function canMerge(state: State, tail: Entry, entry: Entry, coalesceBills: boolean): boolean {
  const wasSent = state.queue.length === 1 && (state.flight !== undefined || state.attempt > 0);
  const hasGap = tail.to !== state.revision; // a dead letter that was replayed
  const differs = tail.updateDetailType !== entry.updateDetailType;
  const statusFits = tail.status === entry.status || (tail.status === 'UPDATE' && entry.status === 'CLOSED');
  if (wasSent || hasGap || differs || !statusFits) return false;
  return coalesceBills || !(bearsBill(tail.fields) || bearsBill(entry.fields));
}

function merge(older: Entry, newer: Entry): Entry {
  return { ...newer, from: older.from, since: older.since, fields: { ...older.fields, ...newer.fields } };
}

/** Stamps are needed as long as a batch may be sent again. */
function setAtOf({ setAt }: State, names: readonly string[], { now, stamp }: Acceptance): State['setAt'] {
  const recent = Object.entries(setAt).filter(([, at]) => at > now - batchRepeatable - 3_600_000);
  return Object.fromEntries([...recent, ...names.map((name): [string, number] => [name, stamp])]);
}

function isFull({ queue, dead, setAt }: State): boolean {
  if (queue.length + dead.length > maxEntries || Object.keys(setAt).length > maxNames) return true;
  // Whole entries: the ids in `who` are as long as a caller likes.
  return new TextEncoder().encode(JSON.stringify([...queue, ...dead])).length > maxBytes;
}
