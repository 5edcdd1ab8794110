/**
 * Starts a Worker of this repository in wrangler's local mode, for tests and the demo. Knows nothing of what the Worker
 * does: any folder with a `wrangler.jsonc` will do. Nothing is written beside `.wrangler/` and `persistTo`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';

/** What `startWorker` takes. */
export interface WorkerOptions {
  /** Folder of the `wrangler.jsonc`. */
  configDir: string;
  /** Secrets and variables by name; line breaks are kept. Only these: a `.dev.vars` or `.env` in the folder is not read. */
  vars?: Record<string, string>;
  /** Folder for D1 and the like; a fresh one that `stop` removes, unless given. */
  persistTo?: string;
  /** On 127.0.0.1; a free one unless given. */
  port?: number | undefined;
  /** What it is asked until it answers; `/` unless given. */
  readyPath?: string;
}

/** A Worker that answers. */
export interface RunningWorker {
  /** Origin, as `http://127.0.0.1:12345`. */
  url: string;
  /** Id of the process group of wrangler and workerd: to read their cost, or to kill them as a power cut would. */
  processGroup: number;
  /** What wrangler and the Worker have printed so far. */
  output(): string;
  /** Ends every process that was started; settles when they are gone. */
  stop(): Promise<void>;
}

/** How long a Worker may take until it answers, a migration until it is applied, and wrangler until it has ended; milliseconds. */
const limits = { start: 60_000, migrate: 60_000, stop: 5_000 };

const devWorker = join(import.meta.dirname, 'dev-worker.ts');
const wrangler = join(createRequire(import.meta.url).resolve('wrangler/package.json'), '../bin/wrangler.js');

/**
 * Runs wrangler's local mode (`dev-worker.ts`) on 127.0.0.1 and waits until the Worker answers. A process that ends, by itself or
 * by SIGINT, SIGTERM or SIGHUP, takes the Workers that it started with it.
 *
 * @throws Error with wrangler's output when the Worker does not answer within 60 seconds
 */
export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const { configDir, vars = {}, persistTo, readyPath = '/' } = options;
  checkConfigDir(configDir);
  const envText = formatEnvFile(vars);
  const port = options.port ?? (await freePort());
  const work = mkdtempSync(join(tmpdir(), 'alipayhk-pass-wrangler-')); // readable by this user alone
  const removeWork = (): void => rmSync(work, { recursive: true, force: true, maxRetries: 5 });
  cleanups.add(removeWork);
  writeFileSync(join(work, 'vars.env'), envText);
  const run = runNode(
    configDir,
    // The variables in a file: whoever lists processes can read arguments.
    [devWorker, join(configDir, 'wrangler.jsonc'), `${port}`, join(work, 'vars.env'), persistTo ?? join(work, 'state')],
    Object.keys(vars),
  );
  const stop = async (): Promise<void> => {
    await run.stop();
    removeWork();
    cleanups.delete(removeWork);
  };
  let url: string;
  try {
    url = await untilAnswer(run, readyPath);
  } catch (error) {
    await stop();
    throw new Error(`wrangler dev: expected an answer, received ${(error as Error).message}\n${run.output()}`);
  }
  return { url, processGroup: run.processGroup, output: run.output, stop };
}

/**
 * Applies the D1 migrations of a Worker to its local state. To be done while the Worker is not running.
 *
 * @param options.database - the binding in `wrangler.jsonc`; `DB` unless given
 * @throws Error with wrangler's output when they do not apply within 60 seconds
 */
export async function applyMigrations({
  configDir,
  persistTo,
  database = 'DB',
}: {
  configDir: string;
  persistTo: string;
  database?: string;
}): Promise<void> {
  checkConfigDir(configDir);
  const run = runNode(configDir, [
    wrangler,
    'd1',
    'migrations',
    'apply',
    database,
    '--local',
    '--persist-to',
    persistTo,
  ]);
  const code = await Promise.race([run.ended, sleep(limits.migrate, 'no end', { ref: false })]);
  await run.stop();
  if (code === 0) return;
  throw new Error(`wrangler d1 migrations apply: expected exit code 0, received ${code}\n${run.output()}`);
}

interface WranglerRun {
  processGroup: number;
  output(): string;
  /** The exit code, or the signal. */
  ended: Promise<number | string>;
  stop(): Promise<void>;
}

/** @param hidden - variables of this process that wrangler would prefer to those of its `--env-file` */
function runNode(configDir: string, args: string[], hidden: string[] = []): WranglerRun {
  const inherited = Object.entries(process.env).filter(([name]) => !hidden.includes(name));
  const child = spawn(process.execPath, args, {
    cwd: configDir,
    env: {
      ...Object.fromEntries(inherited),
      CI: '1',
      WRANGLER_SEND_METRICS: 'false',
      WRANGLER_HIDE_BANNER: 'true', // the banner asks the registry for a newer version
      WRANGLER_WRITE_LOGS: 'false', // else each run leaves a file in the home directory
      X_LOCAL_EXPLORER: 'false', // else any page of a port of this machine may run SQL under /cdn-cgi/local/explorer
      X_LOCAL_OBSERVABILITY: 'false', // else it keeps a database of every call of every object
      CLOUDFLARE_CF_FETCH_ENABLED: 'false', // else it asks workers.cloudflare.com for a sample Request.cf
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // leads a process group: wrangler starts a second Node and workerd
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed = (printed + stripVTControlCharacters(text)).slice(-100_000);
    });
  }
  const closed = once(child, 'close').catch(() => undefined); // nothing more is printed
  const ended = once(child, 'exit').then(([code, signal]: unknown[]) => (code ?? signal) as number | string);
  ended.catch(() => undefined); // could not be started: whoever waits for it is told
  const kill = (): void => signalGroup(child, 'SIGKILL');
  cleanups.add(kill);
  const stop = async (): Promise<void> => {
    signalGroup(child, 'SIGTERM');
    await Promise.race([ended.catch(() => undefined), sleep(limits.stop, undefined, { ref: false })]);
    kill(); // whatever did not heed it
    await Promise.race([closed, sleep(limits.stop, undefined, { ref: false })]);
    cleanups.delete(kill);
  };
  return { processGroup: child.pid ?? 0, output: () => printed, ended, stop };
}

/** What is left to do when this process ends before `stop` was called. */
const cleanups = new Set<() => void>();

process.on('exit', cleanUp);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    // A program that listens too will call `stop`, which is gentler; else the signal does what it does by default.
    if (process.listenerCount(signal) > 0) return;
    cleanUp();
    process.kill(process.pid, signal);
  });
}

function cleanUp(): void {
  for (const cleanup of cleanups) cleanup();
  cleanups.clear();
}

function checkConfigDir(configDir: string): void {
  if (existsSync(join(configDir, 'wrangler.jsonc'))) return;
  throw new TypeError(`configDir: expected a folder with a wrangler.jsonc, received ${configDir}`);
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // The group is gone already.
  }
}

/** The Worker's origin as `dev-worker.ts` tells it: what answers on a port that was free a moment ago may be another server. */
async function untilAnswer({ ended, output }: WranglerRun, path: string): Promise<string> {
  let over: string | undefined;
  const late = sleep(limits.start, `no answer within ${limits.start / 1000} seconds`, { ref: false });
  const end = ended.then(
    (code) => `its end (${code})`,
    (error: Error) => error.message,
  );
  Promise.race([late, end]).then((reason) => {
    over = reason;
  });
  while (over === undefined) {
    const [, url] = /^ready on (http:\S+)$/m.exec(output()) ?? [];
    const response =
      url &&
      (await fetch(url + path, { signal: AbortSignal.timeout(2_000), redirect: 'manual' }).catch(() => undefined));
    if (url && response) {
      await response.body?.cancel();
      return url;
    }
    await sleep(100);
  }
  throw new Error(over);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('expected the address of a listening socket');
  return address.port;
}

/**
 * The form that wrangler's dotenv reads back unchanged: quoted in a way that keeps backslashes and line breaks, and with
 * `$` escaped, which would name another variable.
 */
function formatEnvFile(vars: Record<string, string>): string {
  const lines = Object.entries(vars).map(([name, value]) => {
    const quote = ["'", '`'].find((each) => !value.includes(each));
    if (quote === undefined) throw new TypeError(`${name}: expected no more than one kind of quote among ' and \``);
    return `${name}=${quote}${value.replaceAll('$', '\\$')}${quote}\n`;
  });
  return lines.join('');
}
