/**
 * Times every job by every contender in every runtime and writes RESULTS.md. With `--quick` a few rounds only, and
 * nothing is written. It fails when contenders disagree or a second message imports an RSA key, never for being slow.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { median } from '@alipayhk-pass/harness/report';
import { exitOnSignal } from '@alipayhk-pass/harness/signals';
import { build } from 'esbuild';
import { contenders, jobs } from './jobs.ts';
import { formatReport, type Run, targetsTable, timesTable } from './report.ts';
import { runtimes, type Server } from './runtimes.ts';
import type { Times } from './targets.ts';

exitOnSignal('bench');
const quick = process.argv.includes('--quick');
/** How often each job is timed by each contender, for about how many milliseconds each time, and how often before. */
const [rounds, batch, warmUps] = quick ? [3, 1, 1] : [41, 30, 8];

const root = join(import.meta.dirname, '..');
const script = join(root, 'dist/worker.js');
await build({
  entryPoints: [join(root, 'src/worker.ts')],
  outfile: script,
  bundle: true,
  format: 'esm',
  platform: 'neutral',
  mainFields: ['module', 'main'],
  target: 'es2022',
  external: ['node:*'],
  alias: { crypto: join(root, 'src/contenders/crypto-for-forge.ts') },
});

const runs: Run[] = [];
for (const { name, version, start } of runtimes) {
  const server = await start(script);
  try {
    const refusals = await agree(name, server);
    const times = await time(server, refusals);
    runs.push({ name, version, times });
    // A few rounds show that everything runs; their times show nothing.
    console.log(`${name} ${version}${quick ? ': all agree' : `\n${timesTable(times)}\n`}`);
  } finally {
    await server.stop();
  }
}
const report = formatReport(runs, { rounds, batch });
if (!quick) {
  console.log(targetsTable(runs));
  writeFileSync(join(root, 'RESULTS.md'), report);
}

/**
 * Has the contenders open each other's messages.
 *
 * @returns what a peer refuses, by contender and job
 */
async function agree(runtime: string, server: Server): Promise<Record<string, string>> {
  const response = await fetch(`${server.url}/agreement`);
  if (!response.ok) throw new Error(`${runtime}: ${await response.text()}`);
  const { problems, rsaImports } = await response.json();
  for (const [where, problem] of Object.entries(problems)) {
    // The one refusal that is known, and the reason why this project exists (field-notes, section 2).
    if (runtime === 'Bun' && where.startsWith('node:crypto: open')) continue;
    throw new Error(`${runtime}, ${where}: expected the same result as ours, received ${problem}`);
  }
  // The first message asks once what the runtime's Web Crypto offers; those after it must not.
  const [, ...later] = rsaImports as number[];
  if (later.some((count) => count > 0)) {
    throw new Error(
      `${runtime}: a message after the first one imported ${later.join(', then ')} RSA keys; expected none`,
    );
  }
  return problems;
}

/** All jobs by all contenders, in rounds: A B C, then C B A, so that whatever slows the machine down hits all alike. */
async function time(server: Server, refusals: Record<string, string>): Promise<Times> {
  const times: Times = {};
  const tasks: { job: string; by: string; count: number; sample: number[] }[][] = [];
  for (const job of Object.keys(jobs)) {
    const row: (typeof tasks)[number] = [];
    times[job] = {};
    for (const by of ['raw', ...Object.keys(contenders)]) {
      const refusal = refusals[`${by}: ${job}`];
      const sample: number[] = [];
      times[job][by] = refusal ?? sample;
      if (refusal === undefined) row.push({ job, by, sample, count: await countFor(server, job, by) });
    }
    tasks.push(row);
  }
  const empty: number[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const row of tasks) {
      for (const { job, by, count, sample } of round % 2 === 0 ? row : row.toReversed()) {
        empty.push(await run(server, job, by, 0));
        sample.push((await run(server, job, by, count)) / count);
      }
    }
  }
  // What the way there and back costs, shared by as many jobs as went with it.
  const overhead = median(empty);
  for (const { count, sample } of tasks.flat()) {
    for (const [round, value] of sample.entries()) sample[round] = value - overhead / count;
  }
  return times;
}

/** How often a job fits into a batch. Finding out is the warm-up. */
async function countFor(server: Server, job: string, by: string): Promise<number> {
  let count = 1;
  for (let tries = 0; tries < warmUps; tries++) {
    const elapsed = await run(server, job, by, count);
    count = Math.max(1, Math.round(Math.min(count * 10, (count * batch) / elapsed)));
  }
  return count;
}

/** Milliseconds from the request to the end of the reply. */
async function run(server: Server, job: string, by: string, times: number): Promise<number> {
  const query = new URLSearchParams({ job, by, times: `${times}` });
  const start = performance.now();
  const response = await fetch(`${server.url}/run?${query}`);
  const text = await response.text();
  const elapsed = performance.now() - start;
  if (!response.ok) throw new Error(`${by}, ${job}: ${text}`);
  return elapsed;
}
