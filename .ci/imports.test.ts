/** Shows that the checks of imports fail when they are violated: circles (biome) and insides of packages (imports.ts). */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { importsOfInsides } from './imports.ts';

const root = join(import.meta.dirname, '..');
const folders: string[] = [];
after(() => folders.forEach((folder) => void rmSync(folder, { recursive: true })));

function treeOf(files: Record<string, string>): string {
  const tree = mkdtempSync(join(tmpdir(), 'imports-'));
  folders.push(tree);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, name)), { recursive: true });
    writeFileSync(join(tree, name), text);
  }
  return tree;
}

const packages = { 'package.json': '{}', 'packages/a/package.json': '{}', 'packages/b/package.json': '{}' };

for (const [kind, statement] of [
  ['an import', "import { b } from '../../b/src/b.ts';"],
  ['an import of a type', "import type { B } from '../../b/src/b.ts';"],
  ['an import over several lines', "import {\n  b,\n  c,\n} from '../../b/src/b.ts';"],
  ['a re-export', "export * from '../../b/src/b.ts';"],
  ['a bare import', "import '../../b/src/b.ts';"],
  ['a dynamic import', "const b = await import('../../b/src/b.ts');"],
  ['a type of a dynamic import', "type B = import('../../b/src/b.ts').B;"],
]) {
  test(`importsOfInsides reports ${kind} from the src of another package`, () => {
    const tree = treeOf({ ...packages, 'packages/a/src/a.ts': statement ?? '', 'packages/b/src/b.ts': '' });
    assert.deepEqual(importsOfInsides(tree), [
      'packages/a/src/a.ts: imports ../../b/src/b.ts, which belongs to packages/b',
    ]);
  });
}

test('importsOfInsides reports a path from an app into a package, and a path below src by the name of the package', () => {
  const tree = treeOf({
    ...packages,
    'apps/c/package.json': '{}',
    'apps/c/test/c.test.ts': "import '../../../packages/a/src/a.ts';\nimport '@alipayhk-pass/a/src/a.ts';",
  });
  assert.deepEqual(importsOfInsides(tree), [
    'apps/c/test/c.test.ts: imports ../../../packages/a/src/a.ts, which belongs to packages/a',
    'apps/c/test/c.test.ts: imports @alipayhk-pass/a/src/a.ts, which its package does not export',
  ]);
});

test('importsOfInsides reports nothing for imports inside a package, by name, and of vectors', () => {
  const tree = treeOf({
    ...packages,
    'packages/a/test/a.test.ts':
      "import '../src/a.ts';\nimport '@alipayhk-pass/b';\nimport '../../../spec/vectors/keys.json';",
  });
  assert.deepEqual(importsOfInsides(tree), []);
});

const exportA = 'export const a = 1;\n';
for (const [kind, a, b] of [
  [
    'values',
    `import { b } from './b.ts';\nexport const a = () => b;`,
    `import { a } from './a.ts';\nexport const b = a;`,
  ],
  [
    'types',
    `import type { B } from './b.ts';\nexport type A = B[];`,
    `import type { A } from './a.ts';\nexport type B = A[];`,
  ],
  ['re-exports', `export { b } from './b.ts';\n${exportA}`, `export { a } from './a.ts';\nexport const b = 2;`],
  ['a dynamic import', `export const a = () => import('./b.ts');`, `import { a } from './a.ts';\nexport const b = a;`],
]) {
  test(`biome check fails for a circle of ${kind}`, async () => {
    const { code, output } = await biomeCheck({ 'packages/a/src/a.ts': a ?? '', 'packages/a/src/b.ts': b ?? '' });
    assert.notEqual(code, 0);
    assert.match(output, /lint\/suspicious\/noImportCycles/);
  });
}

test('biome check passes without a circle', async () => {
  const b = "import { a } from './a.ts';\n\nexport const b = a;\n";
  const { code, output } = await biomeCheck({ 'packages/a/src/a.ts': exportA, 'packages/a/src/b.ts': b });
  assert.equal(code, 0, output);
});

async function biomeCheck(files: Record<string, string>): Promise<{ code: number; output: string }> {
  const tree = treeOf(files);
  cpSync(join(root, 'biome.json'), join(tree, 'biome.json'));
  const { promise, resolve } = Promise.withResolvers<{ code: number; output: string }>();
  const args = ['check', '--vcs-enabled=false', '--colors=off'];
  execFile(join(root, 'node_modules/.bin/biome'), args, { cwd: tree }, (error, stdout, stderr) =>
    resolve({ code: Number(error?.code ?? 0), output: stdout + stderr }),
  );
  return promise;
}
