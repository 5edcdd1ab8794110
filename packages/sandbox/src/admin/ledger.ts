/** `/sandbox/ledger`: what the gateway received, and the outcome. */
import { Hono } from 'hono';
import * as v from 'valibot';
import type { SqlStore } from '../store.ts';
import { clearLedger } from '../tables/ledger.ts';
import { listEntries, readEntry } from '../tables/ledger-entries.ts';
import { Refused } from './errors.ts';
import { query, strict, vId, vLimit } from './input.ts';

const vQuery = strict({
  clientId: v.optional(v.string()),
  passId: v.optional(v.string()),
  after: v.optional(vId, '0'),
  limit: vLimit,
});

export function ledgerRoutes(store: SqlStore) {
  return new Hono()
    .get('/', query(vQuery), async (c) => c.json(await listEntries(store, c.req.valid('query'))))
    .get('/:tracerId', async (c) => {
      const entry = await readEntry(store, c.req.param('tracerId'));
      if (entry === undefined) throw new Refused('NotFound', 'no such entry');
      return c.json(entry);
    })
    .delete('/', async (c) => c.json({ deleted: (await store.run([clearLedger()]))[0]?.changes ?? 0 }));
}
