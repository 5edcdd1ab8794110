/** Virtual time and chance: every event of a simulation in an order that its seed decides, one after the other. */
import { createHash } from 'node:crypto';

interface Event {
  time: number;
  sequence: number;
  name: string;
  run: () => void;
}

export class Scheduler {
  /** Milliseconds since the epoch. */
  time: number;
  events = 0;
  readonly #heap: Event[] = [];
  readonly #hash = createHash('sha256');
  #sequence = 0;
  #state: number;

  constructor(seed: number, start: number) {
    this.#state = seed >>> 0;
    this.time = start;
  }

  /** From 0 to 1; mulberry32. */
  random(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  chance(probability: number): boolean {
    return this.random() < probability;
  }

  /** A whole number from 0 on, below a limit. */
  below(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  between(least: number, most: number): number {
    return least + this.random() * (most - least);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  /** Runs a function after so many milliseconds. @returns what takes it back */
  after(milliseconds: number, name: string, run: () => void): () => void {
    const event: Event = { time: this.time + Math.max(0, milliseconds), sequence: this.#sequence++, name, run };
    push(this.#heap, event);
    return () => {
      event.run = () => undefined;
      event.name = '';
    };
  }

  /** Settles after so many milliseconds. */
  wait(milliseconds: number, name = 'wait'): Promise<void> {
    return new Promise((resolve) => this.after(milliseconds, name, resolve));
  }

  /** Writes something into the record of the run. */
  note(text: string): void {
    this.#hash.update(`${this.time.toFixed(3)} ${text}\n`);
    this.onNote?.(`${this.time.toFixed(3)} ${text}`);
  }

  onNote: ((line: string) => void) | undefined;

  /** The record of the run, in short: two runs of one seed have the same. */
  digest(): string {
    return this.#hash.copy().digest('hex');
  }

  /** Runs events until it is a given time, or a condition holds. */
  async run(until: number, isDone: () => boolean = () => false): Promise<void> {
    await settled();
    for (;;) {
      const next = this.#heap[0];
      if (next === undefined || next.time > until || isDone()) break;
      pop(this.#heap);
      this.time = next.time;
      if (next.name === '') continue;
      this.events += 1;
      this.note(next.name);
      next.run();
      await settled();
    }
    if (!isDone()) this.time = Math.max(this.time, until);
  }
}

/** Settles once every promise that can go on has gone on: nothing in a simulation waits for a thread. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function isBefore(a: Event, b: Event): boolean {
  return a.time < b.time || (a.time === b.time && a.sequence < b.sequence);
}

function push(heap: Event[], event: Event): void {
  let at = heap.push(event) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!isBefore(event, heap[parent] as Event)) break;
    heap[at] = heap[parent] as Event;
    at = parent;
  }
  heap[at] = event;
}

function pop(heap: Event[]): void {
  const last = heap.pop() as Event;
  if (heap.length === 0) return;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isBefore(heap[child + 1] as Event, heap[child] as Event)) child += 1;
    if (!isBefore(heap[child] as Event, last)) break;
    heap[at] = heap[child] as Event;
    at = child;
  }
  heap[at] = last;
}
