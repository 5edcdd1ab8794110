/** What vitest.config.ts binds beside what wrangler.jsonc does. */
declare namespace Cloudflare {
  interface Env {
    TEST_SEED: number;
    TEST_RUNS: number;
  }
}
