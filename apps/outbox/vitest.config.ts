import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';
import keys from '../../spec/vectors/keys.json' with { type: 'json' };

const workerd = {
  plugins: [
    cloudflareTest({
      wrangler: { configPath: './wrangler.jsonc' },
      miniflare: {
        bindings: {
          CLIENT_ID: '4Q5Y8W0WSG45P907917',
          MERCHANT_PRIVATE_KEY: keys.merchant.privateKey,
          ALIPAYHK_PUBLIC_KEY: keys.gateway.publicKey,
          API_TOKEN: 'a-token-of-the-tests',
          GATEWAY_URL: 'https://gateway.test',
          TIMEOUT_MS: '20000',
          SHARDS: '3',
          RATE_PER_SECOND: '3000',
          // Of the model tests: the seed that a failure prints, and how many runs.
          TEST_SEED: Number(process.env.FAST_CHECK_SEED ?? Date.now() % 2 ** 31),
          TEST_RUNS: Number(process.env.FAST_CHECK_RUNS ?? 40),
        },
      },
    }),
  ],
  test: { name: 'workerd', include: ['test/*.test.ts'], setupFiles: './test/setup.ts' },
};

const sockets = { test: { name: 'sockets', include: ['test/sockets/*.test.ts'] } };

const simulation = { test: { name: 'simulation', include: ['test/simulation/*.test.ts'] } };

export default defineConfig({ test: { projects: [workerd, sockets, simulation] } });
