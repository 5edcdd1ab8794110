/** What these tests take from other workspaces: the sandbox, Workers and child processes. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Child, type Ended, startChild } from '@alipayhk-pass/harness/child';
import { startSandbox as startSandboxIn } from '@alipayhk-pass/sandbox-worker/starter';
import { getPlatformProxy } from 'wrangler';

export type { Child } from '@alipayhk-pass/harness/child';
export { applyMigrations } from '@alipayhk-pass/harness/migrations';
export { startWorker } from '@alipayhk-pass/harness/workers';

/** A running sandbox as data, so that Vitest can hand it to the files of tests. */
export interface SandboxFacts {
  /** Its origin. */
  url: string;
  clientId: string;
  /** The pass that is ready. */
  pass: { passId: string; merchantId: string; userId: string };
  /** PEM texts. */
  keys: { merchantPrivateKey: string; merchantPublicKey: string; gatewayPrivateKey: string; gatewayPublicKey: string };
}

/** Starts a sandbox on a free port, with keys and a database of its own. */
export async function startSandbox(): Promise<{ facts: SandboxFacts; stop(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'examples-sandbox-'));
  const { url, clientId, pass, stop } = await startSandboxIn({ folder });
  const key = (name: string): string => readFileSync(join(folder, `${name}-key.pem`), 'utf8');
  const keys = {
    merchantPrivateKey: key('merchant-private'),
    merchantPublicKey: key('merchant-public'),
    gatewayPrivateKey: key('gateway-private'),
    gatewayPublicKey: key('gateway-public'),
  };
  return {
    facts: { url, clientId, pass, keys },
    stop: async () => {
      await stop();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Where a program runs, and variables beside those of this process. */
interface Surroundings {
  cwd?: string;
  variables?: Record<string, string | undefined>;
}

/** Starts a program that goes on until it is stopped, at most five minutes. */
export function startServer(command: string, args: string[], { cwd, variables }: Surroundings = {}): Child {
  const environment = { NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1', ...variables };
  return startChild(command, args, { limit: 300_000, variables: environment, ...(cwd && { cwd }) });
}

/** Runs a program to its end, at most five minutes. */
export const run = (command: string, args: string[], surroundings: Surroundings = {}): Promise<Ended> =>
  startServer(command, args, surroundings).ended;

/**
 * What a stopped Worker has stored.
 *
 * @param folder - with its wrangler.jsonc
 * @param persistTo - as it was started with
 * @param read - gets its bindings
 */
export async function readStored<Bindings, Result>(
  folder: string,
  persistTo: string,
  read: (bindings: Bindings) => Promise<Result>,
): Promise<Result> {
  const configPath = join(folder, 'wrangler.jsonc');
  const options = { configPath, persist: { path: join(persistTo, 'v3') }, envFiles: [] };
  const { env, dispose } = await getPlatformProxy(options);
  try {
    return await read(env as Bindings);
  } finally {
    await dispose();
  }
}
