/**
 * The load: `load [--updates 1000,10000,100000] [--each N] [--rate N] [--bare N] [--single N] [--paced N] [--print]`.
 * Writes LOAD.md, or only prints it. It fails when something is lost or stalls, never for being slow.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { showProgress } from '@alipayhk-pass/harness/progress';
import { exitOnSignal } from '@alipayhk-pass/harness/signals';
import { count, readArguments, text } from './arguments.ts';
import { chartsOf } from './load/charts.ts';
import type { Phase } from './load/measure.ts';
import {
  acceptPhase,
  barePhase,
  bareSinglePhase,
  floorPhase,
  type OnDone,
  pacedPhase,
  putPhase,
  wholePhase,
} from './load/phases.ts';
import { type Load, reportOf } from './load/report.ts';
import { startGateway } from './load/servers.ts';

const { sizes, each, perSecond, bare, single, paced, print, command } = readArguments('load', readOptions);
exitOnSignal('load');
await using started = new AsyncDisposableStack();
const gateway = await startGateway(started);
const load: Load = {
  bare: await shown('bare', bare, (onDone) => barePhase(gateway, bare, onDone)),
  bareSingle: await shown('bare, an update a request', single, (onDone) => bareSinglePhase(gateway, single, onDone)),
  floor: await shown('requests that do nothing', single, (onDone) => floorPhase(gateway, single, onDone)),
  accept: await shown('accept by batch', single, () => acceptPhase(gateway, single)),
  put: await shown('accept by PUT', single, (onDone) => putPhase(gateway, single, onDone)),
  whole: [],
  perSecond,
  each,
  command,
};
for (const [index, updates] of sizes.entries()) {
  const phase = await shown('whole way', updates, (onDone) =>
    wholePhase(gateway, { updates, each, perSecond }, onDone),
  );
  load.whole.push(phase);
  // At half the highest rate.
  if (index === Math.min(1, sizes.length - 1)) {
    const pace = (phase.updates / phase.wall) * 500;
    load.paced = await shown('paced', paced, (onDone) => pacedPhase(gateway, { updates: paced, pace }, onDone));
  }
  // After each size: what was measured is kept if the next one is interrupted.
  if (print) continue;
  writeFileSync(join(import.meta.dirname, '../LOAD.md'), reportOf(load));
  for (const [name, chart] of Object.entries(chartsOf(load))) {
    mkdirSync(join(import.meta.dirname, '../charts'), { recursive: true });
    writeFileSync(join(import.meta.dirname, '../charts', `${name}.svg`), chart);
  }
}
console.log(reportOf(load));

/** Runs a phase with its progress, and a line of what it cost. */
async function shown(name: string, updates: number, run: (onDone: OnDone) => Promise<Phase>): Promise<Phase> {
  const progress = showProgress(name, updates, 'updates');
  const phase = await run((done) => progress.update(Math.min(done, updates)));
  progress.update(updates);
  progress.end();
  const { requests, wall, workerd } = phase;
  const each = (workerd / updates).toFixed(2);
  console.error(`  ${requests} requests to the gateway, ${(wall / 1000).toFixed(1)} s, ${each} ms of workerd each`);
  return phase;
}

/** @throws TypeError */
function readOptions() {
  const { values } = parseArgs({
    options: {
      updates: text('1000,10000,100000'),
      each: text('1'),
      rate: text('2000'),
      bare: text('2000'),
      single: text('2000'),
      paced: text('500'),
      print: { type: 'boolean', default: false },
    },
  });
  const bounds = { least: 1, most: 9_999_999 };
  const [perSecond, bare, single, paced, each] = (['rate', 'bare', 'single', 'paced', 'each'] as const).map((name) =>
    count(name, values[name], bounds),
  ) as [number, number, number, number, number];
  const sizes = values.updates.split(',').map((size) => count('updates', size, bounds));
  const changed = process.argv.slice(2).join(' ');
  const command = `npx -y pnpm@12.21.0 load${changed === '' ? '' : ` ${changed}`}`;
  return {
    sizes: sizes.toSorted((a, b) => a - b),
    each,
    perSecond,
    bare,
    single,
    paced,
    print: values.print,
    command,
  };
}
