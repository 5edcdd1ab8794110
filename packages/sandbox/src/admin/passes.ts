/** `/sandbox/passes`: in place of AlipayHK's createPass, and of a look at the card. */
import { Hono } from 'hono';
import * as v from 'valibot';
import type { SqlStore } from '../store.ts';
import { createPass, listPasses, type Pass, readPass, resetPasses } from '../tables/passes.ts';
import { createTemplate, readTemplate } from '../tables/templates.ts';
import { Refused } from './errors.ts';
import { body, query, strict, vClientId, vLimit, vMerchantId, vPassId, vText } from './input.ts';

const vNewPass = v.pipe(
  strict({
    passId: vPassId,
    clientId: vClientId,
    merchantId: vMerchantId,
    userId: v.optional(vText),
    openId: v.optional(vText),
    templateCode: v.optional(vText),
  }),
  v.check(({ userId, openId }) => userId !== undefined || openId !== undefined, 'must have userId or openId'),
);

const vQuery = strict({ clientId: v.optional(vClientId), after: v.optional(v.string()), limit: vLimit });

export function passRoutes(store: SqlStore) {
  const read = async (passId: string): Promise<Pass> => {
    const pass = await readPass(store, passId);
    if (pass === undefined) throw new Refused('NotFound', 'no such pass');
    return pass;
  };
  return new Hono()
    .get('/', query(vQuery), async (c) => {
      const { limit, ...which } = c.req.valid('query');
      const passes = await listPasses(store, { ...which, limit });
      return c.json({ passes, next: passes.length === limit ? passes.at(-1)?.passId : undefined });
    })
    .post('/', body(vNewPass), async (c) => {
      const pass = c.req.valid('json');
      const { passId, templateCode, merchantId } = pass;
      if (templateCode !== undefined) await useTemplate(store, templateCode, merchantId);
      if (await createPass(store, pass)) return c.json(await read(passId), 201);
      throw new Refused('Conflict', [{ path: 'passId', message: 'is already taken' }]);
    })
    .get('/:passId', async (c) => c.json(await read(c.req.param('passId'))))
    .post('/:passId/reset', async (c) => {
      const passId = c.req.param('passId');
      await store.run([resetPasses(passId)]);
      return c.json(await read(passId));
    });
}

/** A template that does not exist is created with its first pass; one of another merchant is refused. */
async function useTemplate(store: SqlStore, templateCode: string, merchantId: string): Promise<void> {
  if (await createTemplate(store, { templateCode, merchantId, name: null })) return;
  const existing = await readTemplate(store, templateCode);
  if (existing?.merchantId !== merchantId) {
    throw new Refused('RequestInvalid', [{ path: 'templateCode', message: 'belongs to another merchantId' }]);
  }
}
