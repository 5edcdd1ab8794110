/** Lines of a batch on their way to their shards: many a call, and the calls of one shard strictly one after the other. */
import type { LinesCall } from '../shard/batch-operations.ts';

type Line = LinesCall['lines'][number];

/** The ways to a shard. */
interface Ways {
  send(shard: number, after: number, lines: Line[]): Promise<'taken' | 'gap' | 'full'>;
  /** Has the shard record that it saw the batch, so that what it accepts from now on is newer. */
  open(shard: number): Promise<void>;
}

/** How often a shard that failed is asked to record that. */
const mostOpens = 3;

/** Most lines and bytes in one call. */
const most = { lines: 200, bytes: 512 * 1024 };

interface Way {
  lines: Line[];
  bytes: number;
  /** The last line of the call before. */
  after: number;
  /** Settles when that call has. */
  sent: Promise<void>;
  /** Why this shard gets no more. */
  failure?: unknown;
}

export class LineSender {
  readonly #to: Ways;
  readonly #ways = new Map<number, Way>();

  constructor(to: Ways) {
    this.#to = to;
  }

  /** Holds a line back until there are enough for its shard; then waits until the call before has been taken. */
  async add(shard: number, line: Line, bytes: number): Promise<void> {
    const way = this.#ways.get(shard) ?? { lines: [], bytes: 0, after: 0, sent: Promise.resolve() };
    this.#ways.set(shard, way);
    if (way.failure !== undefined) return; // what follows must not overtake
    if (way.lines.length > 0 && (way.lines.length === most.lines || way.bytes + bytes > most.bytes)) {
      await way.sent;
      this.#flush(shard, way);
    }
    way.lines.push(line);
    way.bytes += bytes;
  }

  /** Sends what is held. @returns why shards did not take all of their lines; empty if each did */
  async finish(): Promise<unknown[]> {
    await Promise.all(
      [...this.#ways].map(async ([shard, way]) => {
        await way.sent;
        if (way.lines.length > 0) this.#flush(shard, way);
        await way.sent;
      }),
    );
    return [...this.#ways.values()].map(({ failure }) => failure).filter((failure) => failure !== undefined);
  }

  #flush(shard: number, way: Way): void {
    const { lines, after } = way;
    way.lines = [];
    way.bytes = 0;
    if (way.failure !== undefined) return;
    way.after = lines.at(-1)?.number ?? after;
    way.sent = this.#to.send(shard, after, lines).then(
      (result) => {
        if (result !== 'taken') way.failure = result;
      },
      async (error: unknown) => {
        way.failure = error;
        if (after === 0) await this.#open(shard);
      },
    );
  }

  async #open(shard: number): Promise<void> {
    for (let tries = 0; tries < mostOpens; tries += 1) {
      try {
        return await this.#to.open(shard);
      } catch {
        // The reply to the caller says that the batch is incomplete.
      }
    }
  }
}
