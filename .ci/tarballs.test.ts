/** Shows that the check of tarballs names each file that is missing or not listed, and each link that leads nowhere. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { differences, tarballProblems } from './tarballs.ts';

const folders: string[] = [];
after(() => folders.forEach((folder) => void rmSync(folder, { recursive: true })));

const manifest = {
  name: '@a/a',
  exports: { '.': { types: './dist/a.d.ts', default: './dist/a.js' }, './package.json': './package.json' },
  dependencies: { b: '^1.0.0' },
};
const complete: Record<string, string | undefined> = {
  'package.json': JSON.stringify(manifest),
  LICENSE: 'MIT',
  'README.md': '# a\n\n[b](https://example.com/b.md), [c](#c), [src](src/a.ts)\n\n```md\n[d](d.md)\n```\n',
  'src/a.ts': '/** See docs/d.md. */\nexport const a = 1;\n',
  'dist/a.js': 'export const a = 1;\n//# sourceMappingURL=a.js.map\n',
  'dist/a.js.map': JSON.stringify({ sources: ['../src/a.ts'] }),
  'dist/a.d.ts':
    '/** {@link https://example.com/spec/B.md#b B} */\nexport declare const a = 1;\n//# sourceMappingURL=a.d.ts.map',
  'dist/a.d.ts.map': JSON.stringify({ sources: ['../src/a.ts'] }),
  'dist/index.js': "#!/usr/bin/env node\nimport { a } from './a.js';\nexport { a };\n",
};

/** What is wrong with a tarball that holds the complete one's files, with these changes. */
function problemsWith(changes: Record<string, string | undefined>): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'tarballs-test-'));
  folders.push(folder);
  for (const [name, text] of Object.entries({ ...complete, ...changes })) {
    if (text === undefined) continue;
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return tarballProblems(folder);
}

test('tarballProblems reports nothing for a complete tarball', () => {
  assert.deepEqual(problemsWith({}), []);
});

test('tarballProblems reports nothing for a map that holds its sources', () => {
  const map = JSON.stringify({ sources: ['../../other/src/a.ts'], sourcesContent: ['export const a = 1;'] });
  assert.deepEqual(problemsWith({ 'dist/a.js.map': map }), []);
});

for (const [what, changes, expected] of [
  ['a missing LICENSE', { LICENSE: undefined }, 'lacks LICENSE'],
  ['a missing README.md', { 'README.md': undefined }, 'lacks README.md'],
  ['a missing file of exports', { 'dist/a.d.ts': undefined }, 'lacks dist/a.d.ts'],
  [
    'a dependency on the workspace',
    { 'package.json': JSON.stringify({ ...manifest, dependencies: { b: 'workspace:^' } }) },
    'depends on b as workspace:^; expected a range of versions',
  ],
  ['a file without a source map', { 'dist/a.js': 'export const a = 1;\n' }, 'dist/a.js has no source map'],
  ['a missing source map', { 'dist/a.js.map': undefined }, 'dist/a.js names a source map that is not there: a.js.map'],
  [
    'a source map without its source',
    { 'dist/a.js.map': JSON.stringify({ sources: ['../src/b.ts'] }) },
    'dist/a.js.map leads to ../src/b.ts, which is neither in the tarball nor in the map',
  ],
  [
    'a link of a document',
    { 'README.md': '[b](../b/README.md)' },
    'README.md refers to ../b/README.md, which is not in the tarball; expected a full link',
  ],
  [
    'a picture of a document',
    { 'README.md': '<img src="b.svg">' },
    'README.md refers to b.svg, which is not in the tarball; expected a full link',
  ],
  [
    'a file that a hover text names',
    { 'dist/a.d.ts': '/** As docs/b.md says. */\nexport {};\n' },
    'dist/a.d.ts refers to docs/b.md, which is not in the tarball; expected a full link',
  ],
] as const) {
  test(`tarballProblems reports ${what}`, () => {
    assert.deepEqual(problemsWith(changes), [`@a/a: ${expected}`]);
  });
}

test('differences names what a tarball lacks and what it should not have', () => {
  const listed = ['@a/a LICENSE', '@a/a dist/a.js'];
  assert.deepEqual(differences(listed, listed), []);
  assert.deepEqual(differences(['@a/a LICENSE', '@a/a dist/b.js'], listed), [
    'missing in the tarball: @a/a dist/a.js',
    'not in .ci/tarballs.txt: @a/a dist/b.js',
  ]);
});
