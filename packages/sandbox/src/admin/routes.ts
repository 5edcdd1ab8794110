/** The admin API under `/sandbox`: for whoever sets the sandbox up and looks into it, its page among them. */
import { Hono } from 'hono';
import { type SqlStore, statement } from '../store.ts';
import { clearLedger } from '../tables/ledger.ts';
import { resetPasses } from '../tables/passes.ts';
import type { Variant } from '../variants/variant.ts';
import { type Access, allow } from './access.ts';
import { Refused } from './errors.ts';
import { faultRoutes } from './faults.ts';
import { ledgerRoutes } from './ledger.ts';
import { merchantRoutes } from './merchants.ts';
import { passRoutes } from './passes.ts';
import { templateRoutes } from './templates.ts';
import { variantRoutes } from './variants.ts';

/** What a first visitor needs: a merchant with its private key, and a pass of that merchant. */
export interface ReadyMerchant {
  /** Its Client-Id. */
  clientId: string;
  /** Version of its key. */
  keyVersion: string;
  /** PEM or bare base64. It is handed out to everybody whom the admin API lets in. */
  merchantPrivateKey: string;
  /** PEM or bare base64. */
  gatewayPublicKey: string;
  /** A pass that it can update. */
  pass: { passId: string; merchantId: string; userId: string; templateCode: string };
}

/** What the admin API takes. */
export interface AdminOptions {
  store: SqlStore;
  access: Access;
  ready: ReadyMerchant | undefined;
  variant: Variant | undefined;
}

/** The routes; whatever they throw is for `errorResponse`. */
export function adminRoutes({ store, access, ready, variant }: AdminOptions) {
  return new Hono()
    .use(allow(access))
    .use(async (c, next) => {
      await next();
      c.res.headers.set('Cache-Control', 'no-store');
    })
    .get('/ready', (c) => {
      if (!ready) throw new Refused('NotFound', 'this sandbox offers no merchant');
      return c.json(ready);
    })
    .post('/reset', async (c) => {
      await store.run([resetPasses(), clearLedger(), statement('DELETE FROM faults')]);
      return c.json({ reset: true });
    })
    .route('/merchants', merchantRoutes(store))
    .route('/templates', templateRoutes(store))
    .route('/passes', passRoutes(store))
    .route('/ledger', ledgerRoutes(store))
    .route('/faults', faultRoutes(store))
    .route('/variants', variantRoutes(variant));
}

/** The routes as a type, for the client. */
export type AdminRoutes = ReturnType<typeof adminRoutes>;
