/** Every runtime as a server on 127.0.0.1 that runs the one benchmark file. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { startChild } from '@alipayhk-pass/harness/child';
import { Miniflare } from 'miniflare';

export interface Runtime {
  name: string;
  version: string;
  /** Starts `script`, a module that exports a `fetch`. */
  start(script: string): Promise<Server>;
}

export interface Server {
  url: string;
  stop(): Promise<unknown>;
}

/** Longest life of a server, in milliseconds: nothing outlasts a driver that hangs. */
const limit = 1_800_000;

const root = join(import.meta.dirname, '..');
const bin = (name: string): string => join(root, 'node_modules/.bin', name);

const { version: workerdVersion } = createRequire(import.meta.resolve('miniflare'))('workerd/package.json');

export const runtimes: Runtime[] = [
  command('Node', 'node', process.execPath, (script) => [join(root, 'src/serve-node.ts'), script]),
  command('Deno', 'deno', bin('deno'), (script) => ['serve', '--no-check', '--port=0', '--host=127.0.0.1', script]),
  command('Bun', 'bun', bin('bun'), (script) => ['--port=0', script]),
  { name: 'workerd', version: workerdVersion, start: startWorkerd },
];

function versionOf(name: string): string {
  return JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')).version;
}

function command(name: string, packageName: string, path: string, args: (script: string) => string[]): Runtime {
  return {
    name,
    version: versionOf(packageName),
    async start(script) {
      const variables = { NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1' };
      const child = startChild(path, args(script), { limit, variables });
      const [, port] = await child.printed(/http:\/\/[\w.]+:(\d+)/); // each in words of its own
      return { url: `http://127.0.0.1:${port}`, stop: () => child.stop() };
    },
  };
}

async function startWorkerd(script: string): Promise<Server> {
  const modules = { 'worker.js': { type: 'esm' as const, contents: readFileSync(script, 'utf8') } };
  const config = {
    name: 'benchmarks',
    compatibilityDate: '2026-08-01', // the last days on which Node's APIs are a choice
    compatibilityFlags: ['nodejs_compat'], // for `node:crypto`, the peer
    manifest: { mainModule: 'worker.js', modules },
  };
  const miniflare = new Miniflare({ workers: [{ config }] });
  return { url: (await miniflare.ready).origin, stop: () => miniflare.dispose() };
}
