import { fileURLToPath } from 'node:url';
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';

const store = (name: string) => ({
  alias: { '#store': fileURLToPath(new URL(`test/stores/${name}.ts`, import.meta.url)) },
});

export default defineConfig({
  test: {
    projects: [
      // The same tests over both stores.
      { resolve: store('node-sqlite'), test: { name: 'node-sqlite', include: ['test/both/*.test.ts'] } },
      {
        resolve: store('d1'),
        plugins: [
          cloudflareTest({
            miniflare: {
              compatibilityDate: '2026-08-01',
              d1Databases: ['DB'],
              bindings: { MIGRATIONS: await readD1Migrations(fileURLToPath(new URL('migrations', import.meta.url))) },
            },
          }),
        ],
        test: { name: 'd1', include: ['test/both/*.test.ts'] },
      },
      { test: { name: 'node', include: ['test/*.test.ts', 'test/page/src/*.test.ts'] } },
      {
        // One browser at a time: two would only wait for each other.
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
