/**
 * The fault run: `soak [--seed TEXT] [--updates N] [--passes N] [--members N] [--postings N] [--kills N] [--gateway-kills N]
 * [--rate R]`. `--rate` is at least 0 and below 1. Prints what was met and what broke a rule, ledger entries by id; exit
 * code 1 if anything did, 2 for wrong arguments.
 */
import { parseArgs } from 'node:util';
import { showProgress } from '@alipayhk-pass/harness/progress';
import { exitOnSignal } from '@alipayhk-pass/harness/signals';
import { count, readArguments, text } from './arguments.ts';
import { reportOf } from './fault-run/report.ts';
import { faultRun } from './fault-run/run.ts';
import { violationsOf } from './fault-run/violations.ts';

/** Longest time for either half of the run, in milliseconds. */
const limit = 900_000;

const options = readArguments('soak', readOptions);
exitOnSignal('soak');
let phase = { what: '', progress: showProgress('fault run', 0, 'steps') };
let event = '';
const run = await faultRun({
  ...options,
  limit,
  log: (line) => {
    event = line.trim();
  },
  onProgress(what, done, total) {
    if (phase.what !== what) {
      if (phase.what !== '') phase.progress.end();
      phase = { what, progress: showProgress('fault run', total, what) };
    }
    phase.progress.update(done, event);
  },
});
phase.progress.end();
const violations = violationsOf(run.history);
console.log(`\n${reportOf(run, violations, options)}`);
process.exit(violations.length === 0 ? 0 : 1);

/** @throws TypeError */
function readOptions() {
  const { values } = parseArgs({
    options: {
      seed: text(`${Date.now() % 1_000_000}`), // printed, so that the run can be had again
      updates: text('2000'),
      passes: text('200'),
      members: text('20'),
      postings: text('200'),
      kills: text('12'),
      'gateway-kills': text('3'),
      rate: text('0.5'),
    },
  });
  const rate = Number(values.rate);
  if (!(rate >= 0 && rate < 1)) throw new TypeError(`--rate: expected at least 0 and below 1, received ${values.rate}`);
  const [updates, passes] = [count('updates', values.updates), count('passes', values.passes)];
  if (passes === 0 || updates < passes) throw new TypeError('--passes: expected at least 1 and at most --updates');
  const [members, postings] = [count('members', values.members), count('postings', values.postings)];
  const kills = count('kills', values.kills);
  const gatewayKills = count('gateway-kills', values['gateway-kills']);
  return { seed: values.seed, updates, passes, members, postings, kills, gatewayKills, rate };
}
