/** Fails when the committed code differs, in any byte, from the code that the contract generates. */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate, generatedDir, specFile } from './generate.ts';

const dir = await mkdtemp(join(tmpdir(), 'alipayhk-pass-spec-'));
try {
  await generate(specFile, dir);
  const [expected, committed] = await Promise.all([contents(dir), contents(generatedDir)]);
  const names = new Set([...expected.keys(), ...committed.keys()]);
  const differing = [...names].filter((name) => expected.get(name) !== committed.get(name)).sort();
  if (differing.length > 0) {
    console.error(`${differing.join(', ')}: out of date with openapi.yaml; run pnpm generate`);
    process.exitCode = 1;
  }
} finally {
  await rm(dir, { recursive: true, force: true });
}

/** The text of each file in a folder, by name; empty for a folder that does not exist. */
async function contents(folder: string): Promise<Map<string, string>> {
  const names = existsSync(folder) ? await readdir(folder) : [];
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const)),
  );
}
