/** Which pass goes next: what is due, then what a wake-up lets go before its own backoff has ended. */
import type { Breaker } from './breaker.ts';
import type { PassStore } from './pass-store.ts';

/** How many are read at once. */
const ahead = 20;

export class Candidates {
  readonly #passes: PassStore;
  #waiting: string[] = [];
  /** The search for passes that a wake-up lets go: which wake-up, after which due time it goes on, and not before when. */
  #search = { wokenAt: 0, after: 0, resumesAt: 0 };

  constructor(passes: PassStore) {
    this.#passes = passes;
  }

  /** The next pass, or when there may be one; Infinity while nothing waits. It may have changed since it was read. */
  next(breaker: Breaker, now: number): string | { at: number } {
    const next = this.#waiting.shift();
    if (next !== undefined) return next;
    this.#waiting = this.#passes.due(now, ahead);
    if (this.#waiting.length === 0) this.#waiting = this.#woken(breaker, now);
    return this.#waiting.shift() ?? { at: this.nextTime(breaker, now) ?? Number.POSITIVE_INFINITY };
  }

  putBack(passId: string): void {
    this.#waiting.unshift(passId);
  }

  nextTime({ isOpen, wokenAt }: Breaker, now: number): number | undefined {
    const due = this.#passes.nextDue();
    if (due === undefined || due <= now) return due;
    if (isOpen) return Math.min(due, this.#passes.nextHold(now, Number.MAX_SAFE_INTEGER) ?? due);
    if (wokenAt === 0) return due;
    return Math.min(due, this.#search.wokenAt === wokenAt ? this.#search.resumesAt : now);
  }

  /** While the breaker is open a probe need not be due: its hold has to be over. */
  #woken({ isOpen, wokenAt }: Breaker, now: number): string[] {
    if (isOpen) return this.#passes.woken(now, Number.MAX_SAFE_INTEGER, 0, 1).map(({ passId }) => passId);
    if (this.#search.wokenAt !== wokenAt) this.#search = { wokenAt, after: 0, resumesAt: 0 };
    if (wokenAt === 0 || now < this.#search.resumesAt) return [];
    const found = this.#passes.woken(now, wokenAt, this.#search.after, ahead);
    const last = found.at(-1);
    if (last)
      this.#search.after = last.due - 1; // more may be due at the same time
    else {
      this.#search.after = 0;
      this.#search.resumesAt = this.#passes.nextHold(now, wokenAt) ?? Number.POSITIVE_INFINITY;
    }
    return found.map(({ passId }) => passId);
  }
}
