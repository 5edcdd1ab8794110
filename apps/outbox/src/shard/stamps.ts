/**
 * Stamps of a shard: milliseconds since the epoch that never repeat and never go back, whatever its objects' clocks do. They
 * put what the shard saw in order: a batch that was begun, and what was accepted before and after that.
 */
import type { Meta } from './tables.ts';

/**
 * How far the stored ceiling is ahead of the last stamp, in milliseconds, so that a row is written now and then and not for
 * each stamp. An object that follows another one begins there, so its stamps run ahead of the clock by as much.
 */
const ahead = 10_000;
/** How far stamps may fall behind their pace, in milliseconds, before a new one counts: many share one millisecond. */
const slack = 1;
/** Most starts that are known: the oldest go first. */
const mostStarts = 500;

/** From when on stamps run ahead of the clock as they do: a time, and the stamp at that time. */
type Start = [time: number, stamp: number];

interface Stored {
  ceiling: number;
  starts: Start[];
}

export class Stamps {
  readonly #meta: Pick<Meta, 'get' | 'set'>;
  #last: number;
  /** No object before this one went beyond it. */
  #ceiling: number;
  #starts: Start[];
  /** This object has made no stamp. */
  #isFresh = true;

  constructor(meta: Pick<Meta, 'get' | 'set'>) {
    this.#meta = meta;
    const { ceiling, starts } = meta.get<Stored>('stamps') ?? { ceiling: 0, starts: [] };
    this.#ceiling = ceiling;
    this.#last = ceiling;
    this.#starts = starts;
  }

  /** The next stamp, to be stored in the same turn. */
  next(now: number): number {
    const first = Math.max(now, this.#last);
    const isOff = this.#isFresh ? first !== this.#pace(now) : this.#last - this.#pace(now) > slack;
    this.#isFresh = false;
    if (isOff) this.#starts = [...this.#starts, [now, first] satisfies Start].slice(-mostStarts);
    this.#raise(Math.max(this.#pace(now), this.#last + 0.001), isOff);
    return this.#last;
  }

  /**
   * The stamp of a time that has passed, by this shard's clock: what was accepted before it has no greater one, what was
   * accepted after it no smaller one.
   */
  at(time: number): number {
    const index = this.#starts.findLastIndex(([from]) => from <= time);
    const next = this.#starts[index + 1]?.[1] ?? Number.POSITIVE_INFINITY;
    const stamp = Math.min(paceOf(this.#starts[index], time), next);
    this.raise(stamp);
    return stamp;
  }

  /** The last stamp; right after a start, the stored ceiling. */
  get last(): number {
    return this.#last;
  }

  /** Makes every later stamp greater than this one, such as the last of another shard. */
  raise(stamp: number): void {
    this.#raise(stamp, false);
  }

  #pace(now: number): number {
    return paceOf(this.#starts.at(-1), now);
  }

  #raise(stamp: number, isChanged: boolean): void {
    this.#last = Math.max(this.#last, stamp);
    if (this.#last > this.#ceiling) this.#ceiling = Math.ceil(this.#last) + ahead;
    else if (!isChanged) return;
    this.#meta.set('stamps', { ceiling: this.#ceiling, starts: this.#starts } satisfies Stored);
  }
}

/** The stamp that a time has from a start on; without one, the time itself. */
function paceOf([from, stamp]: Start = [0, 0], time: number): number {
  return stamp + time - from;
}
