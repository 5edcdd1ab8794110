import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { setMerchant } from '../../src/merchants.ts';

await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
for (const [clientId, publicKey] of Object.entries(env.TEST_MERCHANT_PUBLIC_KEYS)) {
  await setMerchant(env.DB, { clientId, keys: [{ publicKey }] });
}
