/**
 * `wycheproof.ts DIR`: takes every file of test vectors in a folder that is in Wycheproof's format and about what this
 * project has, and runs it in every runtime. Prints the wrong results by file and runtime and fails when there is one.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { table } from '@alipayhk-pass/harness/report';
import { exitOnSignal } from '@alipayhk-pass/harness/signals';
import { bundle, type Result, runEverywhere } from './everywhere.ts';
import { printEnd } from './print.ts';
import { casesOf, registerCases, type VectorFile } from './wycheproof/file.ts';

// `pnpm test:vectors -- DIR` passes the dashes on.
const [folder] = parseArgs({ allowPositionals: true }).positionals;
if (folder === undefined || !existsSync(folder))
  fail(`expected a folder of test vectors, received ${folder ?? 'none'}`);

const files: VectorFile[] = [];
const notes: string[] = [];
let others = 0;
for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
  if (!path.endsWith('.json')) continue;
  const file = readFile(folder, path);
  const cases = casesOf(file);
  if (cases === undefined) others += 1;
  else if (typeof cases === 'string') notes.push(`${path} is not run: ${cases}`);
  else files.push(file);
}
if (others > 0) notes.push(`${others} files are about something else and are not run`);
if (files.length === 0) fail(`expected files on RSA, P-224 or AES-CBC in ${folder}, received none`);

exitOnSignal('vectors');
const bundleAs = (suite: string) =>
  bundle(['node', 'deno', 'bun', 'worker', 'page'], {
    outdir: join(import.meta.dirname, '../dist/wycheproof', suite),
    alias: { '#suite': join(import.meta.dirname, 'wycheproof', `${suite}.ts`) },
    define: { FILES: JSON.stringify(files) },
  });
const bundled = await bundleAs('suite');
const withNodeCrypto = await bundleAs('suite-with-node-crypto');
const results = await runEverywhere((test) => registerCases(files, test), {
  native: bundled,
  bundled,
  withNodeCrypto,
});

console.log(
  table([
    ['wrong results', 'cases', ...results.map(({ runtime }) => runtime)],
    ...files.map((file) => [
      file.path,
      `${casesOf(file)?.length}`,
      ...results.map((result) => wrongResults(result, file.path)),
    ]),
  ]),
);
for (const note of notes) console.log(note);
printEnd('vectors', results);

function readFile(folder: string, path: string): VectorFile {
  const pem = join(folder, path.replace(/json$/, 'pem'));
  const text = readFileSync(join(folder, path), 'utf8');
  try {
    return { path, json: JSON.parse(text), pem: existsSync(pem) ? readFileSync(pem, 'utf8') : undefined };
  } catch {
    return fail(`${path}: expected JSON`);
  }
}

function wrongResults({ version, leftOut, outcomes }: Result, path: string): string {
  if (outcomes.length === 0) return leftOut ? 'left out' : version;
  return `${outcomes.filter(({ name, error }) => error && name.startsWith(`${path}: `)).length}`;
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
