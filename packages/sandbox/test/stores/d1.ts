/** The store of the tests that run in workerd: a real D1, empty for each file of tests. */
import { applyD1Migrations, type D1Migration } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { d1Store } from '../../src/d1.ts';
import type { SqlStore } from '../../src/store.ts';

declare global {
  namespace Cloudflare {
    interface Env {
      DB: D1Database;
      MIGRATIONS: D1Migration[];
    }
  }
}

export async function openStore(): Promise<SqlStore> {
  await applyD1Migrations(env.DB, env.MIGRATIONS);
  return d1Store(env.DB);
}
