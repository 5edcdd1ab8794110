import config from './vitest.config.ts';

/** The long form of the tests of packages; `test` has the short one. */
export default { test: { ...config.test, include: ['test/registry/full.test.ts'], exclude: [] } };
