/** `/sandbox/passes`: what AlipayHK's createPass and a look at the card would be. */
import { Hono } from 'hono';
import * as v from 'valibot';
import type { Env } from '../env.ts';
import { createPass, listPasses, readPass, resetPasses } from '../passes.ts';
import { createTemplate, readTemplate } from '../templates.ts';
import { Refused } from './answer.ts';
import { readBody, readQuery, strict, vClientId, vLimit, vMerchantId, vPassId, vText } from './input.ts';

const vNewPass = v.pipe(
  strict({
    passId: vPassId,
    clientId: vClientId,
    merchantId: vMerchantId,
    userId: v.optional(vText),
    openId: v.optional(vText),
    templateCode: v.optional(vText),
  }),
  v.check(({ userId, openId }) => userId !== undefined || openId !== undefined, 'userId or openId'),
);

const vQuery = strict({ clientId: v.optional(vClientId), after: v.optional(v.string()), limit: vLimit });

const noPass = () => new Refused('NotFound', [{ path: 'passId', expected: 'the one of a pass' }]);

export const passes = new Hono<{ Bindings: Env }>()
  .get('/', async (c) => {
    const query = readQuery(c, vQuery);
    const found = await listPasses(c.env.DB, query);
    const next = found.length === query.limit ? found.at(-1)?.passId : undefined;
    return c.json({ passes: found, next });
  })
  .post('/', async (c) => {
    const pass = await readBody(c, vNewPass);
    const { templateCode, merchantId } = pass;
    if (templateCode !== undefined) await useTemplate(c.env.DB, { templateCode, merchantId });
    if (await createPass(c.env.DB, pass)) return c.json(await readPass(c.env.DB, pass.passId), 201);
    throw new Refused('Conflict', [{ path: 'passId', expected: 'one that is not taken' }]);
  })
  .get('/:passId', async ({ env, req, json }) => {
    const pass = await readPass(env.DB, req.param('passId'));
    if (pass === undefined) throw noPass();
    return json(pass);
  })
  .post('/:passId/reset', async ({ env, req, json }) => {
    const passId = req.param('passId');
    if ((await resetPasses(env.DB, passId)) === 0) throw noPass();
    return json(await readPass(env.DB, passId));
  });

/** A template that does not exist comes with its first pass; one of another merchant is refused. */
async function useTemplate(db: D1Database, template: { templateCode: string; merchantId: string }): Promise<void> {
  if (await createTemplate(db, { ...template, name: null })) return;
  const existing = await readTemplate(db, template.templateCode);
  if (existing?.merchantId !== template.merchantId) {
    throw new Refused('RequestInvalid', [{ path: 'templateCode', expected: 'a template of this merchantId' }]);
  }
}
