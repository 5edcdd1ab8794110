/**
 * The loop of a shard: whatever is due is begun, sent and settled, within the bound. It runs in the alarm, one at a time,
 * and ends by itself: the next alarm goes on.
 */
import type { Client } from '@alipayhk-pass/api';
import { boundOf } from '../config/limits.ts';
import { updateOf } from '../pass/fields.ts';
import { interrupted, type Outcome, outcomeOfError, outcomeOfResult } from '../pass/outcome.ts';
import { settle } from '../pass/settle.ts';
import type { State } from '../pass/state.ts';
import { Alarm } from './alarm.ts';
import { type Breaker, closedBreaker, note, pauseOf, wake } from './breaker.ts';
import { Candidates } from './candidates.ts';
import type { LoopShard } from './loop-shard.ts';
import type { StoredFlight } from './pass-store.ts';
import { acquire, fullRate, type Rate, release } from './rate-limiter.ts';
import { Signal } from './signal.ts';

/** A run begins nothing more after so long, in milliseconds: Cloudflare ends an alarm after 15 minutes. */
const longestRun = 5 * 60_000;
/** Longest pause in milliseconds that a run waits for; a longer one sleeps by alarm. */
const longestWait = 2_000;
/** Longest pause that breaker and bound put before the next request, in milliseconds. */
const longestSleep = 60_000;
/** How long a pass that cannot be read is put aside, and until a configuration is tried again, in milliseconds. */
const pauseAfterFault = 30_000;
/** Most candidates that are skipped without a pause. */
const mostSkipped = 50;

type Sender = Pick<Client, 'updatePass'>;

export class DeliveryLoop {
  readonly #shard: LoopShard;
  readonly #alarm: Alarm;
  readonly #signal = new Signal();
  readonly #candidates: Candidates;
  /** Numbers of the flights that this object has begun and not settled. */
  readonly #live = new Set<number>();
  #isRunning = false;
  /** Whether this run waits because nothing is due. */
  #isIdle = false;
  /** Nothing is sent before: the configuration is wrong. */
  #pausedUntil = 0;
  #rate: Rate | undefined;
  breaker: Breaker;
  /** A run begins nothing more: the passes move to other shards. */
  isDraining: boolean;

  constructor(shard: LoopShard) {
    this.#shard = shard;
    this.breaker = { ...closedBreaker, ...shard.meta.get<Breaker>('breaker') };
    this.isDraining = Boolean(shard.meta.get('moving'));
    this.#rate = shard.meta.get<Rate>('rate');
    this.#alarm = new Alarm(shard.ports);
    this.#candidates = new Candidates(shard.passes);
  }

  /** Wakes the loop, or sets the alarm that starts it: at every call of the shard, for an alarm may have been lost. */
  async arm(): Promise<void> {
    if (this.#isRunning) {
      // A run that waits for the bound or the breaker cannot send sooner.
      if (this.#isIdle || this.#shard.handovers.isNew) this.#signal.set();
      return;
    }
    const next = this.#nextTime();
    if (next === undefined || (await this.#alarm.firesBy(next))) return;
    if (!this.#isRunning) this.#alarm.set(next); // a run that has begun by now has set its own
  }

  /** Lets what waits for its own backoff go, within holds and bound. */
  wakeAll(): void {
    this.#setBreaker(wake(this.breaker, this.#shard.ports.now()));
    this.#signal.set();
  }

  /** Lets the next probe go at once, should the breaker be open. */
  probe(): void {
    this.breaker = { ...this.breaker, probeAt: Math.min(this.breaker.probeAt, this.#shard.ports.now()) };
    this.#signal.set();
  }

  get rate(): Rate {
    return this.#rate ?? fullRate(boundOf(this.#shard.limits), this.#shard.ports.now());
  }

  /** One run. It never rejects: workerd gives up an alarm that rejected six times. */
  async run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      await this.#run();
      this.#isRunning = false;
      // In the turn in which the run has found that it has nothing to do.
      this.#alarm.set(this.#nextTime());
    } catch (error) {
      this.#isRunning = false;
      this.#shard.alert({ code: error instanceof Error ? error.name : 'Error' });
      this.#pausedUntil = this.#shard.ports.now() + pauseAfterFault;
      this.#alarm.set(this.#pausedUntil);
    }
    this.#shard.counters.store();
  }

  async #run(): Promise<void> {
    const { ports, handovers, alerts, limits } = this.#shard;
    const start = ports.now();
    let sends = 0;
    this.#alarm.keep(limits.timeout);
    this.#recover();
    const client = await this.#client();
    for (;;) {
      const isLast = this.isDraining || sends >= limits.runSends || ports.now() - start >= longestRun;
      let wait = Number.POSITIVE_INFINITY;
      if (!isLast) {
        wait = Math.min(handovers.start(this.#signal), alerts.start(this.#signal));
        while (client && sends < limits.runSends) {
          const pause = this.#begin(client);
          wait = Math.min(wait, pause);
          if (pause > 0) break;
          sends += 1;
          wait = Number.POSITIVE_INFINITY;
        }
        if (sends >= limits.runSends) continue;
      }
      const isIdle = this.#live.size === 0 && !handovers.isBusy && !alerts.isBusy;
      if (isIdle && (isLast || wait > longestWait)) return;
      this.#alarm.keep(this.#shard.limits.timeout);
      await this.#signal.wait(ports.sleep(Math.min(wait, longestWait)));
      this.#shard.passes.forgetOver(this.#shard.ports.now(), this.#shard.limits.timeout);
    }
  }

  /** @returns 0 once a request was begun, or the milliseconds until one may be */
  #begin(client: Sender): number {
    const { ports, passes, limits } = this.#shard;
    const now = ports.now();
    for (let skipped = 0; skipped < mostSkipped; skipped += 1) {
      const pause = this.#pause(pauseOf(this.breaker, passes.flights.size, now));
      if (pause > 0) return pause;
      const candidate = this.#candidates.next(this.breaker, now);
      this.#isIdle = typeof candidate !== 'string';
      if (typeof candidate !== 'string') return Math.max(1, candidate.at - now);
      const { rate, wait } = acquire(this.rate, boundOf(limits), passes.flights.size, now);
      this.#rate = rate;
      if (wait > 0) {
        this.#candidates.putBack(candidate);
        return this.#pause(wait);
      }
      try {
        const state = passes.load(candidate);
        // It may have changed since it was read.
        if (state === undefined || state.queue.length === 0 || state.flight || state.hold > now) continue;
        const flight = passes.begin(candidate, now);
        this.#live.add(flight.number);
        void this.#send(client, state, flight);
        return 0;
      } catch (error) {
        this.#putAside(candidate, error);
      }
    }
    return 1;
  }

  /** An infinite pause lasts until a request ends. One that an ended object left behind ends by its time-out alone. */
  #pause(pause: number): number {
    if (Number.isFinite(pause)) return pause;
    const { passes, ports, limits } = this.#shard;
    return Math.max(1, passes.nextOver(limits.timeout) - ports.now());
  }

  async #send(client: Sender, { passId, queue: [head] }: State, flight: StoredFlight): Promise<void> {
    const { ports, passes } = this.#shard;
    let outcome: Outcome;
    try {
      outcome = outcomeOfResult(await client.updatePass(updateOf(passId, head as NonNullable<typeof head>)));
    } catch (error) {
      outcome = outcomeOfError(error, ports.now());
    }
    try {
      this.#settle(flight, outcome);
    } catch (error) {
      this.#putAside(passId, error);
    } finally {
      passes.end(flight);
      this.#live.delete(flight.number);
      this.#signal.set();
    }
  }

  /** Ends a flight; the state is read anew, for changes may have come in meanwhile. */
  #settle({ passId, number }: StoredFlight, outcome: Outcome): void {
    const { ports, passes, limits, counters } = this.#shard;
    const now = ports.now();
    const { pauses, coalesceBills } = limits;
    const before = this.rate;
    this.#rate = release(before, boundOf(limits), outcome.congested === true, now);
    if (this.#rate.loweredAt !== before.loweredAt) this.#shard.meta.set('rate', this.#rate);
    if (outcome.code !== 'Interrupted') this.#setBreaker(note(this.breaker, passId, outcome, now));
    const state = passes.load(passId);
    const [head] = state?.queue ?? [];
    if (state?.flight?.number !== number || head === undefined) return; // erased meanwhile, perhaps asked for anew
    passes.save(settle(state, outcome, { now, pauses, random: ports.random(), coalesceBills }), state);

    const { code, resultCode, tracerId } = outcome;
    const fields = { passId, revision: head.to, code, resultCode, tracerId };
    const coalesced = head.to - head.from;
    if (coalesced > 0 && state.attempt === 0) {
      counters.add('coalesced', coalesced);
      ports.emit('coalesced', { ...fields, coalesced });
    }
    const event = ({ delivered: 'delivered', refused: 'dead', unknown: 'retried' } as const)[outcome.kind];
    counters.add(event);
    ports.emit(event, fields);
    if (outcome.alert) this.#shard.alert({ ...fields, clockAheadSeconds: outcome.clockAhead });
  }

  #setBreaker(next: Breaker): void {
    const { isOpen, wokenAt } = this.breaker;
    this.breaker = next;
    if (next.isOpen === isOpen && next.wokenAt === wokenAt) return;
    this.#shard.meta.set('breaker', { ...next, streak: [] }); // an erasure does not look here for passes
    if (next.isOpen && !isOpen) this.#shard.alert({ code: 'BreakerOpen', reason: next.reason });
  }

  /** Settles as unknown what an ended object left in flight: AlipayHK may still work on it. */
  #recover(): void {
    const { passes, ports, limits } = this.#shard;
    for (const flight of passes.flights.values()) {
      if (this.#live.has(flight.number) || flight.isOver) continue;
      // The rest of the time for which this object would have waited.
      const left = Math.min(limits.timeout, Math.max(0, flight.since + limits.timeout - ports.now()));
      try {
        this.#settle(flight, interrupted(left + limits.pauses.unanswered));
      } catch (error) {
        this.#putAside(flight.passId, error);
      }
      flight.isOver = true;
      flight.since = Math.min(flight.since, ports.now());
    }
    passes.forgetOver(ports.now(), limits.timeout);
  }

  #putAside(passId: string, error: unknown): void {
    this.#shard.passes.putAside(passId, this.#shard.ports.now() + pauseAfterFault);
    this.#shard.passFailed(passId, error);
  }

  async #client(): Promise<Sender | undefined> {
    const { ports } = this.#shard;
    try {
      return await ports.client();
    } catch (error) {
      this.#pausedUntil = ports.now() + pauseAfterFault;
      this.#shard.alert({ code: 'ConfigurationInvalid', issues: error instanceof Error ? error.message : '' });
      return undefined;
    }
  }

  #nextTime(): number | undefined {
    const { passes, handovers, alerts, ports } = this.#shard;
    const now = ports.now();
    const flights = [...passes.flights.values()];
    // An ended object left them behind: they are settled first.
    if (!this.#isRunning && flights.some(({ isOver }) => !isOver)) return now;
    if (this.isDraining) return undefined;
    const due = this.#candidates.nextTime(this.breaker, now);
    const pause = this.#pause(pauseOf(this.breaker, flights.length, now));
    const { wait } = acquire(this.rate, boundOf(this.#shard.limits), flights.length, now);
    const pass =
      due === undefined
        ? undefined
        : Math.max(due, this.#pausedUntil, now + Math.min(Math.max(pause, this.#pause(wait)), longestSleep));
    const times = [pass, handovers.nextTime(), alerts.nextTime()].filter((time) => time !== undefined);
    return times.length > 0 ? Math.min(...times) : undefined;
  }
}
