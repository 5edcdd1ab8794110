/** Runs a suite in every runtime, one after the other. */
import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import type { Outcome } from './report.ts';
import { type Runtime, runtimes, type Scripts } from './runtimes.ts';
import type { Test } from './test.ts';

/** How a runtime did. */
export interface Result {
  runtime: string;
  /** Its version, or why it was left out or did not run. */
  version: string;
  leftOut: boolean;
  outcomes: Outcome[];
  /** Tests that failed, and what failed besides them. */
  failures: Outcome[];
}

/** A runner's source. */
export const source = (runner: string): string => join(import.meta.dirname, 'runners', `${runner}.ts`);

/** Bundles runners, each with all that it imports; returns where each bundle is. */
export async function bundle(runners: string[], options: BuildOptions & { outdir: string }) {
  await build({
    entryPoints: runners.map(source),
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    external: ['node:*', 'bun:test'],
    ...options,
  });
  return (runner: string): string => join(options.outdir, `${runner}.js`);
}

export async function runEverywhere(suite: (test: Test) => void, scripts: Scripts): Promise<Result[]> {
  let held = 0;
  suite(() => held++);
  const results: Result[] = [];
  for (const runtime of runtimes) results.push(await resultOf(runtime, scripts, held));
  return results;
}

async function resultOf({ name: runtime, absent, run }: Runtime, scripts: Scripts, held: number): Promise<Result> {
  if (absent) return { runtime, version: `left out: ${absent}`, leftOut: true, outcomes: [], failures: [] };
  try {
    const { version, outcomes } = await run(scripts);
    const failures = outcomes.filter(({ error }) => error);
    if (outcomes.length !== held) {
      failures.push({ name: 'number of tests', error: `expected ${held}, received ${outcomes.length}` });
    }
    return { runtime, version, leftOut: false, outcomes, failures };
  } catch (error) {
    const failures = [{ name: 'the run as a whole', error: String(error) }];
    return { runtime, version: 'did not run', leftOut: false, outcomes: [], failures };
  }
}
