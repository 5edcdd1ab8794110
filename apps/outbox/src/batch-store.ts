/** Batches in D1: their lines, and what became of each. Counts are worked out when they are asked for. */
import type { Failure } from './answer.ts';
import type { LineResult } from './batch-queue.ts';

/** A line that is no update. */
export interface MalformedLine {
  line: number;
  error: Failure;
}

/** A batch as `GET /batches/:id` shows it; times in milliseconds since the epoch. */
export interface BatchView {
  batchId: string;
  startedAt: number;
  /** When its last line was read; `null` while it arrives, and for good if it was cut off. */
  finishedAt: number | null;
  lines: number;
  /** Lines that are no updates; `malformedLines` names the first thousand. */
  malformed: number;
  /** Lines that a mailbox has. */
  accepted: number;
  /** Of these: confirmed by AlipayHK, alone or overtaken by a newer change that carries them. */
  delivered: number;
  /** Refused by the mailbox, or by AlipayHK with F. */
  refused: number;
  /** Everything else that is no malformed line: in the Queue or in a mailbox. */
  pending: number;
  malformedLines: MalformedLine[];
  /** The first thousand of the refused lines. */
  refusedLines: RefusedLine[];
}

/** A line that was refused: by the mailbox, which has a code for it, or by AlipayHK: `GET /passes/:passId` knows more. */
export interface RefusedLine {
  line: number;
  passId: string;
  refusal?: string;
}

/** Whether a line of `batch_lines` l is refused, or given up, by what is known of its pass p. */
const isRefused = `(l.refusal IS NOT NULL OR (p.settled >= l.revision AND p.delivered < l.revision) OR EXISTS (
  SELECT 1 FROM json_each(p.discarded) WHERE l.revision > value ->> 'after' AND l.revision <= value ->> 'upTo'))`;

/** Says that a batch begins, and returns when it did: earlier, if it comes again. */
export async function startBatch(db: D1Database, batchId: string, now: number): Promise<number> {
  const row = await db
    .prepare(
      `INSERT INTO batches (batch_id, started_at) VALUES (?1, ?2)
       ON CONFLICT DO UPDATE SET started_at = started_at RETURNING started_at AS startedAt`,
    )
    .bind(batchId, now)
    .first<{ startedAt: number }>();
  return row?.startedAt ?? now;
}

/** Says that all lines were read. */
export async function finishBatch(
  db: D1Database,
  batchId: string,
  { lines, malformed, malformedLines }: { lines: number; malformed: number; malformedLines: MalformedLine[] },
): Promise<void> {
  await db.batch([
    db
      .prepare('UPDATE batches SET finished_at = ?2, lines = ?3, malformed = ?4 WHERE batch_id = ?1')
      .bind(batchId, Date.now(), lines, malformed),
    db
      .prepare(
        `INSERT INTO malformed_lines SELECT ?1, value ->> 'line', value -> 'error' FROM json_each(?2) WHERE true
         ON CONFLICT DO NOTHING`,
      )
      .bind(batchId, JSON.stringify(malformedLines)),
  ]);
}

/** Records what became of lines; of a line that comes again, what became of it last: a mailbox may have refused it before. */
export async function recordLines(db: D1Database, batchId: string, results: readonly LineResult[]): Promise<void> {
  await db
    .prepare(
      `INSERT INTO batch_lines
       SELECT ?1, value ->> 'number', value ->> 'passId', value ->> 'revision', value ->> 'refusal' FROM json_each(?2)
       WHERE true
       ON CONFLICT (batch_id, line) DO UPDATE SET revision = excluded.revision, refusal = excluded.refusal`,
    )
    .bind(batchId, JSON.stringify(results))
    .run();
}

/** The batch as it is now, as far as the index knows. */
export async function readBatch(db: D1Database, batchId: string): Promise<BatchView | undefined> {
  type Head = Pick<BatchView, 'batchId' | 'startedAt' | 'finishedAt' | 'lines' | 'malformed'>;
  type Counted = Pick<BatchView, 'accepted' | 'delivered' | 'refused'>;
  const [heads, counts, malformedLines, refusedLines] = await db.batch<unknown>([
    db
      .prepare(
        `SELECT batch_id AS batchId, started_at AS startedAt, finished_at AS finishedAt, lines, malformed
         FROM batches WHERE batch_id = ?1`,
      )
      .bind(batchId),
    db
      .prepare(
        `SELECT count(*) FILTER (WHERE l.refusal IS NULL) AS accepted,
           count(*) FILTER (WHERE l.refusal IS NULL AND p.delivered >= l.revision AND NOT ${isRefused}) AS delivered,
           count(*) FILTER (WHERE ${isRefused}) AS refused
         FROM batch_lines l LEFT JOIN passes p USING (pass_id) WHERE l.batch_id = ?1`,
      )
      .bind(batchId),
    db.prepare('SELECT line, error FROM malformed_lines WHERE batch_id = ?1 ORDER BY line').bind(batchId),
    db
      .prepare(
        `SELECT line, pass_id AS passId, refusal FROM batch_lines l LEFT JOIN passes p USING (pass_id)
         WHERE l.batch_id = ?1 AND ${isRefused} ORDER BY line LIMIT 1000`,
      )
      .bind(batchId),
  ]);
  const head = heads?.results[0] as Head | undefined;
  const counted = counts?.results[0] as Counted | undefined;
  if (head === undefined || counted === undefined) return undefined;
  const refused = (refusedLines?.results ?? []) as { line: number; passId: string; refusal: string | null }[];
  const rows = (malformedLines?.results ?? []) as { line: number; error: string }[];
  return {
    ...head,
    ...counted,
    // While it arrives its lines are not counted yet.
    pending: Math.max(0, head.lines - head.malformed - counted.delivered - counted.refused),
    malformedLines: rows.map(({ line, error }) => ({ line, error: JSON.parse(error) })),
    refusedLines: refused.map(({ refusal, ...line }) => ({ ...line, ...(refusal !== null && { refusal }) })),
  };
}
