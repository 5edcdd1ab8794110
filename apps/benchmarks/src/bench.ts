/**
 * Times every job by every contender in every runtime, and an update through to its reply, and writes RESULTS.md with its
 * picture. With `--quick` a few rounds only, and nothing is written. It fails when contenders disagree or a second message
 * imports an RSA key, never for being slow.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exitOnSignal } from '@alipayhk-pass/harness/signals';
import { bundle } from './bundle.ts';
import { chart, themes } from './chart.ts';
import { timeEndToEnd } from './end-to-end.ts';
import { contenders, jobs, others } from './jobs.ts';
import { askedOf, measure, type Settings } from './measure.ts';
import { withFigures } from './page.ts';
import { endToEndTable, figuresForPage, formatReport, targetsTable, timesTable } from './report.ts';
import { runtimes, type Server } from './runtimes.ts';
import type { Run, Times } from './targets.ts';

exitOnSignal('bench');
const quick = process.argv.includes('--quick');
const settings: Settings = quick ? { rounds: 3, batch: 1, warmUps: 1 } : { rounds: 41, batch: 30, warmUps: 8 };

const root = join(import.meta.dirname, '..');
const script = await bundle('worker');
const runs: Run[] = [];
for (const { name, version, start } of runtimes) {
  const server = await start(script);
  try {
    await agree(name, server);
    const times = await time(name, server);
    runs.push({ name, version, times });
    // A few rounds show that everything runs; their times show nothing.
    console.log(`${name} ${version}${quick ? ': all agree' : `\n${timesTable(times)}\n`}`);
  } finally {
    await server.stop();
  }
}
const endToEnd = await timeEndToEnd(settings);
console.log(quick ? 'workerd: updates come back' : `${endToEndTable(endToEnd)}\n`);
const pagePath = join(root, '../../docs/performance.md');
// Made also when nothing is written, so that a short run shows whether they can be.
const written: Record<string, string> = {
  [join(root, 'RESULTS.md')]: formatReport(runs, endToEnd, settings),
  [pagePath]: withFigures(readFileSync(pagePath, 'utf8'), figuresForPage(runs, endToEnd)),
  [join(root, 'results-light.svg')]: chart(runs, themes.light),
  [join(root, 'results-dark.svg')]: chart(runs, themes.dark),
};
if (!quick) {
  console.log(targetsTable(runs, endToEnd));
  for (const [path, text] of Object.entries(written)) writeFileSync(path, text);
}

/** Has the contenders open each other's messages. */
async function agree(runtime: string, server: Server): Promise<void> {
  const response = await fetch(`${server.url}/agreement`);
  if (!response.ok) throw new Error(`${runtime}: ${await response.text()}`);
  const { problems, rsaImports } = await response.json();
  for (const [where, problem] of Object.entries(problems)) {
    throw new Error(`${runtime}, ${where}: expected the same result as ours, received ${problem}`);
  }
  // The first message asks once what the runtime's Web Crypto offers; those after it must not.
  const [, ...later] = rsaImports as number[];
  if (later.some((count) => count > 0)) {
    throw new Error(
      `${runtime}: a message after the first one imported ${later.join(', then ')} RSA keys; expected none`,
    );
  }
}

/** All jobs by all contenders. */
async function time(runtime: string, server: Server): Promise<Times> {
  const tasks = Object.keys(jobs).flatMap((job) =>
    ['raw', ...Object.keys({ ...contenders, ...others })].map((by) => ({ job, by })),
  );
  const samples = await measure(
    runtime,
    tasks.map((task) => askedOf(server.url, '/run', task)),
    settings,
  );
  const times: Times = Object.fromEntries(Object.keys(jobs).map((job) => [job, {}]));
  for (const [index, { job, by }] of tasks.entries()) Object.assign(times[job] ?? {}, { [by]: samples[index] });
  return times;
}
