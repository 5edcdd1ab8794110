/**
 * Where a sandbox keeps its data: SQLite, behind the one method that D1 and node:sqlite have in common. The tables are
 * those of `migrations/`.
 */

/** A value of a column. */
export type SqlValue = string | number | null;

/** One statement, with the values of its parameters `?1`, `?2` and so on. */
export interface Statement {
  /** Its text. */
  sql: string;
  /** Values of the parameters, in their order. */
  values: readonly SqlValue[];
}

/** What a statement did. */
export interface StatementResult {
  /** The rows of a SELECT or a RETURNING clause, by the name of the column. */
  rows: Record<string, unknown>[];
  /** How many rows an INSERT, UPDATE or DELETE changed. */
  changes: number;
}

/** An SQLite database that has the tables of `migrations/`. */
export interface SqlStore {
  /**
   * Runs statements in order as one transaction, on one connection: either all of them take effect or none does, nothing
   * else runs in between, and SQLite's `changes()` counts the rows of the statement before. An integer comes back as the
   * nearest JavaScript number.
   *
   * @returns one result for each statement
   */
  run(statements: readonly Statement[]): Promise<StatementResult[]>;
}

/** A statement for `SqlStore.run`. */
export function statement(sql: string, ...values: SqlValue[]): Statement {
  return { sql, values };
}

/** Runs one statement by itself. */
export async function runOne(store: SqlStore, sql: string, ...values: SqlValue[]): Promise<StatementResult> {
  const [result] = await store.run([statement(sql, ...values)]);
  if (result === undefined) throw new Error('the store returned no result for a statement');
  return result;
}

/** Rows of one statement; the caller knows which columns they have. */
export async function selectRows<Row>(store: SqlStore, sql: string, ...values: SqlValue[]): Promise<Row[]> {
  return (await runOne(store, sql, ...values)).rows as Row[];
}
