/** Bundled in place of `#suite`, with the files that the driver read. */
import type { Test } from '../test.ts';
import { registerCases, type VectorFile } from './file.ts';

declare const FILES: VectorFile[];

export const suite = (test: Test): void => registerCases(FILES, test);
