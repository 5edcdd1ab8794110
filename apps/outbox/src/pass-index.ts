/**
 * The index of passes in D1: for lists and counts only. Rows come from the mailboxes through a Queue, in bulk; each holds
 * a whole pass, and a row that is older than the one that is there changes nothing.
 */
import { nameOf, type Span, type State } from './mailbox-state.ts';

/** A pass in the index; times in milliseconds since the epoch. */
export interface PassRow {
  passId: string;
  /** Of two rows of a pass, the higher one is the newer. */
  sequence: number;
  revision: number;
  delivered: number;
  settled: number;
  state: string;
  resultCode: string | null;
  tracerId: string | null;
  /** When it became a dead letter. */
  deadAt: number | null;
  updatedAt: number;
  /** Revisions that were given up. */
  discarded: Span[];
}

/** The row of a state. */
export function rowOf(state: State, sequence: number, now: number): PassRow {
  const { passId, revision, delivered, settled, dead, attempts, discarded } = state;
  const { resultCode = null, tracerId = null } = attempts.at(-1) ?? {};
  return {
    ...{ passId, sequence, revision, delivered, settled, state: nameOf(state), resultCode, tracerId },
    ...{ deadAt: dead?.at ?? null, updatedAt: now, discarded },
  };
}

/** Writes rows: one statement, whatever their number. */
export async function writeRows(db: D1Database, rows: readonly PassRow[]): Promise<void> {
  await db
    .prepare(
      `INSERT INTO passes
       SELECT value ->> 'passId', value ->> 'sequence', value ->> 'revision', value ->> 'delivered', value ->> 'settled',
         value ->> 'state', value ->> 'resultCode', value ->> 'tracerId', value ->> 'deadAt', value ->> 'updatedAt',
         value -> 'discarded'
       FROM json_each(?1) WHERE true ORDER BY value ->> 'sequence'
       ON CONFLICT (pass_id) DO UPDATE SET sequence = excluded.sequence, revision = excluded.revision,
         delivered = excluded.delivered, settled = excluded.settled, state = excluded.state,
         result_code = excluded.result_code, tracer_id = excluded.tracer_id, dead_at = excluded.dead_at,
         updated_at = excluded.updated_at, discarded = excluded.discarded
       WHERE excluded.sequence > passes.sequence`,
    )
    .bind(JSON.stringify(rows))
    .run();
}

/** A dead letter in the list. */
export type DeadLetterRow = Pick<PassRow, 'passId' | 'revision' | 'resultCode' | 'tracerId'> & { deadAt: number };

/**
 * Dead letters, the oldest first.
 *
 * @param after - the last one of the page before
 * @param resultCode - those with this one only
 */
export async function listDeadLetters(
  db: D1Database,
  after: { deadAt: number; passId: string },
  limit: number,
  resultCode?: string,
): Promise<DeadLetterRow[]> {
  const { results } = await db
    .prepare(
      `SELECT pass_id AS passId, revision, result_code AS resultCode, tracer_id AS tracerId, dead_at AS deadAt
       FROM passes WHERE dead_at IS NOT NULL AND (dead_at, pass_id) > (?1, ?2)
         AND (?4 IS NULL OR result_code = ?4)
       ORDER BY dead_at, pass_id LIMIT ?3`,
    )
    .bind(after.deadAt, after.passId, limit, resultCode ?? null)
    .all<DeadLetterRow>();
  return results;
}

/** How many dead letters there are. */
export async function countDeadLetters(db: D1Database): Promise<number> {
  const row = await db.prepare('SELECT count(*) AS n FROM passes WHERE dead_at IS NOT NULL').first<{ n: number }>();
  return row?.n ?? 0;
}
