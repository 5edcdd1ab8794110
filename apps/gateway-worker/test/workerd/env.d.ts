/** What vitest.config.ts binds beside what wrangler.jsonc does. */
declare namespace Cloudflare {
  interface Env extends Required<import('../../src/env.ts').Env> {
    TEST_MIGRATIONS: import('cloudflare:test').D1Migration[];
    TEST_GATEWAY_PUBLIC_KEY: string;
    TEST_MERCHANT_PRIVATE_KEYS: Record<'merchant-1' | 'merchant-2', string>;
  }
  interface GlobalProps {
    mainModule: typeof import('../../src/worker.ts');
  }
}
