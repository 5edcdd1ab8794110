/** What vitest.config.ts binds beside what wrangler.jsonc does. */
declare namespace Cloudflare {
  interface Env extends Required<import('../src/env.ts').Env> {
    API_TOKEN: string;
    TEST_SEED: number;
    TEST_RUNS: number;
    TEST_MIGRATIONS: import('cloudflare:test').D1Migration[];
  }
  interface GlobalProps {
    mainModule: typeof import('../src/worker.ts');
  }
}
