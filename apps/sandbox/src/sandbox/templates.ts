/** `/sandbox/templates`: what passes are made after. */
import { Hono } from 'hono';
import * as v from 'valibot';
import type { Env } from '../env.ts';
import { createTemplate, listTemplates, readTemplate } from '../templates.ts';
import { Refused } from './answer.ts';
import { readBody, strict, vMerchantId, vText } from './input.ts';

const vTemplate = strict({ templateCode: vText, merchantId: vMerchantId, name: v.optional(vText) });

export const templates = new Hono<{ Bindings: Env }>()
  .get('/', async ({ env, json }) => json({ templates: await listTemplates(env.DB) }))
  .post('/', async (c) => {
    const { name = null, ...template } = await readBody(c, vTemplate);
    if (!(await createTemplate(c.env.DB, { ...template, name }))) {
      throw new Refused('Conflict', [{ path: 'templateCode', expected: 'one that is not taken' }]);
    }
    return c.json(await readTemplate(c.env.DB, template.templateCode), 201);
  });
