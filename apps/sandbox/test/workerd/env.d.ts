/** What vitest.config.ts binds beside what wrangler.jsonc does. */
declare namespace Cloudflare {
  interface Env extends Omit<import('../../src/env.ts').Env, 'GATEWAY_PRIVATE_KEY' | 'SANDBOX_TOKEN'> {
    GATEWAY_PRIVATE_KEY: string;
    SANDBOX_TOKEN: string;
    TEST_MIGRATIONS: import('cloudflare:test').D1Migration[];
    TEST_GATEWAY_PUBLIC_KEY: string;
    TEST_MERCHANT_PUBLIC_KEYS: Record<'merchant-1' | 'merchant-2', string>;
    TEST_MERCHANT_PRIVATE_KEYS: Record<'merchant-1' | 'merchant-2', string>;
  }
  interface GlobalProps {
    mainModule: typeof import('../../src/worker.ts');
  }
}
