/** A store in memory, where the runtime has no node:sqlite: SQLite as WebAssembly. What it holds ends with the process. */
import type { SqlStore, StatementResult } from '@alipayhk-pass/sandbox';
import sqlite from 'node-sqlite3-wasm';

/** The texts of the sandbox package's migrations; tsdown.config.ts puts them in. */
declare const SANDBOX_MIGRATIONS: readonly string[];

export function openMemoryStore(): SqlStore & { close(): void } {
  const database = new sqlite.Database();
  for (const migration of SANDBOX_MIGRATIONS) database.exec(migration);
  const changesSoFar = (): number => Number(database.get('SELECT total_changes() AS total')?.total);
  return {
    // Nothing in it waits, so no other call comes in between.
    async run(statements) {
      database.exec('BEGIN IMMEDIATE');
      try {
        const results = statements.map(({ sql, values }): StatementResult => {
          const before = changesSoFar();
          const rows = database.all(sql, [...values]).map(toNumbers);
          return { rows, changes: changesSoFar() - before };
        });
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
