import { configDefaults, defineConfig } from 'vitest/config';

// Stryker, which mutates in place, keeps a copy of everything there while it runs.
export default defineConfig({ test: { exclude: [...configDefaults.exclude, '.stryker-tmp/**'] } });
