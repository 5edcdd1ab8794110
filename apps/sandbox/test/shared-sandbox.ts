/**
 * One sandbox for all test files that only need one that runs, started before them and stopped after them: a start takes
 * seconds. They use passes of their own, and faults for those passes only.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { type Sandbox, startSandbox } from '../starter/start.ts';

/** What can be handed from the process that started it to those that test. */
export type SharedSandbox = Omit<Sandbox, 'output' | 'stop'>;

declare module 'vitest' {
  interface ProvidedContext {
    sandbox: SharedSandbox;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'alipayhk-pass-shared-'));
  const { output, stop, ...sandbox } = await startSandbox({ folder });
  project.provide('sandbox', sandbox);
  return async () => {
    await stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
}
