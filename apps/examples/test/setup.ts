/** Once for all files: packs what is published, and starts the sandbox. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { type SandboxFacts, startSandbox } from './harness.ts';
import { packAll } from './packed.ts';

declare module 'vitest' {
  interface ProvidedContext {
    sandbox: SandboxFacts;
    /** Folder of the packed packages. */
    archives: string;
  }
}

export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const archives = mkdtempSync(join(tmpdir(), 'examples-archives-'));
  await packAll(archives);
  provide('archives', archives);
  const { facts, stop } = await startSandbox();
  provide('sandbox', facts);
  return async () => {
    await stop();
    rmSync(archives, { recursive: true });
  };
}
