/** Shows that the check of links fails on a broken one, and on nothing else. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { brokenLinks } from './links.ts';

const folders: string[] = [];
after(() => folders.forEach((folder) => void rmSync(folder, { recursive: true })));

/** A tree with a page, a picture, and one more document. */
function treeWith(file: string, text: string): string {
  const tree = mkdtempSync(join(tmpdir(), 'links-'));
  folders.push(tree);
  const page =
    '# The page\n\n## What `code` does, and why\n\n## Twice\n\n## Twice\n\n<a id="a7"></a>\n\n```md\n## Not one\n```\n';
  for (const [name, content] of [
    ['docs/page.md', page],
    ['docs/picture.svg', ''],
    [file, text],
  ] as const) {
    mkdirSync(dirname(join(tree, name)), { recursive: true });
    writeFileSync(join(tree, name), content);
  }
  return tree;
}

const ours = 'https://github.com/alipayhk-pass/alipayhk-pass/blob/main';

for (const [kind, file, text, expected] of [
  ['a missing file', 'README.md', '[x](docs/none.md)', 'README.md: no such file: docs/none.md'],
  ['a missing file beside it', 'docs/a.md', '[x](none.md)', 'docs/a.md: no such file: docs/none.md'],
  ['a missing picture', 'README.md', '![x](docs/none.svg)', 'README.md: no such file: docs/none.svg'],
  ['a missing picture in HTML', 'README.md', '<img src="docs/none.svg">', 'README.md: no such file: docs/none.svg'],
  ['a definition of a missing file', 'README.md', '[x]\n\n[x]: none.md', 'README.md: no such file: none.md'],
  ['a file outside the tree', 'README.md', '[x](../..)', /^README\.md: no such file: \.\.\//],
  ['a missing heading', 'README.md', '[x](docs/page.md#none)', 'README.md: no such heading: docs/page.md#none'],
  ['a missing heading of its own', 'docs/a.md', '[x](#none)', 'docs/a.md: no such heading: docs/a.md#none'],
  ['a heading in code', 'README.md', '[x](docs/page.md#not-one)', 'README.md: no such heading: docs/page.md#not-one'],
  ['a third of two headings', 'docs/a.md', '[x](page.md#twice-2)', 'docs/a.md: no such heading: docs/page.md#twice-2'],
  ['an address of ours', 'README.md', `<${ours}/none.md>, [x](${ours}/none.md)`, 'README.md: no such file: none.md'],
  [
    'an address in a comment',
    'src/a.ts',
    `/** @see {@link ${ours}/docs/page.md#a8 A8} */`,
    'src/a.ts: no such heading: docs/page.md#a8',
  ],
] as const) {
  test(`brokenLinks reports ${kind}`, () => {
    const lines = brokenLinks(treeWith(file, text));
    assert.equal(lines.length, 1, lines.join('\n'));
    if (typeof expected === 'string') assert.equal(lines[0], expected);
    else assert.match(lines[0] ?? '', expected);
  });
}

for (const [kind, file, text] of [
  ['files, folders and pictures', 'README.md', '[x](docs), [y](./docs/page.md) ![z](docs/picture.svg "title")'],
  [
    'headings with code, of two the second, and anchors',
    'docs/a.md',
    '[x](page.md#what-code-does-and-why) [y](page.md#twice-1) [z](page.md#a7)',
  ],
  ['a heading of its own', 'docs/a.md', '# One: two\n\n[x](#one-two)'],
  ['other sites', 'README.md', '[x](https://example.com/none.md#x) [y](mailto:a@example.com)'],
  ['links that are code', 'README.md', '`[x](none.md)`\n\n```md\n[x](none.md)\n```\n'],
  ['addresses of ours', 'src/a.ts', `// ${ours}/docs/page.md#a7, ${ours.replace('blob', 'tree')}/docs`],
] as const) {
  test(`brokenLinks reports nothing for ${kind}`, () => {
    assert.deepEqual(brokenLinks(treeWith(file, text)), []);
  });
}

test('the command names the link and ends with status 1', async () => {
  const tree = treeWith('README.md', '[x](none.md)');
  mkdirSync(join(tree, '.ci'));
  for (const file of ['links.ts', 'report.ts']) cpSync(join(import.meta.dirname, file), join(tree, '.ci', file));
  const run = promisify(execFile)(process.execPath, [join(tree, '.ci/links.ts')]);
  await assert.rejects(run, { code: 1, stderr: 'README.md: no such file: none.md\n' });
});
