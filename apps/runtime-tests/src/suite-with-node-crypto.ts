/** Bundled in place of `#suite`: the same suite with nodeCrypto, and ten times as many mutated headers. */
import './use-node-crypto.ts';
import { suite as runSuite } from './suite.ts';
import type { Test } from './test.ts';

export const suite = (test: Test): void => runSuite(test, 10_000);
