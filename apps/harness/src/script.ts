/** A Worker of one file in this process, without a `wrangler.jsonc`: a bundle that a test or a benchmark made. */
import { createRequire } from 'node:module';
import { Miniflare } from 'miniflare';
import { prepareEnvironment } from './workers.ts';

/** What `startScript` takes. */
export interface ScriptOptions {
  /** JavaScript of a module, with everything that it imports. */
  code: string;
  /** Before 2026-08-04, from which on Node's APIs are there without being asked for: this is how to have them. */
  compatibilityFlags?: string[];
  /** Variables by name. */
  vars?: Record<string, string>;
}

/** A script that runs. */
export interface RunningScript {
  /** Its origin, such as `http://127.0.0.1:12345`. */
  url: string;
  /** Stops it; settles once its process and temporary files are gone. */
  stop(): Promise<void>;
}

/** The version of workerd. */
export const workerdVersion: string = createRequire(import.meta.resolve('miniflare'))('workerd/package.json').version;

/**
 * Starts the Worker on a free port of 127.0.0.1.
 *
 * @throws Error with the reason when it does not start
 */
export async function startScript({ code, compatibilityFlags = [], vars = {} }: ScriptOptions): Promise<RunningScript> {
  prepareEnvironment();
  const env = Object.entries(vars).map(([name, value]) => [name, { type: 'text' as const, value }]);
  const miniflare = new Miniflare({
    enableDevRegistry: false, // else workerd opens a debug port, and other sessions on this machine may call the Worker
    workers: [
      {
        config: {
          name: 'script',
          compatibilityDate: '2026-08-01',
          compatibilityFlags,
          env: Object.fromEntries(env),
          manifest: { mainModule: 'worker.js', modules: { 'worker.js': { type: 'esm', contents: code } } },
        },
      },
    ],
  });
  const stop = (): Promise<void> => miniflare.dispose();
  try {
    return { url: (await miniflare.ready).origin, stop };
  } catch (error) {
    await stop().catch(() => undefined); // the reason is the first error
    throw error;
  }
}
