/** Shows that the check of JSR names what differs from package.json, an undocumented symbol, and a type to be inferred. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { denoProblems, jsrOf, jsrProblems } from './jsr.ts';

const folders: string[] = [];
after(() => folders.forEach((folder) => void rmSync(folder, { recursive: true })));
const deno = join(import.meta.dirname, '../node_modules/.bin/deno');

function treeOf(files: Record<string, unknown>): string {
  const tree = mkdtempSync(join(tmpdir(), 'jsr-test-'));
  folders.push(tree);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, name)), { recursive: true });
    writeFileSync(join(tree, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return tree;
}

const core = {
  name: '@a/core',
  version: '1.2.3',
  license: 'MIT',
  exports: { '.': './dist/index.js', './internals-for-tests': './dist/internals-for-tests.js' },
};
const api = {
  name: '@a/api',
  version: '1.2.3',
  license: 'MIT',
  exports: { '.': './dist/index.js', './b': './dist/b.js', './package.json': './package.json' },
  dependencies: { '@a/core': 'workspace:^', c: '^1.0.0' },
  peerDependencies: { typescript: '>=5.7' },
};
const versions = { '@a/core': '1.2.3' };

test('jsrOf takes exports, imports and version from package.json, and leaves out what is for tests', () => {
  assert.deepEqual(jsrOf(api, versions), {
    name: '@a/api',
    version: '1.2.3',
    license: 'MIT',
    exports: { '.': './src/index.ts', './b': './src/b.ts' },
    imports: { '@a/core': 'jsr:@a/core@^1.2.3', c: 'npm:c@^1.0.0' },
    publish: { include: ['src', 'README.md'] },
  });
  const { exports, publish } = jsrOf(core, versions);
  assert.deepEqual(exports, { '.': './src/index.ts' });
  assert.deepEqual(publish.exclude, ['src/internals-for-tests.ts']);
});

test('jsrProblems names the field that differs, and nothing after an update', () => {
  const { exports: _, ...rest } = jsrOf(api, versions);
  const tree = treeOf({
    'packages/message-security/package.json': core,
    'packages/message-security/jsr.json': jsrOf(core, versions),
    'packages/api/package.json': api,
    'packages/api/jsr.json': { ...rest, version: '1.2.2', exports: { '.': './src/index.ts' } },
  });
  assert.deepEqual(jsrProblems(tree), [
    'packages/api/jsr.json: version is "1.2.2"; package.json says "1.2.3"',
    'packages/api/jsr.json: exports is {".":"./src/index.ts"}; package.json says {".":"./src/index.ts","./b":"./src/b.ts"}',
  ]);
  assert.deepEqual(jsrProblems(tree, true), []);
});

/** What Deno finds wrong with a package whose one file is this. */
function problemsOf(source: string): Promise<string> {
  const manifest = { name: '@a/core', version: '1.2.3', license: 'MIT', exports: { '.': './dist/index.js' } };
  const tree = treeOf({
    'core/src/index.ts': source,
    'core/package.json': manifest,
    'core/jsr.json': jsrOf(manifest, versions),
    'core/README.md': '# Core\n',
    'core/node_modules/none.txt': '',
  });
  return denoProblems([join(tree, 'core')], deno);
}

test('denoProblems reports nothing for a documented package with explicit types', async () => {
  assert.equal(await problemsOf('/** A number. */\nexport const a: number = 1;\n'), '');
});

test('denoProblems names a symbol without documentation', async () => {
  const found = await problemsOf('export const a: number = 1;\n');
  assert.match(found, /missing-jsdoc/);
  assert.match(found, /export const a: number/);
});

test('denoProblems names a type that has to be inferred', async () => {
  const found = await problemsOf('const f = () => 1;\n/** A number. */\nexport const a = f();\n');
  assert.match(found, /missing-explicit-type/);
  assert.match(found, /export const a = f\(\)/);
});

test('denoProblems names an import that JSR would not resolve', async () => {
  const found = await problemsOf("import { none } from 'none';\n/** Something. */\nexport const a: unknown = none;\n");
  assert.match(found, /none/);
});
