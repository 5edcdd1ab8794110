/**
 * Which line is sent next. Lines of one pass go one after the other, in the order of the file; lines of different passes
 * go in whatever order. Pure: no clock, no input, no output.
 */
import type { Line } from './line.ts';
import { isMergeable, merge } from './merge.ts';

/** One request: an update, and the lines that it carries. */
export interface Job {
  lines: Line[];
  update: Line['update'];
}

/** Lines that wait, by pass. */
export class PassQueue {
  readonly #coalesce: boolean;
  readonly #waiting = new Map<string, Line[]>();
  readonly #busy = new Set<string>();
  /** Passes with a line that may go now, in the order in which they became so. */
  readonly #ready = new Set<string>();
  #size = 0;

  constructor(coalesce: boolean) {
    this.#coalesce = coalesce;
  }

  /** How many lines wait. */
  get size(): number {
    return this.#size;
  }

  push(line: Line): void {
    const { passId } = line.update;
    const lines = this.#waiting.get(passId);
    if (lines) lines.push(line);
    else this.#waiting.set(passId, [line]);
    this.#size++;
    if (!this.#busy.has(passId)) this.#ready.add(passId);
  }

  /** The next request; its pass is busy until `release` or `drop`. */
  take(): Job | undefined {
    for (const passId of this.#ready) {
      this.#ready.delete(passId);
      const lines = this.#waiting.get(passId) ?? [];
      const taken = lines.splice(0, this.#coalesce ? run(lines) : 1);
      if (lines.length === 0) this.#waiting.delete(passId);
      this.#size -= taken.length;
      const [first, ...rest] = taken;
      if (first === undefined) continue;
      this.#busy.add(passId);
      return { lines: taken, update: rest.reduce((update, line) => merge(update, line.update), first.update) };
    }
    return undefined;
  }

  /** The pass may go on: what was taken of it has its outcome, and that is written down. */
  release(passId: string): void {
    this.#busy.delete(passId);
    if (this.#waiting.has(passId)) this.#ready.add(passId);
  }

  /** Takes out all that waits of a pass: nothing of it may be sent. */
  drop(passId: string): Line[] {
    const lines = this.#waiting.get(passId) ?? [];
    this.#waiting.delete(passId);
    this.#ready.delete(passId);
    this.#busy.delete(passId);
    this.#size -= lines.length;
    return lines;
  }
}

/** How many lines, from the first one on, go together. */
function run(lines: Line[]): number {
  let length = 1;
  for (; length < lines.length; length++) {
    const [before, after] = [lines[length - 1], lines[length]];
    if (!before || !after || !isMergeable(before.update, after.update)) break;
  }
  return length;
}
