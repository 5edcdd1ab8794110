/** An example as a user has it: copied to an empty folder, with the published packages in `node_modules`. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject, onTestFinished } from 'vitest';
import { app, link, published, unpackAll } from './packed.ts';

/** Names of the examples, which are their folders. */
export const examples = ['node', 'bun', 'deno', 'first-worker', 'worker', 'hono'] as const;
export type Example = (typeof examples)[number];

interface Manifest {
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
}

/**
 * Copies an example and installs what it depends on, without a registry.
 *
 * @returns the folder; whoever asked for it removes it
 */
export async function copyExample(example: Example): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), `examples-${example}-`));
  cpSync(join(app, example), folder, { recursive: true });
  await unpackAll(inject('archives'), folder);
  if (example === 'deno') return folder; // has no other dependency
  const { dependencies, devDependencies } = manifestOf(example);
  // Compilers and wrangler are those of the tests.
  const types = Object.keys(devDependencies).filter((name) => name.includes('types'));
  for (const name of [...Object.keys(dependencies), ...types]) if (!(name in published)) link(name, app, folder);
  return folder;
}

/** As `copyExample`, for one test: the folder is removed after it. */
export async function exampleForTest(example: Example): Promise<string> {
  const folder = await copyExample(example);
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** The example's `package.json`. */
export function manifestOf(example: Exclude<Example, 'deno'>): Manifest {
  return JSON.parse(readFileSync(join(app, example, 'package.json'), 'utf8'));
}

/**
 * The variables that a file of examples names, with the values of the tests.
 *
 * @param values - for every variable of the file, and no other
 */
export function fillIn(folder: string, file: string, values: Record<string, string>): Record<string, string> {
  const names = Array.from(readFileSync(join(folder, file), 'utf8').matchAll(/^(\w+)=/gm), ([, name = '']) => name);
  const missing = names.filter((name) => !(name in values));
  const unused = Object.keys(values).filter((name) => !names.includes(name));
  if (missing.length + unused.length > 0) {
    throw new Error(
      `${file}: has ${missing.join(', ') || 'nothing'} more and ${unused.join(', ') || 'nothing'} less than the test`,
    );
  }
  return values;
}

/** Fills in `.env.example` and writes it as `.env`, keys in one line as people have them there. */
export function writeEnv(folder: string, values: Record<string, string>): void {
  const filled = Object.entries(fillIn(folder, '.env.example', values));
  const lines = filled.map(([name, value]) => `${name}="${value.replaceAll('\n', '\\n')}"\n`);
  writeFileSync(join(folder, '.env'), lines.join(''));
}
