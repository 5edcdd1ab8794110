import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/registry/full.test.ts'], // has a configuration of its own
    globalSetup: 'test/setup.ts',
    testTimeout: 300_000,
    hookTimeout: 300_000,
    maxConcurrency: 2,
    maxWorkers: 2, // most of a test is a compiler, a runtime or a Worker in a process of its own
  },
});
