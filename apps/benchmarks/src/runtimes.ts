/** Every runtime as a server on 127.0.0.1 that runs the one benchmark file. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runProcess } from '@alipayhk-pass/runtime-tests/process';
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
  command('Node', 'node', process.execPath, (script, port) => [join(root, 'src/serve-node.ts'), script, port]),
  command('Deno', 'deno', bin('deno'), (script, port) => [
    'serve',
    '--no-check',
    `--port=${port}`,
    '--host=127.0.0.1',
    script,
  ]),
  command('Bun', 'bun', bin('bun'), (script, port) => [`--port=${port}`, script]),
  { name: 'workerd', version: workerdVersion, start: startWorkerd },
];

function versionOf(name: string): string {
  return JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')).version;
}

function command(
  name: string,
  packageName: string,
  path: string,
  args: (script: string, port: string) => string[],
): Runtime {
  return {
    name,
    version: versionOf(packageName),
    async start(script) {
      const port = await freePort();
      const url = `http://127.0.0.1:${port}`;
      const stopping = new AbortController();
      const ended = runProcess(path, args(script, `${port}`), limit, { signal: stopping.signal });
      const early = ended.then(({ end }) => {
        stopping.abort();
        throw new Error(`${name}: expected a server, received its end: ${end}`);
      });
      early.catch(() => undefined); // once it answers, its end shows in the requests that fail
      await Promise.race([early, answers(url, stopping.signal)]);
      const stop = (): Promise<unknown> => {
        stopping.abort();
        return ended;
      };
      return { url, stop };
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

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Settles when a server answers, or is given up. */
async function answers(url: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && (await fetch(url).catch(() => undefined)) === undefined) await sleep(50);
}
