/**
 * Stamps of a shard: milliseconds since the epoch that never repeat and never go back, whatever its objects' clocks do. They
 * put what the shard saw in order: a batch that was begun, and what was accepted after that.
 */
import type { Meta } from './tables.ts';

/** A ceiling is stored so far ahead, in milliseconds: that is a row now and then, and not one for each stamp. */
const ahead = 10_000;

export class Stamps {
  readonly #meta: Meta;
  #last: number;
  /** No object before this one went beyond it. */
  #ceiling: number;

  constructor(meta: Meta) {
    this.#meta = meta;
    this.#ceiling = meta.get<number>('stamps') ?? 0;
    this.#last = this.#ceiling;
  }

  /** The next stamp, to be stored in the same turn. */
  next(now: number): number {
    this.raise(Math.max(now, this.#last + 0.001));
    return this.#last;
  }

  /** The last one that there may have been. */
  get last(): number {
    return this.#last;
  }

  /** Has those that follow go beyond a stamp, as beyond those of another shard. */
  raise(stamp: number): void {
    this.#last = Math.max(this.#last, stamp);
    if (this.#last <= this.#ceiling) return;
    this.#ceiling = Math.ceil(this.#last) + ahead;
    this.#meta.set('stamps', this.#ceiling);
  }
}
