/** Every runtime as a server on 127.0.0.1 that runs the one benchmark file. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startChild } from '@alipayhk-pass/harness/child';
import { startScript, workerdVersion } from '@alipayhk-pass/harness/script';

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

export const runtimes: Runtime[] = [
  command('Node', 'node', process.execPath, (script) => [join(root, 'src/serve-node.ts'), script]),
  command('Deno', 'deno', bin('deno'), (script) => ['serve', '--no-check', '--port=0', '--host=127.0.0.1', script]),
  command('Bun', 'bun', bin('bun'), (script) => ['--port=0', script]),
  {
    name: 'workerd',
    version: workerdVersion,
    // With Node's APIs for `node:crypto`, the peer.
    start: (script) => startScript({ code: readFileSync(script, 'utf8'), compatibilityFlags: ['nodejs_compat'] }),
  },
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
