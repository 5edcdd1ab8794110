import { defineConfig } from 'vitest/config';

// One file at a time: most of them start programs.
export default defineConfig({ test: { include: ['test/**/*.test.ts'], fileParallelism: false } });
