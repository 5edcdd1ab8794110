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
  isAfterEnd,
  isDiscardable,
  isUnsettled,
  replay,
  type State,
  settle,
} from './mailbox-state.ts';
import { isFull, type Key, MailboxStore, type Stored } from './mailbox-store.ts';
import { dueAt, type PassView, viewOf } from './mailbox-view.ts';
import { countsOf } from './metrics.ts';
import { interrupted, type Outcome, outcomeOfError, outcomeOfResult } from './outcome.ts';
import { rowOf } from './pass-index.ts';
import { type Permit, rateLeaseOf } from './rate-lease.ts';
import { within } from './time-limit.ts';
import { type Change, updateOf } from './units.ts';

/** On what a change is accepted. */
export interface Conditions {
  /** The same key and digest get the same answer, for five days. */
  key?: Key | undefined;
  /** The revision that the pass has to have; `*` for any but none. */
  ifMatch?: number | '*' | undefined;
  /** Of a line of a batch, as `orderOf` has it. */
  order?: string | undefined;
}

/** The revision that a change got, or why it got none. */
export type PutResult =
  | { revision: number; refusal?: undefined }
  | {
      revision: number;
      refusal: 'PassClosed' | 'PreconditionFailed' | 'IdempotencyKeyReused' | 'PassNotFound' | 'PassFull';
    };

/** Milliseconds after the client's timeout at which a delivery is looked after, should the object that began it be gone. */
const watchdogMargin = 5_000;
/** Milliseconds until what failed here, and not at AlipayHK, is tried again. */
const pauseAfterFault = 30_000;
/** Milliseconds within which the rate bound and the index queue have to answer. */
const callLimit = 3_000;
/** Milliseconds until the index is told of a dead letter again, lest a row that was lost on its way hides it for good. */
const pauseUntilToldAgain = 6 * 3_600_000;

export class Mailbox extends DurableObject<Env> {
  readonly #store = new MailboxStore(this.ctx.storage);
  /** Whether this very object is in `alarm`. What is in flight without it was begun by an object that is gone. */
  #delivering = false;
  /** Milliseconds within which a delivery ends. */
  #watchdog = watchdogMargin;

  /**
   * Accepts a change. What it returns is durable before the caller gets it.
   *
   * @param change - absent to close the pass as it is
   */
  put(passId: string, change: Change | undefined, { key, ifMatch, order }: Conditions = {}): PutResult {
    const now = Date.now();
    const earlier = key && this.#store.answerTo(key.name);
    const found = this.#store.load();
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
    if (found && isAfterEnd(found, wanted)) return { revision, refusal: 'PassClosed' };
    const state = found ?? {
      ...emptyState(passId, wanted.who),
      ...{ sequence: 0, toIndex: 0, indexed: 0, indexAfter: 0 },
    };
    const next: Stored = { ...state, ...accept(state, wanted, now, order) };
    if (isFull(next)) return { revision, refusal: 'PassFull' };
    this.#store.saveAnswer(next, key, now);
    this.#schedule();
    tell(this.env, 'accepted', { passId, revision: next.revision });
    return { revision: next.revision };
  }

  /** The pass as it is now, if anything was ever accepted for it. */
  read(): PassView | undefined {
    const state = this.#store.load();
    return state && viewOf(state);
  }

  /** Sends the dead letter again; `false` if there is none. */
  replay(): boolean {
    return this.#mend('replayed', replay, ({ dead }) => dead !== undefined);
  }

  /** Gives up the dead letter, or what is to be retried; `false` if there is neither, or an attempt is in flight. */
  discard(): boolean {
    return this.#mend('discarded', discard, isDiscardable);
  }

  /** Has the index told of this pass again; `false` if nothing was ever accepted for it. */
  reindex(): boolean {
    const state = this.#store.load();
    if (state === undefined) return false;
    this.#store.save({ ...state, toIndex: state.sequence + 1 });
    this.#schedule();
    return true;
  }

  /** Never rejects for what becomes of a delivery: workerd gives an alarm up that rejected six times. */
  override async alarm(): Promise<void> {
    // workerd runs one alarm at a time; that nothing overtakes must not rest on it alone.
    if (this.#delivering) return this.#schedule();
    this.#delivering = true;
    try {
      await this.#deliver();
      await this.#index();
    } catch (error) {
      this.#schedule(pauseAfterFault);
      const passId = this.#store.load()?.passId ?? '';
      tell(this.env, 'alert', { passId, code: error instanceof Error ? error.name : 'unknown' });
    } finally {
      this.#delivering = false;
    }
  }

  async #deliver(): Promise<void> {
    const merchant = await readEnvironment(this.env).catch(() => undefined);
    const state = this.#store.load();
    if (state === undefined) return;
    if (merchant === undefined) return this.#misconfigured(state);
    if (state.inFlight) return this.#settle(interrupted, merchant);
    if (!isDue(state)) return this.#schedule();
    this.#watchdog = merchant.timeout + watchdogMargin;

    const rateLease = rateLeaseOf(this.env, state.passId, merchant.rate.shards);
    // A lease that comes too late ends by itself.
    const permit = await within<Permit>(callLimit, rateLease.take(state.slot)).catch((): Permit => {
      return { slot: { ...state.slot, at: Date.now() + 1000 + Math.random() * 1000 } };
    });
    const now = this.#store.load(); // changes may have come in meanwhile
    if (now === undefined) return;
    if (permit.slot) {
      this.#store.save({ ...now, slot: permit.slot });
      return this.#schedule();
    }
    const begun = isDue(now) && this.#store.save({ ...now, ...begin(now, Date.now()), slot: undefined });
    this.#schedule();
    const outcome = begun && (await this.#send(begun, merchant));
    if (outcome) this.#settle(outcome, merchant);
    const counts =
      begun && outcome ? countsOf(outcome, begun.sent - now.sent, begun.attempts.at(-1) ?? { coalesced: 0 }) : {};
    // Nobody waits for it: a lease that is not given back ends by itself.
    this.ctx.waitUntil(
      rateLease.give(permit.lease, outcome ? outcome.congested === true : false, counts).catch(() => undefined),
    );
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
    const state = this.#store.load();
    if (state?.inFlight === undefined) return;
    const next = settle(state, outcome, Date.now(), pauses, Math.random());
    this.#store.save({ ...state, ...next, toIndex: state.sequence + 1 });
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
    const state = this.#store.load();
    if (state === undefined || (indexAt(state) ?? Number.POSITIVE_INFINITY) > Date.now()) return;
    const row = rowOf(state, state.sequence, Date.now());
    const sent = await within(callLimit, this.env.INDEX_QUEUE.send(row)).then(
      () => true,
      () => false,
    );
    const now = this.#store.load() ?? state;
    const told = { indexed: state.sequence, indexedAt: Date.now() };
    this.#store.save({ ...now, ...(sent ? told : { indexAfter: Date.now() + pauseAfterFault }) });
    if (!sent) tell(this.env, 'alert', { passId: state.passId, code: 'IndexQueueFailed' });
    this.#schedule();
  }

  #mend(
    event: 'replayed' | 'discarded',
    change: (state: State, now: number) => State,
    isChangeable: (state: State) => boolean,
  ): boolean {
    const state = this.#store.load();
    if (state === undefined || !isChangeable(state)) return false;
    this.#store.save({ ...state, ...change(state, Date.now()), toIndex: state.sequence + 1 });
    this.#schedule();
    tell(this.env, event, { passId: state.passId, revision: state.revision });
    return true;
  }

  #misconfigured({ passId }: Stored): void {
    this.#schedule(pauseAfterFault);
    tell(this.env, 'alert', { passId, code: 'ConfigurationInvalid' });
  }

  /**
   * Sets the alarm to when something is to be done next. In one turn with what was saved, without `await` between them,
   * so that both are stored or neither: the storage coalesces such writes.
   *
   * @param pause - milliseconds to wait at least
   */
  #schedule(pause = 0): void {
    const at = this.#wakeAt();
    if (at === undefined) void this.ctx.storage.deleteAlarm();
    else void this.ctx.storage.setAlarm(Math.ceil(Math.max(at, Date.now() + pause))); // slots are not whole milliseconds
  }

  #wakeAt(): number | undefined {
    const state = this.#store.load();
    if (state === undefined) return undefined;
    if (state.inFlight) return Date.now() + (this.#delivering ? this.#watchdog : 0);
    const times = [isUnsettled(state) ? dueAt(state) : undefined, indexAt(state)].filter((at) => at !== undefined);
    return times.length > 0 ? Math.min(...times) : undefined;
  }
}

function isDue(state: Stored): boolean {
  return isUnsettled(state) && dueAt(state) <= Date.now();
}

/** When the index is to be told: of what is newer than its row, and of a dead letter again and again until someone acts. */
function indexAt({ indexed, toIndex, indexAfter, indexedAt = 0, dead }: Stored): number | undefined {
  if (indexed < toIndex) return indexAfter;
  return dead && Math.max(indexAfter, indexedAt + pauseUntilToldAgain);
}
