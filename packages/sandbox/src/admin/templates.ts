/** `/sandbox/templates`: what passes are made from. */
import { Hono } from 'hono';
import * as v from 'valibot';
import type { SqlStore } from '../store.ts';
import { createTemplate, listTemplates } from '../tables/templates.ts';
import { Refused } from './errors.ts';
import { body, strict, vMerchantId, vText } from './input.ts';

const vTemplate = strict({ templateCode: vText, merchantId: vMerchantId, name: v.optional(vText) });

export function templateRoutes(store: SqlStore) {
  return new Hono()
    .get('/', async (c) => c.json({ templates: await listTemplates(store) }))
    .post('/', body(vTemplate), async (c) => {
      const { templateCode, merchantId, name = null } = c.req.valid('json');
      const template = { templateCode, merchantId, name };
      if (await createTemplate(store, template)) return c.json(template, 201);
      throw new Refused('Conflict', [{ path: 'templateCode', message: 'is already taken' }]);
    });
}
