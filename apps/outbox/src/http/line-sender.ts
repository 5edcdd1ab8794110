/** Lines of a batch on their way to their shards: many a call, and the calls of one shard strictly one after the other. */
import type { LinesCall } from '../shard/batch-operations.ts';

type Line = LinesCall['lines'][number];
type Send = (shard: number, after: number, lines: Line[]) => Promise<'taken' | 'gap' | 'full'>;

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
  readonly #send: Send;
  readonly #ways = new Map<number, Way>();

  constructor(send: Send) {
    this.#send = send;
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
    way.sent = this.#send(shard, after, lines).then(
      (result) => {
        if (result !== 'taken') way.failure = result;
      },
      (error: unknown) => {
        way.failure = error;
      },
    );
  }
}
