/**
 * Batches. One shard is the home of a batch: it knows its key, its digest, and when it began. Each shard keeps what
 * became of the lines whose passes it has, a row a call.
 */
import { accept, batchRepeatable } from '../pass/accept.ts';
import type { Change } from '../pass/fields.ts';
import { fateOf } from '../pass/view.ts';
import { shardIsFull } from './capacity.ts';
import { deleteExpired } from './expiry.ts';
import type { Shard } from './shard.ts';

/** Lines of one batch for one shard. Calls to a shard follow each other, so that a repeated one cannot overtake the next. */
export interface LinesCall {
  batchId: string;
  /** The batch is sent again: milliseconds since it began; absent where it is sent for the first time. */
  elapsed?: number | undefined;
  /** The last line for this shard before these; 0 for none. */
  after: number;
  lines: { number: number; passId: string; change: Change }[];
}

/** What was wrong with a line when it was read. */
export interface MalformedLine {
  line: number;
  error: object;
}

/** A batch at its home. */
export interface BatchHead {
  batchId: string;
  startedAt: number;
  finishedAt: number | null;
  lines: number;
  malformed: number;
  malformedLines: MalformedLine[];
}

/** What became of lines. */
export interface LineCounts {
  accepted: number;
  delivered: number;
  refused: number;
  refusedLines: { line: number; passId: string; refusal?: string | undefined }[];
}

/** Most refused lines that are named. */
const mostNamed = 1_000;
/** `[line, passId, revision, code of a refusal]` */
type StoredLine = [line: number, passId: string, revision: number, refusal: string | null];

export function batchOperations(shard: Shard) {
  const { ports, passes, counters } = shard;
  const { sql } = ports;

  /** Whether each pass that is not here was closed and has left. */
  const whichHaveLeft = async (passIds: readonly string[]): Promise<Map<string, boolean>> => {
    const found = new Map<string, boolean>();
    if (shard.tombstones.isEmpty()) return found;
    for (;;) {
      // One that was here may leave during the await, so this goes on until each is either here or found.
      const unknown = passIds.filter((passId) => !found.has(passId) && !passes.has(passId));
      if (unknown.length === 0) return found;
      for (const passId of unknown) found.set(passId, await shard.tombstones.has(passId));
    }
  };

  const fateOfLine = (passId: string, revision: number): ReturnType<typeof fateOf> => {
    try {
      const state = passes.load(passId);
      return state ? fateOf(state, revision) : 'delivered';
    } catch {
      return 'pending'; // the pass cannot be read
    }
  };

  return {
    /**
     * Records a batch before any of its lines is handed over.
     *
     * @returns how long ago it began, if it was recorded before, or why it is refused: its key stands for another body,
     *   or is too old
     */
    startBatch(batchId: string, digest: string): { elapsed?: number | undefined; refusal?: 'reused' | 'old' } {
      type Row = { digest: string; started_at: number };
      const [earlier] = sql<Row>('SELECT digest, started_at FROM batches WHERE batch_id = ?', batchId);
      const now = ports.now();
      if (earlier === undefined) {
        deleteExpired(ports, 'batches');
        sql('INSERT INTO batches (batch_id, digest, started_at) VALUES (?, ?, ?)', batchId, digest, now);
        return {};
      }
      if (earlier.digest !== digest) return { refusal: 'reused' };
      const elapsed = Math.max(0, now - earlier.started_at);
      return elapsed > batchRepeatable ? { refusal: 'old' } : { elapsed };
    },

    /** Records when this shard first saw a batch of which it could not take the first lines. */
    openBatch(batchId: string): void {
      if (sql('SELECT 1 AS found FROM batch_lines WHERE batch_id = ? LIMIT 1', batchId).length > 0) return;
      sql(
        "INSERT INTO batch_lines (batch_id, last_line, began, lines) VALUES (?, 0, ?, '[]')",
        ...[batchId, shard.stamps.next(ports.now())],
      );
    },

    /**
     * Stores lines, each once and all in one transaction.
     *
     * @returns `taken`; `gap` if earlier lines are missing here; `full` if too many passes wait
     */
    async takeLines({ batchId, elapsed, after, lines }: LinesCall): Promise<'taken' | 'gap' | 'full'> {
      const left = await whichHaveLeft(lines.map(({ passId }) => passId));
      type Row = { through: number | null; began: number | null };
      const [{ through, began } = { through: null, began: null }] = sql<Row>(
        'SELECT max(last_line) AS through, min(began) AS began FROM batch_lines WHERE batch_id = ?',
        batchId,
      );
      if (after > (through ?? 0)) return 'gap';
      const fresh = lines.filter(({ number }) => number > (through ?? 0));
      if (fresh.length === 0) return 'taken';
      if (shardIsFull(shard)) return 'full';
      const now = ports.now();
      const isRepeated = elapsed !== undefined;
      // A batch that is sent again may be new to this shard: then its stamp is that of the time when it began.
      const stamp = began ?? (isRepeated ? shard.stamps.at(now - elapsed) : shard.stamps.next(now));
      const { coalesceBills } = shard.limits;
      ports.transaction(() => {
        const stored = fresh.map(({ number, passId, change }): StoredLine => {
          if (left.get(passId)) return [number, passId, 0, 'PassClosed'];
          try {
            const before = passes.load(passId);
            const state = before ?? passes.loadOrEmpty(passId);
            const next = accept(state, change, { now, stamp, isRepeated, coalesceBills });
            if (typeof next === 'string') return [number, passId, state.revision, next];
            if (next !== state) {
              passes.save(next, before);
              counters.add('accepted');
              ports.emit('accepted', { passId, revision: next.revision });
            }
            return [number, passId, next.revision, null];
          } catch (error) {
            // A pass that cannot be read must not keep the others back.
            shard.passFailed(passId, error);
            return [number, passId, 0, 'InternalError'];
          }
        });
        deleteExpired(ports, 'batch_lines');
        sql(
          'INSERT INTO batch_lines (batch_id, last_line, began, lines) VALUES (?, ?, ?, ?)',
          ...[batchId, lines.at(-1)?.number ?? 0, stamp, JSON.stringify(stored)],
        );
      });
      return 'taken';
    },

    /** Records that every line is durable. */
    finishBatch(batchId: string, totals: Pick<BatchHead, 'lines' | 'malformed' | 'malformedLines'>): void {
      sql(
        'UPDATE batches SET finished_at = ?, totals = ? WHERE batch_id = ?',
        ...[ports.now(), JSON.stringify(totals), batchId],
      );
    },

    /** The batch, if this shard is its home and it is not too old. */
    readBatch(batchId: string): BatchHead | undefined {
      type Row = { started_at: number; finished_at: number | null; totals: string | null };
      const [row] = sql<Row>('SELECT started_at, finished_at, totals FROM batches WHERE batch_id = ?', batchId);
      if (row === undefined) return undefined;
      const totals = row.totals === null ? { lines: 0, malformed: 0, malformedLines: [] } : JSON.parse(row.totals);
      return { batchId, startedAt: row.started_at, finishedAt: row.finished_at, ...totals };
    },

    /** What became of the lines of a batch that are here. */
    countLines(batchId: string): LineCounts {
      // Where a pass is delivered and never gave a revision up, each of its lines is delivered.
      const isDelivered = `l.value ->> 1 = '' AND l.value ->> 3 IS NULL
        OR p.state IN ('delivered', 'closed') AND instr(p.body, '"discarded":[]') > 0`;
      const from = `FROM batch_lines b, json_each(b.lines) l LEFT JOIN passes p ON p.pass_id = l.value ->> 1
        WHERE b.batch_id = ?`;
      const [{ accepted, delivered } = { accepted: 0, delivered: 0 }] = sql<{ accepted: number; delivered: number }>(
        `SELECT count(*) FILTER (WHERE l.value ->> 3 IS NULL) AS accepted,
           count(*) FILTER (WHERE l.value ->> 3 IS NULL AND (${isDelivered})) AS delivered ${from}`,
        batchId,
      );
      const counts: LineCounts = { accepted, delivered, refused: 0, refusedLines: [] };
      const others = sql<{ line: string }>(
        `SELECT l.value AS line ${from} AND NOT (l.value ->> 3 IS NULL AND (${isDelivered}) IS TRUE) ORDER BY l.value ->> 0`,
        batchId,
      );
      for (const other of others) {
        const [line, passId, revision, refusal] = JSON.parse(other.line) as StoredLine;
        const fate = refusal === null ? fateOfLine(passId, revision) : 'refused';
        if (fate === 'delivered') counts.delivered += 1;
        if (fate !== 'refused') continue;
        counts.refused += 1;
        if (counts.refusedLines.length < mostNamed) {
          counts.refusedLines.push({ line, passId, ...(refusal !== null && { refusal }) });
        }
      }
      return counts;
    },
  };
}
