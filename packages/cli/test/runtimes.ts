/** The built binary in each runtime that it is for, run as its user runs it. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

const modules = join(import.meta.dirname, '../node_modules');
export const binary = join(import.meta.dirname, '../dist/alipayhk-pass.js');

export interface Runtime {
  name: string;
  command: string;
  args: string[];
}

/** Deno comes as a script of Node, which a signal ends before it can pass the exit code on: this is the program itself. */
const deno = execFileSync(join(modules, '.bin/deno'), ['eval', 'console.log(Deno.execPath())'], { encoding: 'utf8' });

export const node: Runtime = { name: 'Node', command: join(modules, 'node/bin/node'), args: [] };
export const runtimes: Runtime[] = [
  node,
  { name: 'Node 20.18', command: join(modules, 'node20/bin/node'), args: [] },
  { name: 'Deno', command: deno.trim(), args: ['run', '--quiet', '--allow-all', '--cached-only'] },
  { name: 'Bun', command: join(modules, '.bin/bun'), args: [] },
];

/** How a command ended. */
export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Running {
  child: ChildProcess;
  ended: Promise<Ended>;
  /** Ends it and what it started. */
  kill(signal?: NodeJS.Signals): void;
}

export interface RunOptions {
  cwd?: string;
  env?: Record<string, string>;
  /** Standard input, once it is known; none unless given. */
  input?: string | Uint8Array | Promise<string>;
  runtime?: Runtime;
}

const living = new Set<Running>();
process.once('exit', () => {
  for (const each of living) each.kill();
});

/** Starts the binary with a clean environment. */
export function start(args: string[], { cwd, env, input, runtime = node }: RunOptions = {}): Running {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(runtime.command, [...runtime.args, binary, ...args], {
    cwd,
    env: { PATH, HOME, NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1', NODE_NO_WARNINGS: '1', ...env },
    stdio: 'pipe',
    detached: true, // so that kill ends what it started too
  });
  child.stdin?.on('error', () => undefined); // it may end without reading
  void Promise.resolve(input ?? '').then((given) => child.stdin?.end(given));
  const exited = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  const ended = Promise.all([exited, text(child.stdout).catch(() => ''), text(child.stderr)]).then(
    ([code, stdout, stderr]) => {
      living.delete(running);
      return { code, stdout, stderr };
    },
  );
  const running: Running = {
    child,
    ended,
    kill(signal = 'SIGKILL') {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, signal);
      } catch {
        // it has ended
      }
    },
  };
  living.add(running);
  return running;
}

/** Runs the binary to its end. */
export const run = (args: string[], options?: RunOptions): Promise<Ended> => start(args, options).ended;

/** An empty folder that goes with the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'alipayhk-pass-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
