/**
 * The run of an import: reads no further than it sends, keeps the order of each pass, tries again what has no clear
 * outcome, and stops when nothing can succeed any more.
 */
import type { Journal, JournalEntry } from './journal.ts';
import { type Defaults, type Line, type SourceRecord, toLine } from './line.ts';
import { type Job, PassQueue } from './queue.ts';
import type { Reply, Target } from './target.ts';

export interface RunOptions {
  concurrency: number;
  /** Requests a second; 0 for no bound. */
  rate: number;
  /** How often one request is sent at most. */
  attempts: number;
  /** Before the second attempt, in milliseconds; twice as long before each further one, 30 seconds at most. */
  backoff: number;
  coalesce: boolean;
  /** How many lines may wait. */
  window: number;
  defaults: Defaults;
  /** Ends the run after what is under way. */
  signal: AbortSignal;
}

/** Counts of lines. */
export interface Tally {
  read: number;
  /** Settled by an earlier run. */
  doneBefore: number;
  refusedBefore: number;
  invalidBefore: number;
  done: number;
  refused: number;
  invalid: number;
  /** Without a clear outcome, or behind such a line of the same pass. */
  unknown: number;
  /** Requests that were sent. */
  requests: number;
  /** How far the file was read, in bytes. */
  bytes: number;
}

/** Why a run ended before the file did, and the line of the file at which it did. */
export type Stop =
  | { reason: 'signal' }
  | { reason: 'refused' | 'security' | 'unreachable'; reply: Reply; line: number };

/** So many requests in a row without an outcome say that the target is gone. */
export const mostUnknown = 20;

export class ImportRun {
  readonly tally: Tally = {
    ...{ read: 0, done: 0, refused: 0, invalid: 0, unknown: 0, requests: 0, bytes: 0 },
    ...{ doneBefore: 0, refusedBefore: 0, invalidBefore: 0 },
  };
  stop: Stop | undefined;
  readonly #target: Target;
  readonly #journal: Journal;
  readonly #options: RunOptions;
  readonly #queue: PassQueue;
  /** Passes of which a line has no clear outcome. */
  readonly #held = new Set<string>();
  readonly #id: string;
  #nextStart = 0;
  #unknownInARow = 0;
  #failure: { error: unknown } | undefined;

  /** @param id - of the file: with the numbers of lines it names a request */
  constructor(target: Target, journal: Journal, id: string, options: RunOptions) {
    this.#target = target;
    this.#journal = journal;
    this.#id = id;
    this.#options = options;
    this.#queue = new PassQueue(options.coalesce);
  }

  /**
   * Sends everything, or stops.
   *
   * @throws CommandError when the journal cannot be written, UsageError when the file cannot be read
   */
  async run(records: AsyncIterable<SourceRecord>): Promise<void> {
    const { signal, concurrency, window } = this.#options;
    const running = new Set<Promise<void>>();
    const isEnding = (): boolean => signal.aborted || this.stop !== undefined || this.#failure !== undefined;
    const startWhatMay = (): void => {
      while (running.size < concurrency && !isEnding()) {
        const job = this.#queue.take();
        if (job === undefined) return;
        const working = this.#work(job).catch((error: unknown) => {
          this.#failure ??= { error };
        });
        const ended = working.then(() => void running.delete(ended));
        running.add(ended);
      }
    };
    try {
      for await (const record of records) {
        this.#accept(record);
        // Coalescing needs lines to wait; otherwise no more of them than are about to be sent.
        const most = this.#options.coalesce ? window : Math.min(window, 4 * concurrency);
        if (!this.#options.coalesce || this.#queue.size >= most) startWhatMay();
        while (this.#queue.size >= most && running.size > 0 && !isEnding()) {
          await Promise.race(running);
          startWhatMay();
        }
        if (isEnding()) break;
      }
      startWhatMay();
    } catch (error) {
      this.#failure ??= { error }; // so that nothing more is started
    } finally {
      while (running.size > 0) {
        await Promise.race(running);
        startWhatMay();
      }
    }
    if (this.#failure) throw this.#failure.error;
    if (signal.aborted) this.stop ??= { reason: 'signal' };
  }

  #accept(record: SourceRecord): void {
    this.tally.read++;
    this.tally.bytes = record.bytes;
    const before = this.#journal.outcomeOf(record.number);
    if (before !== undefined) {
      this.tally[countsBefore[before]]++;
      return;
    }
    const line = toLine(record, this.#options.defaults);
    if ('problem' in line) {
      const { number, line: at } = record;
      this.#journal.write({ records: [number], lines: [at], outcome: 'I', code: 'Invalid', message: line.problem });
      this.tally.invalid++;
    } else if (this.#held.has(line.update.passId)) this.#hold([line]);
    else this.#queue.push(line);
  }

  async #work(job: Job): Promise<void> {
    const { passId } = job.update;
    const reply = await this.#send(job);
    if (reply === undefined || reply.stop === 'refused') return; // the run ends; the next one sends it
    if (reply.outcome === 'F' && job.lines.length > 1) {
      // Nothing took effect. One bad line must not take the others with it.
      for (const line of job.lines) {
        const single = { lines: [line], update: line.update };
        const each = await this.#send(single);
        if (each === undefined || each.stop === 'refused' || !this.#settle(single, each)) return;
      }
    } else if (!this.#settle(job, reply)) return;
    this.#queue.release(passId);
  }

  /** Writes down an outcome; whether the pass may go on. */
  #settle({ lines, update }: Job, reply: Reply): boolean {
    const { outcome, code, message, tracerId } = reply;
    const why = outcome === 'S' ? {} : { passId: update.passId, code, message, ...(tracerId && { tracerId }) };
    this.#journal.write({ ...numbersOf(lines), outcome, ...why } as JournalEntry);
    if (outcome === 'S') this.tally.done += lines.length;
    if (outcome === 'F') this.tally.refused += lines.length;
    if (outcome !== 'U') {
      this.#unknownInARow = 0;
      return true;
    }
    this.tally.unknown += lines.length;
    this.#held.add(update.passId);
    this.#hold(this.#queue.drop(update.passId));
    const line = lines[0]?.line ?? 0;
    if (++this.#unknownInARow >= mostUnknown) this.stop ??= { reason: 'unreachable', reply, line };
    return false;
  }

  /** Lines behind one without a clear outcome: sent now, they might be overtaken by it. */
  #hold(lines: Line[]): void {
    if (lines.length === 0) return;
    const passId = lines[0]?.update.passId ?? '';
    const message = 'an earlier line of this pass has no clear outcome';
    this.#journal.write({ ...numbersOf(lines), outcome: 'U', passId, code: 'Held', message });
    this.tally.unknown += lines.length;
  }

  /** Sends until there is an outcome; `undefined` when the run ends first. */
  async #send({ lines, update }: Job): Promise<Reply | undefined> {
    const { attempts, backoff, signal } = this.#options;
    const key = `${this.#id}-${lines.map(({ number }) => number).join('.')}`.slice(0, 255);
    for (let attempt = 1; ; attempt++) {
      await this.#waitForRate();
      if (signal.aborted || this.stop) return undefined;
      this.tally.requests++;
      const reply = await this.#target.send(update, key);
      // At once, and without another attempt: each further request would get the same.
      if (reply.stop) this.stop ??= { reason: reply.stop, reply, line: lines[0]?.line ?? 0 };
      if (reply.outcome !== 'U' || reply.stop || attempt >= attempts) return reply;
      await pause(Math.min(30_000, backoff * 2 ** (attempt - 1)) * (0.75 + Math.random() / 2), signal);
    }
  }

  async #waitForRate(): Promise<void> {
    const { rate, signal } = this.#options;
    if (rate === 0) return;
    const now = performance.now();
    const start = Math.max(now, this.#nextStart);
    this.#nextStart = start + 1000 / rate;
    if (start > now) await pause(start - now, signal);
  }
}

const countsBefore = { S: 'doneBefore', F: 'refusedBefore', I: 'invalidBefore' } as const;

const numbersOf = (lines: Line[]): { records: number[]; lines: number[] } => ({
  records: lines.map(({ number }) => number),
  lines: lines.map(({ line }) => line),
});

/** Ends early with the run. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener('abort', end);
  });
}
