/** Cloudflare's D1 as the store of a sandbox. `wrangler d1 migrations apply` makes its tables. */
import type { SqlStore } from './store.ts';

/** What this file needs of a D1 database; Cloudflare's `D1Database` fits. */
export interface D1 {
  /** Prepares one statement. */
  prepare(sql: string): D1Statement;
  /** Runs statements as one transaction. */
  batch(statements: D1Statement[]): Promise<{ results: unknown[]; meta: { changes: number } }[]>;
}

/** What this file needs of a prepared statement; Cloudflare's `D1PreparedStatement` fits. */
export interface D1Statement {
  /** Gives the parameters their values. */
  bind(...values: unknown[]): D1Statement;
}

/**
 * A store in D1.
 *
 * @param database - the binding, with the migrations applied
 * @example
 * ```ts
 * import { createSandbox } from '@alipayhk-pass/sandbox';
 * import { d1Store } from '@alipayhk-pass/sandbox/d1';
 *
 * const sandbox = createSandbox({ store: d1Store(env.DB), privateKey: gatewayPrivateKey });
 * ```
 */
export function d1Store(database: D1): SqlStore {
  return {
    // A batch of D1 is a transaction: https://developers.cloudflare.com/d1/worker-api/d1-database/#batch
    async run(statements) {
      const results = await database.batch(statements.map(({ sql, values }) => database.prepare(sql).bind(...values)));
      return results.map(({ results: rows, meta }) => ({
        rows: rows as Record<string, unknown>[],
        changes: meta.changes,
      }));
    },
  };
}
