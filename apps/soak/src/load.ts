/**
 * The load: `load [--updates 1000,10000,100000] [--each N] [--rate N] [--bare N] [--single N] [--paced N] [--print]`.
 * Writes LOAD.md, or only prints it. It fails when something is lost or stalls, never for being slow.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { exitOnSignal } from '@alipayhk-pass/harness/signals';
import { chartsOf } from './load/charts.ts';
import type { Phase } from './load/measure.ts';
import {
  acceptPhase,
  barePhase,
  bareSinglePhase,
  floorPhase,
  pacedPhase,
  putPhase,
  wholePhase,
} from './load/phases.ts';
import { type Load, reportOf } from './load/report.ts';
import { startGateway } from './load/servers.ts';

const { sizes, each, perSecond, bare, single, paced, print, command } = readOptions();
exitOnSignal('load');
await using started = new AsyncDisposableStack();
const gateway = await startGateway(started);
const load: Load = {
  bare: await logged('bare', barePhase(gateway, bare)),
  bareSingle: await logged('bare, an update a request', bareSinglePhase(gateway, single)),
  floor: await logged('a request', floorPhase(gateway, single)),
  accept: await logged('accept', acceptPhase(gateway, single)),
  put: await logged('put', putPhase(gateway, single)),
  whole: [],
  perSecond,
  each,
  command,
};
for (const [index, updates] of sizes.entries()) {
  const phase = await logged(`whole ${updates}`, wholePhase(gateway, { updates, each, perSecond }));
  load.whole.push(phase);
  // At half the highest rate.
  if (index === Math.min(1, sizes.length - 1)) {
    const pace = (phase.updates / phase.wall) * 500;
    load.paced = await logged('paced', pacedPhase(gateway, { updates: paced, pace }));
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

/** A line on the way: the whole of it takes minutes. */
async function logged(name: string, running: Promise<Phase>): Promise<Phase> {
  const phase = await running;
  const { updates, requests, wall, workerd } = phase;
  const each = (workerd / updates).toFixed(2);
  console.error(
    `${name}: ${updates} updates, ${requests} requests, ${(wall / 1000).toFixed(1)} s, ${each} ms of workerd each`,
  );
  return phase;
}

function readOptions() {
  const text = (preset: string) => ({ type: 'string', default: preset }) as const;
  try {
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
    const [perSecond, bare, single, paced, each] = (['rate', 'bare', 'single', 'paced', 'each'] as const).map((name) =>
      count(name, values[name]),
    ) as [number, number, number, number, number];
    const sizes = values.updates.split(',').map((size) => count('updates', size));
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
  } catch (error) {
    console.error(`load: ${(error as Error).message.split('\n')[0]}`);
    process.exit(2);
  }
}

function count(name: string, value: string): number {
  if (/^[1-9]\d{0,6}$/.test(value)) return Number(value);
  throw new TypeError(`--${name}: expected a whole number from 1 to 9999999, received ${value}`);
}
