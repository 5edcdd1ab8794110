/**
 * The types as users have them: the published packages in an empty folder, compilers from TypeScript 5.7 on, no DOM, and
 * every declaration file checked. What is checked is each example, and a file that takes everything from every entry.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from './harness.ts';
import { app, entriesOf, installed, link } from './packed.ts';
import { copyExample, type Example, exampleForTest } from './project.ts';

const compilers = { '5.7': 'typescript57', '5.9': 'typescript59', '7.0': 'typescript' } as const;

describe.each([
  { example: 'node', types: '@types/node' },
  { example: 'node', types: 'types-node20' }, // has fewer global types
  { example: 'bun', types: '@types/bun' },
  { example: 'first-worker', types: '@cloudflare/workers-types' },
  { example: 'worker', types: '@cloudflare/workers-types' },
  { example: 'hono', types: '@cloudflare/workers-types' },
] as const)('the example $example with $types', ({ example, types }) => {
  let folder: string;
  beforeAll(async () => {
    folder = await copyExample(example);
    takeEverything(folder, example);
    if (types === 'types-node20') link(types, app, folder, '@types/node');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.concurrent.each(Object.entries(compilers))('type-checks with TypeScript %s', async (version, compiler) => {
    const tsc = join(app, 'node_modules', compiler, 'bin/tsc');
    expect((await run(process.execPath, [tsc, '--version'])).stdout).toContain(`Version ${version}.`);
    const { code, stdout } = await run(process.execPath, [tsc], { cwd: folder });
    expect(stdout).toBe('');
    expect(code).toBe(0);
  });

  test('is checked strictly, with its declaration files, and without the DOM', async () => {
    const tsc = join(app, 'node_modules/typescript/bin/tsc');
    const { stdout } = await run(process.execPath, [tsc, '--showConfig'], { cwd: folder });
    const { compilerOptions } = JSON.parse(stdout);
    expect(compilerOptions).toMatchObject({ strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false });
    expect(compilerOptions.lib).toEqual(['es2022']);
  });
});

describe('the example deno', () => {
  const check = (folder: string, ...flags: string[]) => {
    const args = ['check', ...flags, '--no-lock', '--node-modules-dir=manual', '.'];
    return run(join(app, 'node_modules/.bin/deno'), args, { cwd: folder });
  };

  test('type-checks with deno check', async () => {
    const folder = await exampleForTest('deno');
    takeEverything(folder, 'deno');
    const { code, stderr } = await check(folder);
    expect(code, stderr).toBe(0);
  });

  test('type-checks with its declaration files', async () => {
    const folder = await exampleForTest('deno');
    takeEverything(folder, 'deno');
    // Deno's own types for Node do not pass this option.
    const path = join(folder, 'deno.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"exactOptionalPropertyTypes": true', ''));
    const { code, stderr } = await check(folder, '--all');
    expect(code, stderr).toBe(0);
  });
});

test('a mistake in a call is an error of the compiler', async () => {
  const folder = await exampleForTest('node');
  const path = join(folder, 'update.ts');
  writeFileSync(path, readFileSync(path, 'utf8').replace("status: 'UPDATE'", "status: 'UPDATED'"));
  const { code, stdout } = await run(process.execPath, [join(app, 'node_modules/typescript/bin/tsc')], { cwd: folder });
  expect(stdout).toContain(`'"UPDATED"' is not assignable`);
  expect(code).not.toBe(0);
});

/** Adds a file that exports all that the published packages export, so that each of their declaration files is read. */
function takeEverything(folder: string, example: Example): void {
  const entries = installed.flatMap((name) => entriesOf(join(folder, 'node_modules', name)));
  for (const peer of ['@noble/curves', '@noble/hashes']) link(peer, app, folder);
  const source = entries.map((entry, index) => `export * as entry${index} from '${entry}';\n`).join('');
  const inSrc = example.endsWith('worker') || example === 'hono';
  writeFileSync(join(folder, inSrc ? 'src' : '', 'everything.ts'), source);
}
