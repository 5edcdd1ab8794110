/** The admin API under `/sandbox`: for whoever sets the sandbox up and looks into it, the API explorer first. */
import { Hono } from 'hono';
import * as v from 'valibot';
import { ConfigurationInvalid } from '../configuration.ts';
import type { Env } from '../env.ts';
import { resetPasses } from '../passes.ts';
import { access } from './access.ts';
import { answerTo, Refused } from './answer.ts';
import { faults } from './faults.ts';
import { strict } from './input.ts';
import { ledger } from './ledger.ts';
import { merchants } from './merchants.ts';
import { passes } from './passes.ts';
import { templates } from './templates.ts';

/** What a first visitor needs: a merchant's key and a pass of its. */
const vReady = v.pipe(
  v.string(),
  v.parseJson(),
  strict({
    clientId: v.string(),
    keyVersion: v.string(),
    merchantPrivateKey: v.string(),
    gatewayPublicKey: v.string(),
    pass: strict({ passId: v.string(), merchantId: v.string(), userId: v.string(), templateCode: v.string() }),
  }),
);

/** The routes under `/sandbox`. */
export const sandbox = new Hono<{ Bindings: Env }>()
  .use(access)
  .use(async (c, next) => {
    await next();
    c.res.headers.set('Cache-Control', 'no-store');
  })
  .get('/ready', ({ env: { SANDBOX_MERCHANT }, json }) => {
    if (!SANDBOX_MERCHANT) throw new Refused('NotFound', [{ path: 'ready', expected: 'the local starter' }]);
    const { success, output } = v.safeParse(vReady, SANDBOX_MERCHANT);
    if (!success) throw new ConfigurationInvalid('SANDBOX_MERCHANT', 'what the local starter sets');
    return json(output);
  })
  .post('/reset', async ({ env, json }) => {
    await resetPasses(env.DB);
    await env.DB.batch([env.DB.prepare('DELETE FROM ledger'), env.DB.prepare('DELETE FROM faults')]);
    return json({ reset: true });
  })
  .route('/merchants', merchants)
  .route('/templates', templates)
  .route('/passes', passes)
  .route('/ledger', ledger)
  .route('/faults', faults)
  // Else it would be the gateway that answers.
  .all('*', () => {
    throw new Refused('RouteNotFound', [{ path: 'route', expected: 'one that apps/sandbox/README.md names' }]);
  })
  .onError(answerTo);
