import { generateKeyPairSync } from 'node:crypto';
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';

/** A fresh pair in PEM. */
function keyPair() {
  return generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
}

const [gateway, merchant, otherMerchant] = [keyPair(), keyPair(), keyPair()];

export default defineConfig({
  test: {
    projects: [
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: './wrangler.jsonc' },
            miniflare: {
              bindings: {
                GATEWAY_PRIVATE_KEY: gateway.privateKey,
                SANDBOX_TOKEN: 'token of the sandbox',
                TEST_MIGRATIONS: await readD1Migrations('./migrations'),
                TEST_GATEWAY_PUBLIC_KEY: gateway.publicKey,
                TEST_MERCHANT_PUBLIC_KEYS: {
                  'merchant-1': merchant.publicKey,
                  'merchant-2': otherMerchant.publicKey,
                },
                TEST_MERCHANT_PRIVATE_KEYS: {
                  'merchant-1': merchant.privateKey,
                  'merchant-2': otherMerchant.privateKey,
                },
              },
            },
          }),
        ],
        test: { name: 'workerd', include: ['test/workerd/*.test.ts'], setupFiles: './test/workerd/setup.ts' },
      },
      { test: { name: 'node', include: ['test/*.test.ts'], globalSetup: './test/shared-sandbox.ts' } },
      {
        // One sandbox and one browser at a time: two would only wait for each other.
        test: {
          name: 'page',
          include: ['test/page/*.test.ts'],
          globalSetup: './test/page/start.ts',
          fileParallelism: false,
        },
      },
    ],
  },
});
