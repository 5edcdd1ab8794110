/** A part of `full.test.ts`, for every run of the tests. */
import { suite } from './suite.ts';

suite(['npm', 'bun'], ['Node', 'Bun', 'Worker'], { '7.0': 'typescript' });
