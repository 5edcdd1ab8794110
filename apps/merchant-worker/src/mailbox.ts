/**
 * The mailbox of one pass: accepts changes, delivers them by alarm, one delivery at a time. Every state is stored before
 * it is acted on: a restart in mid-delivery finds what was in flight and treats its outcome as unknown.
 */
import { DurableObject } from 'cloudflare:workers';
import type { Env } from './env.ts';
import { type Merchant, readEnvironment } from './environment.ts';
import { tell } from './events.ts';
import {
  accept,
  begin,
  discard,
  emptyState,
  isUnsettled,
  longestWay as keysKept,
  nameOf,
  replay,
  type State,
  settle,
} from './mailbox-state.ts';
import { countsOf } from './metrics.ts';
import { interrupted, type Outcome, outcomeOfError, outcomeOfResult } from './outcome.ts';
import { rowOf } from './pass-index.ts';
import type { Slot } from './rate.ts';
import { type Permit, rateLeaseOf } from './rate-lease.ts';
import { type Change, updateOf } from './units.ts';

/** On what a change is accepted. */
export interface Conditions {
  /** The same key and digest get the same answer, for five days. */
  key?: { name: string; digest: string } | undefined;
  /** The revision that the pass has to have; `*` for any but none. */
  ifMatch?: number | '*' | undefined;
  /** Of a line of a batch, as `orderOf` has it. */
  order?: string | undefined;
}

/** The revision that a change got, or why it got none. */
export type PutResult =
  | { revision: number; refusal?: undefined }
  | { revision: number; refusal: 'PassClosed' | 'PreconditionFailed' | 'IdempotencyKeyReused' | 'PassNotFound' };

/** A pass as `GET /passes/:passId` shows it. */
export type PassView = Pick<State, 'passId' | 'revision' | 'delivered' | 'attempts'> & {
  state: ReturnType<typeof nameOf>;
  /** When the next attempt begins at the earliest, where there is to be one; milliseconds since the epoch. */
  nextAttempt?: number;
  deadLetter?: Pick<NonNullable<State['dead']>, 'revision' | 'code' | 'resultCode' | 'tracerId' | 'at'>;
};

/** A stored state, and what delivery needs besides. */
interface Stored extends State {
  /** Rises with every change of what is stored: tells the newer of two rows of the index. */
  sequence: number;
  /** `sequence` of what the index should have, and of what it was sent. */
  toIndex: number;
  indexed: number;
  /** When the index queue may be tried again. */
  indexAfter: number;
  /** Where the rate bound told this mailbox to wait. */
  slot?: Slot | undefined;
}

/** Milliseconds after which a delivery is looked after, should the object that began it be gone. */
const watchdog = 15_000;
/** Milliseconds until what failed here, and not at AlipayHK, is tried again. */
const pauseAfterFault = 30_000;

export class Mailbox extends DurableObject<Env> {
  /** Whether this very object is in `alarm`. What is in flight without it was begun by an object that is gone. */
  #delivering = false;

  /**
   * Accepts a change. What it returns is durable before the caller gets it.
   *
   * @param change - absent to close the pass as it is
   */
  put(passId: string, change: Change | undefined, { key, ifMatch, order }: Conditions = {}): PutResult {
    const now = Date.now();
    const earlier = key && this.#answerTo(key.name);
    const found = this.#load();
    const revision = found?.revision ?? 0;
    if (earlier) {
      if (earlier.digest === key?.digest) return { revision: earlier.revision };
      return { revision, refusal: 'IdempotencyKeyReused' };
    }
    if (ifMatch !== undefined && (ifMatch === '*' ? revision === 0 : ifMatch !== revision)) {
      return { revision, refusal: 'PreconditionFailed' };
    }
    const wanted = change ?? (found && { who: found.who, units: {}, closes: true });
    if (wanted === undefined) return { revision, refusal: 'PassNotFound' };
    if (found?.closing) return { revision, refusal: 'PassClosed' };
    const state = found ?? {
      ...emptyState(passId, wanted.who),
      ...{ sequence: 0, toIndex: 0, indexed: 0, indexAfter: 0 },
    };
    const next = accept(state, wanted, now, order);
    this.ctx.storage.transactionSync(() => {
      this.#save({ ...state, ...next });
      if (key) this.#keep(key, next.revision, now);
    });
    tell(this.env, 'accepted', { passId, revision: next.revision });
    this.#schedule();
    return { revision: next.revision };
  }

  /** The pass as it is now, if anything was ever accepted for it. */
  read(): PassView | undefined {
    const state = this.#load();
    if (state === undefined) return undefined;
    const { passId, revision, delivered, attempts, dead } = state;
    const { units: _units, ...deadLetter } = dead ?? { units: {}, revision: 0, at: 0 };
    return {
      ...{ passId, revision, delivered, state: nameOf(state), attempts },
      ...(isUnsettled(state) && { nextAttempt: dueAt(state) }),
      ...(dead && { deadLetter }),
    };
  }

  /** Sends the dead letter again; `false` if there is none. */
  replay(): boolean {
    return this.#mend('replayed', replay);
  }

  /** Gives the dead letter up; `false` if there is none. */
  discard(): boolean {
    return this.#mend('discarded', discard);
  }

  /** Has the index told of this pass again; `false` if nothing was ever accepted for it. */
  reindex(): boolean {
    const state = this.#load();
    if (state === undefined) return false;
    this.#save({ ...state, toIndex: state.sequence + 1 });
    this.#schedule();
    return true;
  }

  /** Never rejects for what becomes of a delivery: the time of the next alarm is part of what is stored. */
  override async alarm(): Promise<void> {
    // workerd runs one alarm at a time; that nothing overtakes must not rest on it alone.
    if (this.#delivering) return this.#schedule();
    this.#delivering = true;
    try {
      await this.#deliver();
      await this.#index();
    } finally {
      this.#delivering = false;
    }
  }

  async #deliver(): Promise<void> {
    const merchant = await readEnvironment(this.env).catch(() => undefined);
    const state = this.#load();
    if (state === undefined) return;
    if (merchant === undefined) return this.#misconfigured(state);
    if (state.inFlight) return this.#settle(interrupted, merchant);
    if (!isDue(state)) return this.#schedule();

    const rateLease = rateLeaseOf(this.env, state.passId, merchant.rate.shards);
    const permit = await rateLease.take(state.slot).catch((): Permit => {
      return { slot: { at: Date.now() + 1000 + Math.random() * 1000, epoch: -1 } };
    });
    const now = this.#load(); // changes may have come in meanwhile
    if (now === undefined) return;
    if (permit.slot) {
      this.#save({ ...now, slot: permit.slot });
      return this.#schedule();
    }
    if (!isDue(now)) {
      this.ctx.waitUntil(rateLease.give(permit.lease, false, {}).catch(() => undefined)); // else the lease ends by itself
      return this.#schedule();
    }
    const begun = this.#save({ ...now, ...begin(now, Date.now()), slot: undefined });
    this.#schedule();
    const outcome = await this.#send(begun, merchant);
    this.#settle(outcome, merchant);
    const counts = countsOf(outcome, begun.sent - now.sent, begun.attempts.at(-1)?.coalesced ?? 0);
    this.ctx.waitUntil(rateLease.give(permit.lease, outcome.congested === true, counts).catch(() => undefined));
  }

  async #send({ passId, who, inFlight }: Stored, { client }: Merchant): Promise<Outcome> {
    const { units = {}, closes = false } = inFlight ?? {};
    try {
      return outcomeOfResult(await client.updatePass(updateOf(passId, { who, units, closes })));
    } catch (error) {
      return outcomeOfError(error, Date.now());
    }
  }

  /** Ends the delivery in flight; the state is read anew, for changes may have come in while it was out. */
  #settle(outcome: Outcome, { pauses }: Merchant): void {
    const state = this.#load();
    if (state?.inFlight === undefined) return;
    const next = settle(state, outcome, Date.now(), pauses, Math.random());
    this.#save({ ...state, ...next, toIndex: state.sequence + 1 });
    this.#schedule();
    const { passId, inFlight } = state;
    const { code, resultCode, tracerId } = outcome;
    const fields = { passId, revision: inFlight.revision, code, resultCode, tracerId };
    const { coalesced = 0 } = state.attempts.at(-1) ?? {};
    if (coalesced > 0) tell(this.env, 'coalesced', { ...fields, coalesced });
    const events = { delivered: 'delivered', refused: 'dead', unknown: 'retried' } as const;
    tell(this.env, events[outcome.kind], fields);
    if (outcome.alert) tell(this.env, 'alert', fields);
  }

  /** Hands the index a row when it should have a newer one. The index is never in the way: this is done last. */
  async #index(): Promise<void> {
    const state = this.#load();
    if (state === undefined || !isStale(state) || state.indexAfter > Date.now()) return;
    const sent = await this.env.INDEX_QUEUE.send(rowOf(state, state.sequence, Date.now())).then(
      () => true,
      () => false,
    );
    const now = this.#load() ?? state;
    this.#save(sent ? { ...now, indexed: state.sequence } : { ...now, indexAfter: Date.now() + pauseAfterFault });
    if (!sent) tell(this.env, 'alert', { passId: state.passId, code: 'IndexQueueFailed' });
    this.#schedule();
  }

  #mend(event: 'replayed' | 'discarded', change: (state: State, now: number) => State): boolean {
    const state = this.#load();
    if (state?.dead === undefined) return false;
    this.#save({ ...state, ...change(state, Date.now()), dead: undefined, toIndex: state.sequence + 1 });
    tell(this.env, event, { passId: state.passId, revision: state.revision });
    this.#schedule();
    return true;
  }

  #misconfigured(state: Stored): void {
    tell(this.env, 'alert', { passId: state.passId, code: 'ConfigurationInvalid' });
    this.#schedule(pauseAfterFault);
  }

  /** What a change of this key was answered with. */
  #answerTo(key: string): { digest: string; revision: number } | undefined {
    const { sql } = this.ctx.storage;
    sql.exec('CREATE TABLE IF NOT EXISTS keys (name TEXT PRIMARY KEY, digest TEXT, revision INTEGER, at INTEGER)');
    return sql
      .exec<{ digest: string; revision: number }>('SELECT digest, revision FROM keys WHERE name = ?', key)
      .toArray()[0];
  }

  #keep({ name, digest }: { name: string; digest: string }, revision: number, now: number): void {
    const { sql } = this.ctx.storage;
    sql.exec('DELETE FROM keys WHERE at < ?', now - keysKept);
    sql.exec('INSERT INTO keys VALUES (?, ?, ?, ?)', name, digest, revision, now);
  }

  #load(): Stored | undefined {
    return this.ctx.storage.kv.get<Stored>('state');
  }

  #save(state: Stored): Stored {
    const next = { ...state, sequence: state.sequence + 1 };
    this.ctx.storage.kv.put('state', next);
    return next;
  }

  /**
   * Sets the alarm to when something is to be done next. In one turn with `#save`, without `await` between them, so that
   * both are stored or neither (the storage API coalesces such writes).
   *
   * @param pause - milliseconds to wait at least
   */
  #schedule(pause = 0): void {
    const at = this.#wakeAt();
    if (at === undefined) void this.ctx.storage.deleteAlarm();
    else void this.ctx.storage.setAlarm(Math.max(at, Date.now() + pause));
  }

  #wakeAt(): number | undefined {
    const state = this.#load();
    if (state === undefined) return undefined;
    if (state.inFlight) return Date.now() + (this.#delivering ? watchdog : 0);
    const times = [...(isUnsettled(state) ? [dueAt(state)] : []), ...(isStale(state) ? [state.indexAfter] : [])];
    return times.length > 0 ? Math.min(...times) : undefined;
  }
}

/** When what is unsettled may be sent. */
function dueAt({ notBefore, slot }: Stored): number {
  return Math.max(notBefore, slot?.at ?? 0);
}

function isDue(state: Stored): boolean {
  return isUnsettled(state) && dueAt(state) <= Date.now();
}

/** Whether the index should have a newer row. */
function isStale({ indexed, toIndex }: Stored): boolean {
  return indexed < toIndex;
}
