/**
 * The deterministic simulation: `simulate [--seed N] [--days N] [--updates N] [--passes N] [--members N] [--runs N]
 * [--trace FILE]`. Prints what it ran, and exits with 1 and the seed when something does not hold.
 */
import { createWriteStream } from 'node:fs';
import { parseArgs } from 'node:util';
import { showProgress } from '@alipayhk-pass/harness/progress';
import { run } from './run.ts';

const options = {
  seed: { type: 'string' },
  days: { type: 'string', default: '30' },
  updates: { type: 'string', default: '1000000' },
  passes: { type: 'string', default: '2000' },
  members: { type: 'string', default: '50' },
  runs: { type: 'string', default: '1' },
  trace: { type: 'string' },
} as const;
const { values } = parseArgs({ options });
const first = Number(values.seed ?? Date.now() % 2 ** 31);
const { error: print } = console;
console.error = () => undefined; // the front logs every reply of 503
process.on('unhandledRejection', () => undefined); // what an object leaves behind when it ends

for (let seed = first; seed < first + Number(values.runs); seed += 1) {
  const trace = values.trace === undefined ? undefined : createWriteStream(values.trace);
  const began = performance.now();
  const days = Number(values.days);
  const progress = showProgress(`seed ${seed}`, days, 'days');
  const result = await run({
    seed,
    days,
    updates: Number(values.updates),
    passes: Number(values.passes),
    members: Number(values.members),
    onTime: (time, accepted) => progress.update(Number(time.toFixed(1)), `${accepted} changes accepted`),
    onNote: trace && ((line) => void trace.write(`${line}\n`)),
  });
  progress.end();
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const { problems, accepted, requests, events, digest, counts } = result;
  console.log(
    `seed ${seed}: ${accepted} changes accepted, ${requests} requests, ${events} events in ${values.days} days, ` +
      `${seconds} s; record ${digest.slice(0, 16)}`,
  );
  console.log(JSON.stringify(counts));
  if (problems.length > 0) {
    print(`seed ${seed}: ${problems.length} problems\n${problems.slice(0, 20).join('\n')}`);
    process.exitCode = 1;
    break;
  }
}
