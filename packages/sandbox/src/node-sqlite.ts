/** `node:sqlite` as the store of a sandbox: in Node 22 and newer, Deno and Bun. The one file that imports from `node:`. */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { migrations } from './generated/migrations.ts';
import type { SqlStore, Statement, StatementResult } from './store.ts';

/** A store that is closed when it is no longer needed. */
export interface NodeSqliteStore extends SqlStore {
  /** Closes the database. */
  close(): void;
}

/**
 * A store in a file, or in memory. Makes the tables that are not there yet.
 *
 * @param path - of the database file, which is created if there is none; `:memory:` unless given
 * @throws Error of node:sqlite when the file cannot be opened or is no database
 * @example
 * ```ts
 * import { openNodeSqlite } from '@alipayhk-pass/sandbox/node-sqlite';
 *
 * const store = openNodeSqlite(); // in memory
 * const [result] = await store.run([{ sql: 'SELECT count(*) AS passes FROM passes', values: [] }]);
 * console.log(result?.rows[0]?.passes); // 0
 * store.close();
 * ```
 */
export function openNodeSqlite(path = ':memory:'): NodeSqliteStore {
  const database = new DatabaseSync(path);
  try {
    migrate(database);
  } catch (error) {
    database.close();
    throw error;
  }
  const prepared = new Map<string, StatementSync>();
  const prepare = (sql: string): StatementSync => {
    const known = prepared.get(sql) ?? database.prepare(sql);
    known.setReadBigInts(true); // else an integer above 2^53 could never be read again
    prepared.set(sql, known);
    return known;
  };
  const total = prepare('SELECT total_changes() AS total');
  const changesSoFar = (): number => Number(total.get()?.total);
  const runOne = ({ sql, values }: Statement): StatementResult => {
    const before = changesSoFar();
    const rows = prepare(sql)
      .all(...values)
      .map(toNumbers);
    return { rows, changes: changesSoFar() - before };
  };
  return {
    // Nothing in it waits, so no other call comes in between.
    async run(statements) {
      database.exec('BEGIN IMMEDIATE');
      try {
        const results = statements.map(runOne);
        database.exec('COMMIT');
        return results;
      } catch (error) {
        database.exec('ROLLBACK');
        throw error;
      }
    },
    close: () => database.close(),
  };
}

function toNumbers(row: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(row).map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : value]);
  return Object.fromEntries(entries);
}

/** Applies the migrations that the file does not have yet; `user_version` counts them. */
function migrate(database: DatabaseSync): void {
  database.exec('PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 5000');
  const done = Number(database.prepare('PRAGMA user_version').get()?.user_version);
  for (const [index, { sql }] of migrations.entries()) {
    if (index >= done) database.exec(`BEGIN; ${sql}; PRAGMA user_version = ${index + 1}; COMMIT`);
  }
}
