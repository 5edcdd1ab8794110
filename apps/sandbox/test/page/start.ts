/** Starts the sandbox once for all tests of the page, as it is started for a person, in a folder that goes with it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { type Sandbox, startSandbox } from '../../starter/start.ts';
import { absence } from './chromium.ts';

declare module 'vitest' {
  interface ProvidedContext {
    sandbox: Omit<Sandbox, 'output' | 'stop'>;
  }
}

export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (absence !== undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'alipayhk-pass-page-'));
  const { output: _, stop, ...sandbox } = await startSandbox({ folder });
  project.provide('sandbox', sandbox);
  return async () => {
    await stop();
    rmSync(folder, { recursive: true, force: true });
  };
}
