/** The runtimes: how to start each with a runner's script, and how to get its report. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describeEnd, runChild } from '@alipayhk-pass/harness/child';
import { runInChromium } from './chromium.ts';
import type { Report } from './report.ts';
import { runInWorkerd } from './workerd.ts';

/** Where a runner's script is. */
export interface Scripts {
  /** For a runtime that resolves packages and strips types itself. */
  native(runner: string): string;
  /** In one file with all that it imports, for the others. */
  bundled(runner: string): string;
  /** The same with nodeCrypto in place of Web Crypto. */
  withNodeCrypto(runner: string): string;
}

export interface Runtime {
  name: string;
  /** Why it cannot be run on this machine, when that is no fault. */
  absent?: string | false;
  /** Rejects when it does not start, does not end in time, or gives no report. */
  run(scripts: Scripts): Promise<Report>;
}

/** Longest time for one runtime, in milliseconds. */
const limit = 300_000;

const { CHROMIUM: chromium = '/usr/bin/chromium', CI } = process.env;

const denoTest = ['test', '--cached-only', '--no-check'];
const nodeApis = ['nodejs_compat'];

export const runtimes: Runtime[] = [
  ofCommand('Node, pinned', 'node/bin/node', ({ native }) => [native('node')]),
  ofCommand('Node 22', 'node22/bin/node', ({ bundled }) => [bundled('node')]),
  ofCommand('Node 20', 'node20/bin/node', ({ bundled }) => [bundled('node')]),
  ofCommand('Deno', '.bin/deno', ({ native }) => [...denoTest, native('deno')]),
  ofCommand('Bun', '.bin/bun', ({ native }) => ['test', native('bun')]),
  { name: 'workerd', run: ({ bundled }) => runInWorkerd(bundled('worker'), [], limit) },
  { name: 'workerd, Node APIs', run: ({ bundled }) => runInWorkerd(bundled('worker'), nodeApis, limit) },
  ofCommand('Node, pinned, node-crypto', 'node/bin/node', ({ withNodeCrypto }) => [withNodeCrypto('node')]),
  ofCommand('Node 22, node-crypto', 'node22/bin/node', ({ withNodeCrypto }) => [withNodeCrypto('node')]),
  ofCommand('Node 20, node-crypto', 'node20/bin/node', ({ withNodeCrypto }) => [withNodeCrypto('node')]),
  ofCommand('Deno, node-crypto', '.bin/deno', ({ withNodeCrypto }) => [...denoTest, withNodeCrypto('deno')]),
  ofCommand('Bun, node-crypto', '.bin/bun', ({ withNodeCrypto }) => ['test', withNodeCrypto('bun')]),
  {
    name: 'workerd, node-crypto',
    run: ({ withNodeCrypto }) => runInWorkerd(withNodeCrypto('worker'), nodeApis, limit),
  },
  {
    name: 'Chromium',
    absent: !existsSync(chromium) && CI !== 'true' && 'no Chromium on this machine',
    run: ({ bundled }) => runInChromium(chromium, bundled('page'), limit),
  },
];

function ofCommand(name: string, command: string, args: (scripts: Scripts) => string[]): Runtime {
  return {
    name,
    async run(scripts) {
      const path = join(import.meta.dirname, '../node_modules', command);
      const variables = { NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1' };
      const ended = await runChild(path, args(scripts), { limit, variables });
      const end = describeEnd(ended);
      const line = ended.stdout.split('\n').find((each) => each.startsWith('{"version":'));
      if (line === undefined) throw new Error(`no report, ${end}`);
      const report: Report = JSON.parse(line);
      // The runtime's own runner may see what a test does not, as a leaked handle.
      if (ended.code !== 0 && !report.outcomes.some(({ error }) => error))
        throw new Error(`no test failed, but ${end}`);
      return report;
    },
  };
}
