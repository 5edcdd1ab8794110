/** Shows that the check of manifests names each field that a published package lacks. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { manifestProblems } from './manifests.ts';

const folders: string[] = [];
after(() => folders.forEach((folder) => void rmSync(folder, { recursive: true })));

const address = 'git+https://github.com/a/b.git';
const complete = {
  name: '@a/a',
  version: '1.0.0',
  description: 'A.',
  keywords: ['a'],
  license: 'MIT',
  homepage: 'https://github.com/a/b/tree/main/packages/a#readme',
  bugs: { url: 'https://github.com/a/b/issues' },
  repository: { type: 'git', url: address, directory: 'packages/a' },
  type: 'module',
  sideEffects: false,
  engines: { node: '>=20.18' },
  files: ['dist', 'CHANGELOG.md'],
  exports: { '.': { types: './dist/a.d.ts', default: './dist/a.js' }, './package.json': './package.json' },
  publishConfig: { access: 'public', provenance: true },
  peerDependencies: { typescript: '>=5.7' },
  peerDependenciesMeta: { typescript: { optional: true } },
};

/** What is wrong with a package whose manifest is the complete one with these changes. */
function problemsWith(changes: Record<string, unknown>): string[] {
  const tree = mkdtempSync(join(tmpdir(), 'manifests-'));
  folders.push(tree);
  const files = {
    'package.json': { private: true, repository: { url: address } },
    'packages/a/package.json': { ...complete, ...changes },
    'apps/b/package.json': { private: true },
  };
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, name)), { recursive: true });
    writeFileSync(join(tree, name), JSON.stringify(content));
  }
  return manifestProblems(tree);
}

test('manifestProblems reports nothing for a complete manifest, nor for a private one', () => {
  assert.deepEqual(problemsWith({}), []);
});

for (const field of Object.keys(complete)) {
  test(`manifestProblems names ${field} when it is missing`, () => {
    const lines = problemsWith({ [field]: undefined });
    assert.ok(lines.length > 0);
    for (const line of lines) assert.match(line, new RegExp(`^packages/a: lacks ${field}`));
  });
}

for (const [what, changes, expected] of [
  [
    'a directory of another package',
    { repository: { type: 'git', url: address, directory: 'packages/b' } },
    'repository.directory is "packages/b"; expected "packages/a"',
  ],
  [
    'another repository',
    { repository: { type: 'git', url: 'git+https://github.com/c/d.git', directory: 'packages/a' } },
    'repository.url is "git+https://github.com/c/d.git"; expected "git+https://github.com/a/b.git"',
  ],
  ['no provenance', { publishConfig: { access: 'public' } }, 'lacks publishConfig.provenance; expected true'],
  ['side effects', { sideEffects: true }, 'sideEffects is true; expected false'],
  ['no changelog', { files: ['dist'] }, 'lacks CHANGELOG.md in files'],
  ['no keyword', { keywords: [] }, 'lacks keywords'],
  ['no ./package.json', { exports: { '.': complete.exports['.'] } }, 'lacks exports["./package.json"]'],
  [
    'an entry without types',
    { exports: { ...complete.exports, './b': './dist/b.js' } },
    'lacks types first in exports["./b"]',
  ],
  [
    'an entry whose types come last',
    { exports: { ...complete.exports, './b': { default: './b.js', types: './b.d.ts' } } },
    'lacks types first in exports["./b"]',
  ],
] as const) {
  test(`manifestProblems reports ${what}`, () => {
    assert.deepEqual(problemsWith(changes), [`packages/a: ${expected}`]);
  });
}
