import { defineConfig } from 'vitest/config';

// One file at a time: each starts Workers of its own.
export default defineConfig({ test: { include: ['test/**/*.test.ts'], fileParallelism: false } });
