import { defineConfig } from 'vitest/config';

// Two cores: each test starts processes of its own.
export default defineConfig({ test: { include: ['test/**/*.test.ts'], fileParallelism: false, hookTimeout: 120_000 } });
