import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';

/** A fresh pair in PEM. */
function keyPair(modulusLength = 2048) {
  return generateKeyPairSync('rsa', {
    modulusLength,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
}

const [gateway, merchant] = [keyPair(), keyPair()];

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
                TEST_MIGRATIONS: await readD1Migrations(
                  join(import.meta.dirname, 'node_modules/@alipayhk-pass/sandbox/migrations'),
                ),
                TEST_GATEWAY_PUBLIC_KEY: gateway.publicKey,
                TEST_SHORT_PRIVATE_KEY: keyPair(1024).privateKey,
                TEST_MERCHANT_PUBLIC_KEY: merchant.publicKey,
                TEST_MERCHANT_PRIVATE_KEY: merchant.privateKey,
              },
            },
          }),
        ],
        test: { name: 'workerd', include: ['test/workerd/*.test.ts'], setupFiles: './test/workerd/setup.ts' },
      },
      { test: { name: 'node', include: ['test/*.test.ts'], globalSetup: './test/shared-sandbox.ts' } },
    ],
  },
});
