/**
 * Stamps of a shard: milliseconds since the epoch that never repeat and never go back, whatever its objects' clocks do. They
 * put what the shard saw in order: a batch that was begun, and what was accepted after that.
 */
import type { Meta } from './tables.ts';

/**
 * How far the stored ceiling is ahead of the last stamp, in milliseconds, so that a row is written now and then and not for
 * each stamp.
 */
const ahead = 10_000;

export class Stamps {
  readonly #meta: Pick<Meta, 'get' | 'set'>;
  #last: number;
  /** No object before this one went beyond it. */
  #ceiling: number;

  constructor(meta: Pick<Meta, 'get' | 'set'>) {
    this.#meta = meta;
    this.#ceiling = meta.get<number>('stamps') ?? 0;
    this.#last = this.#ceiling;
  }

  /** The next stamp, to be stored in the same turn. */
  next(now: number): number {
    this.raise(Math.max(now, this.#last + 0.001));
    return this.#last;
  }

  /** The last stamp; right after a start, the stored ceiling. */
  get last(): number {
    return this.#last;
  }

  /** Makes every later stamp greater than this one, such as the last of another shard. */
  raise(stamp: number): void {
    this.#last = Math.max(this.#last, stamp);
    if (this.#last <= this.#ceiling) return;
    this.#ceiling = Math.ceil(this.#last) + ahead;
    this.#meta.set('stamps', this.#ceiling);
  }
}
