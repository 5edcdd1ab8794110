/** What vitest.config.ts binds besides what wrangler.jsonc does. */
declare namespace Cloudflare {
  interface Env extends Omit<import('../../src/env.ts').Env, 'GATEWAY_PRIVATE_KEY' | 'SANDBOX_TOKEN'> {
    GATEWAY_PRIVATE_KEY: string;
    SANDBOX_TOKEN: string;
    TEST_MIGRATIONS: import('cloudflare:test').D1Migration[];
    TEST_GATEWAY_PUBLIC_KEY: string;
    TEST_SHORT_PRIVATE_KEY: string;
    TEST_MERCHANT_PUBLIC_KEY: string;
    TEST_MERCHANT_PRIVATE_KEY: string;
  }
  interface GlobalProps {
    mainModule: typeof import('../../src/worker.ts');
  }
}
