/**
 * Starts a Worker of this repository in wrangler's local mode, in this process. Knows nothing of what the Worker does: any
 * folder with a `wrangler.jsonc` will do.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { unstable_DevEnv } from 'wrangler';

/** What `startWorker` takes. */
export interface WorkerOptions {
  /** Folder of the `wrangler.jsonc`. */
  configDir: string;
  /** Secrets and variables by name. Neither a `.dev.vars` or `.env` in the folder nor the environment adds to them. */
  vars?: Record<string, string>;
  /** Folder for D1, Durable Objects and the like; unless given, a temporary one that goes with the Worker. */
  persistTo?: string | undefined;
  /** Port on 127.0.0.1; a free one unless given. */
  port?: number | undefined;
}

/** A Worker that runs. */
export interface RunningWorker {
  /** Its origin, such as `http://127.0.0.1:12345`. */
  url: string;
  /** What the Worker has logged so far. */
  output(): string;
  /** Stops it; settles once its processes and temporary files are gone. */
  stop(): Promise<void>;
}

/** Starts a Worker: `startWorker` in this process, `startWorkerProcess` in one that can be killed. */
export type StartWorker = (options: WorkerOptions) => Promise<RunningWorker>;

/** How long a Worker may take to start, in milliseconds. */
const limit = 60_000;

/** How long what is left of a Worker that does not start may take to end, in milliseconds. */
const patience = 10_000;

/** wrangler takes these from the environment only. */
const settings = {
  WRANGLER_LOG: 'none', // at other levels it prints variables
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_WRITE_LOGS: 'false', // else each run leaves a file in the home directory
  X_LOCAL_EXPLORER: 'false', // else any page of a port of this machine may run SQL under /cdn-cgi/local/explorer
  X_LOCAL_OBSERVABILITY: 'false', // else it keeps a database of every call of every object
  CLOUDFLARE_CF_FETCH_ENABLED: 'false', // else it asks workers.cloudflare.com for a sample Request.cf
  CLOUDFLARE_LOAD_DEV_VARS_FROM_DOT_ENV: 'false', // else variables of this process get into the Worker
};

/**
 * Starts a Worker on 127.0.0.1 and waits until it runs. When this process ends by way of `exit`, or by a signal for which
 * it has no handler, the Worker ends with it.
 *
 * @throws TypeError when the folder has no `wrangler.jsonc`
 * @throws Error with the reason when the Worker does not start, or not within 60 seconds
 */
export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const { configDir, vars = {}, persistTo, port = 0 } = options;
  const config = configFile(configDir);
  prepareEnvironment();
  let logged = '';
  const log = (text: string): void => {
    logged = `${logged}${stripVTControlCharacters(text)}\n`.slice(-100_000);
  };
  const wrangler = new unstable_DevEnv();
  const failed = new Promise<never>((_, reject) => {
    for (const event of ['error', 'buildFailed']) wrangler.on(event, (problem) => reject(new Error(reasonOf(problem))));
  });
  wrangler.on('error', (problem) => log(reasonOf(problem)));
  wrangler.on('runtimeError', ({ text, stack }) => log(stack || text));
  const reloaded = new Promise((resolve) => wrangler.once('reloadComplete', resolve));

  const start = async (): Promise<string> => {
    const worker = await wrangler.startWorker({
      config,
      envFiles: ['none'], // without any, wrangler reads `.dev.vars`
      // All of them secrets: wrangler echoes other variables.
      bindings: Object.fromEntries(
        Object.entries(vars).map(([name, value]) => [name, { type: 'secret_text' as const, value }]),
      ),
      dev: {
        server: { hostname: '127.0.0.1', port },
        inspector: false, // workerd takes a debugger from any web page that finds its port
        persist: persistTo ?? false,
        watch: false,
        remote: false,
        logLevel: 'none',
        structuredLogsHandler: ({ message }: { message: string }) => log(message),
      },
    });
    await reloaded;
    return (await worker.url).origin;
  };
  const late = new AbortController();
  const timeout = sleep(limit, undefined, { ref: false, signal: late.signal }).then(() => {
    throw new Error(`not ready within ${limit / 1000} seconds`);
  });
  try {
    const url = await Promise.race([start(), failed, timeout]);
    return { url, output: () => logged, stop: () => dispose(wrangler) };
  } catch (error) {
    const disposed = dispose(wrangler).catch(() => undefined); // the reason is the first error
    await Promise.race([disposed, sleep(patience, undefined, { ref: false })]);
    throw new Error(`the Worker in ${configDir} does not start: ${reasonOf(error)}\n${logged}`.trimEnd());
  } finally {
    late.abort();
  }
}

/** Part by part: wrangler's own teardown gives up waiting for the others when one fails. */
async function dispose({ config, bundler, runtimes, proxy }: unstable_DevEnv): Promise<void> {
  const ends = await Promise.allSettled([config, bundler, ...runtimes, proxy].map((part) => part.teardown()));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

/**
 * The configuration in a Worker's folder.
 *
 * @throws TypeError when there is none
 */
export function configFile(configDir: string): string {
  const file = join(configDir, 'wrangler.jsonc');
  if (!existsSync(file)) throw new TypeError(`no wrangler.jsonc in ${configDir}; configDir is the folder of a Worker`);
  return file;
}

/** Sets what wrangler and Miniflare read from the environment of this process. */
export function prepareEnvironment(): void {
  Object.assign(process.env, settings);
}

/** What is wrong, from an error or from an event of wrangler that holds one as its cause. */
function reasonOf(problem: unknown): string {
  const { cause, message, reason } = problem as { cause?: unknown; message?: string; reason?: string };
  if (cause !== undefined) return reasonOf(cause);
  return stripVTControlCharacters(message ?? reason ?? String(problem));
}
