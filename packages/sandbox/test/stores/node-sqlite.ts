/** The store of the tests that run in Node: node:sqlite, in memory. */
import { openNodeSqlite } from '../../src/node-sqlite.ts';
import type { SqlStore } from '../../src/store.ts';

export async function openStore(): Promise<SqlStore> {
  return openNodeSqlite();
}
