/** Stamps of a shard: milliseconds since the epoch that never repeat and never go back while the object lives. */
export class Stamps {
  #last = 0;

  next(now: number): number {
    this.#last = Math.max(now, this.#last + 0.001);
    return this.#last;
  }
}
