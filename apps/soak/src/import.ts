/**
 * The import run: `import-run [--seed TEXT] [--lines N] [--passes N] [--kills N]`: the built command imports a file into the
 * sandbox, and then through the outbox, and is killed in the midst of it. Prints what broke a rule, ledger entries by id;
 * exit code 1 if anything did, 2 for wrong arguments.
 */
import { parseArgs } from 'node:util';
import { exitOnSignal } from '@alipayhk-pass/harness/signals';
import { count, readArguments, text } from './arguments.ts';
import { importRun } from './import-run/run.ts';

/** Longest time for one run of the command, and for the outboxes to come to rest, in milliseconds. */
const limit = 1_800_000;

const options = readArguments('import-run', readOptions);
exitOnSignal('import-run');
let broken = 0;
for (const target of ['gateway', 'outbox'] as const) {
  const start = performance.now();
  const run = await importRun({ ...options, target, limit, log: console.log });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  broken += run.violations.length;
  console.log(
    `${target}: ${options.lines} lines of ${options.passes} passes, ${options.kills} kills, seed ${options.seed}: ` +
      `${run.requests} requests at the gateway, ${run.done} lines in the last run, ${seconds} s`,
  );
  for (const { rule, passId, entries } of run.violations) console.log(`  ${rule}: ${passId}, entries ${entries}`);
}
console.log(broken === 0 ? 'every rule held' : `${broken} violations`);
process.exit(broken === 0 ? 0 : 1);

/** @throws TypeError */
function readOptions() {
  const { values } = parseArgs({
    options: {
      seed: text(`${Date.now() % 1_000_000}`), // printed, so that the run can be had again
      lines: text('20000'),
      passes: text('2000'),
      kills: text('5'),
    },
  });
  const [lines, passes] = [count('lines', values.lines), count('passes', values.passes)];
  if (passes === 0 || lines < passes) throw new TypeError('--passes: expected at least 1 and at most --lines');
  return { seed: values.seed, lines, passes, kills: count('kills', values.kills) };
}
