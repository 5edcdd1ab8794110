/** What callers ask of passes that wait or were refused: lists, retries, replays. */
import { discard, replay } from '../pass/dead-letters.ts';
import type { State, StateName } from '../pass/state.ts';
import type { Shard } from './shard.ts';

/** A pass in a list; times in milliseconds since the epoch. */
export interface PassSummary {
  passId: string;
  state: StateName;
  /** When the oldest change that waits was accepted. */
  waitingSince?: number;
  nextAttempt?: number;
}

/** A dead letter in a list. */
export interface DeadLetterSummary {
  passId: string;
  revision: number;
  resultCode: string | null;
  tracerId: string | null;
  deadAt: number;
}

/** Where a page of dead letters begins: after this one. */
export interface DeadLetterCursor {
  deadAt: number;
  passId: string;
  revision: number;
}

/** Most rows that one call reads for a list. */
const mostScanned = 10_000;

export function recoveryOperations(shard: Shard) {
  const { ports, passes, loop } = shard;
  const { sql } = ports;

  const change = (
    passId: string,
    event: 'replayed' | 'discarded',
    changed: (state: State) => State | undefined,
  ): boolean => {
    const before = passes.load(passId);
    const after = before && changed(before);
    if (after === undefined) return false;
    passes.save(after, before);
    ports.emit(event, { passId, revision: after.revision });
    return true;
  };

  return {
    /**
     * Passes in a state, in the order of their ids.
     *
     * @returns those after an id, and `scannedTo`, the last id that was looked at; absent if the shard has no more
     */
    list(state: StateName, after: string, limit: number): { passes: PassSummary[]; scannedTo?: string | undefined } {
      type Row = { pass_id: string; state: StateName; since: number | null; due: number | null };
      const rows = sql<Row>(
        'SELECT pass_id, state, since, due FROM passes WHERE pass_id > ? ORDER BY pass_id LIMIT ?',
        ...[after, mostScanned],
      );
      const flying = new Set([...passes.flights.values()].filter(({ isOver }) => !isOver).map(({ passId }) => passId));
      const found = rows
        .map((row) => (flying.has(row.pass_id) ? { ...row, state: 'sending' as const } : row))
        .filter((row) => row.state === state);
      const page = found.slice(0, limit);
      const isCut = found.length > limit;
      const scannedTo = isCut ? page.at(-1)?.pass_id : rows.length === mostScanned ? rows.at(-1)?.pass_id : undefined;
      return {
        passes: page.map(({ pass_id: passId, state, since, due }) => ({
          ...{ passId, state },
          ...(since !== null && { waitingSince: since }),
          ...(due !== null && state !== 'sending' && { nextAttempt: due }),
        })),
        scannedTo,
      };
    },

    /** Lets a pass that waits go now, unless it is on hold. */
    retry(passId: string): 'retried' | 'PassNotFound' | 'NotWaiting' {
      const before = passes.load(passId);
      if (before === undefined) return 'PassNotFound';
      if (before.queue.length === 0 || before.flight) return 'NotWaiting';
      const due = Math.max(before.hold, ports.now());
      if (due < before.due) passes.save({ ...before, due }, before);
      loop.probe();
      return 'retried';
    },

    /** Lets everything that waits for its own backoff go now, within holds and bound. @returns how many are retrying */
    retryAll(): number {
      const [{ waiting } = { waiting: 0 }] = sql<{ waiting: number }>(
        "SELECT count(*) AS waiting FROM passes WHERE due IS NOT NULL AND state = 'retrying'",
      );
      loop.wakeAll();
      return waiting;
    },

    /** @param resultCode - those with this one only */
    deadLetters(after: DeadLetterCursor, limit: number, resultCode?: string): DeadLetterSummary[] {
      type Row = Pick<DeadLetterSummary, keyof DeadLetterSummary>;
      // Not the bodies: a page of them may have fifty megabytes.
      return sql<Row>(
        `SELECT pass_id AS passId, revision, at AS deadAt,
           body ->> '$.resultCode' AS resultCode, body ->> '$.tracerId' AS tracerId
         FROM dead_letters WHERE (at, pass_id, revision) > (?, ?, ?) AND (? IS NULL OR result_code = ?)
         ORDER BY at, pass_id, revision LIMIT ?`,
        ...[after.deadAt, after.passId, after.revision, resultCode ?? null, resultCode ?? null, limit],
      );
    },

    /** Sends dead letters of a pass again; `false` if there are none that may be sent. */
    replay(passId: string, revision?: number): boolean {
      return change(passId, 'replayed', (state) => replay(state, ports.now(), revision));
    },

    /** Gives up dead letters of a pass, or what is to be retried; `false` if there is neither, or it is in flight. */
    discard(passId: string, revision?: number): boolean {
      return change(passId, 'discarded', (state) => discard(state, revision));
    },
  };
}
