/**
 * Runs the suite in every runtime and prints how each did. Fails when a test failed, when a runtime ran another number
 * of tests than the suite holds, and when one could not be run. Without a Chromium on the machine that one is left out,
 * unless `CI` is true.
 */
import { join } from 'node:path';
import { table } from '@alipayhk-pass/harness/report';
import { exitOnSignal } from '@alipayhk-pass/harness/signals';
import { bundle, runEverywhere, source } from './everywhere.ts';
import { printEnd } from './print.ts';
import { suite } from './suite.ts';

exitOnSignal('runtimes');
const bundled = await bundle(['node', 'worker', 'page'], { outdir: join(import.meta.dirname, '../dist/suite') });
const withNodeCrypto = await bundle(['node', 'deno', 'bun', 'worker'], {
  outdir: join(import.meta.dirname, '../dist/suite-with-node-crypto'),
  alias: { '#suite': join(import.meta.dirname, 'suite-with-node-crypto.ts') },
});
const results = await runEverywhere(suite, { native: source, bundled, withNodeCrypto });

console.log(
  table([
    ['runtime', 'version', 'passed', 'failed'],
    ...results.map(({ runtime, version, leftOut, outcomes, failures }) => {
      const passed = outcomes.filter(({ error }) => !error).length;
      return leftOut ? [runtime, version] : [runtime, version, `${passed}`, `${failures.length}`];
    }),
  ]),
);
printEnd('runtimes', results);
