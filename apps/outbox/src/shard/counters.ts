/** Counters of a shard. They are stored now and then: the last few are lost when an object ends. */
import type { Meta } from './tables.ts';

/** How many of each since the shard exists. */
export type Counts = Record<
  'accepted' | 'coalesced' | 'delivered' | 'retried' | 'dead' | 'awarded' | 'adjusted' | 'repeated',
  number
>;

/** How many changes are kept in memory only. */
const unstored = 100;

export class Counters {
  readonly #meta: Meta;
  #counts: Counts;
  #changes = 0;

  constructor(meta: Meta) {
    this.#meta = meta;
    const none = { accepted: 0, coalesced: 0, delivered: 0, retried: 0, dead: 0, awarded: 0, adjusted: 0, repeated: 0 };
    this.#counts = { ...none, ...meta.get<Counts>('counts') };
  }

  add(name: keyof Counts, count = 1): void {
    this.#counts[name] += count;
    this.#changes += count;
    if (this.#changes >= unstored) this.store();
  }

  store(): void {
    if (this.#changes === 0) return;
    this.#changes = 0;
    this.#meta.set('counts', this.#counts);
  }

  get all(): Counts {
    return this.#counts;
  }
}
