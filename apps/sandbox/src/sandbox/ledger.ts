/** `/sandbox/ledger`: what the gateway received, and what it made of it. */
import { Hono } from 'hono';
import * as v from 'valibot';
import type { Env } from '../env.ts';
import { listEntries, readEntry } from '../ledger-entries.ts';
import { Refused } from './answer.ts';
import { readQuery, strict, vId, vLimit } from './input.ts';

const vQuery = strict({
  clientId: v.optional(v.string()),
  passId: v.optional(v.string()),
  after: v.optional(vId, '0'),
  limit: vLimit,
});

export const ledger = new Hono<{ Bindings: Env }>()
  .get('/', async (c) => {
    return c.json(await listEntries(c.env.DB, readQuery(c, vQuery)));
  })
  .get('/:tracerId', async ({ env, req, json }) => {
    const entry = await readEntry(env.DB, req.param('tracerId'));
    if (entry === undefined) throw new Refused('NotFound', [{ path: 'tracerId', expected: 'the one of an entry' }]);
    return json(entry);
  })
  .delete('/', async ({ env, json }) => {
    const { meta } = await env.DB.prepare('DELETE FROM ledger').run();
    return json({ deleted: meta.changes });
  });
