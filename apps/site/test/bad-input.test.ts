/** What must not pass `check`: each mistake in a copy of the sources, and the line that names it. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runChild } from '@alipayhk-pass/harness/child';
import { describe, expect, onTestFinished, test } from 'vitest';
import { outputOf } from '../src/examples.ts';
import { brokenLinks } from '../src/links.ts';

const root = join(import.meta.dirname, '../../..');
const copied = [
  ...['api', 'message-security', 'node-crypto', 'sandbox'].flatMap((name) => [
    `packages/${name}/src`,
    `packages/${name}/package.json`,
  ]),
  ...['src', 'examples', 'package.json', 'tsconfig.reference.json', '.vitepress'].map((name) => `apps/site/${name}`),
  ...['docs', 'spec/ASSUMPTIONS.md', 'SECURITY.md', 'apps/outbox/README.md', 'tsconfig.base.json'],
  ...[
    'packages/cli/README.md',
    'packages/cli/recording',
    'packages/sandbox/README.md',
    'packages/sandbox/page/screenshots',
  ],
];
const linked = ['apps/site', 'packages/api', 'packages/message-security', 'packages/node-crypto', 'packages/sandbox'];

/** A copy of what the site is built from, with one file changed, and its build. */
async function buildWith(
  file: string,
  change: (text: string) => string,
): Promise<{ code: number | null; stderr: string }> {
  const tree = mkdtempSync(join(tmpdir(), 'site-'));
  onTestFinished(() => rmSync(tree, { recursive: true }));
  for (const path of copied) cpSync(join(root, path), join(tree, path), { recursive: true });
  for (const path of ['.', ...linked]) symlinkSync(join(root, path, 'node_modules'), join(tree, path, 'node_modules'));
  const before = readFileSync(join(tree, file), 'utf8');
  const after = change(before);
  expect(after).not.toBe(before);
  writeFileSync(join(tree, file), after);
  const { code, stderr } = await runChild(process.execPath, [join(tree, 'apps/site/src/build.ts')], {
    limit: 110_000,
    variables: { NO_COLOR: '1' },
  });
  return { code, stderr };
}

const client = 'packages/api/src/client.ts';
const time = 'packages/message-security/src/message/time.ts';
const ours = 'https://github.com/alipayhk-pass/alipayhk-pass/blob/main';

describe('the build of the site', () => {
  test.each([
    [
      'a function without documentation',
      client,
      (text: string) => text.replace(/\/\*\*\n \* Names of the top-level.*?\*\/\n/s, ''),
      /@alipayhk-pass\/api\.unknownFields \(CallSignature\).* does not have any documentation/,
    ],
    [
      'a function without an example',
      time,
      (text: string) => text.replace(/ \* @example\n \* ```ts\n.*?\* ```\n/s, ''),
      '@alipayhk-pass/message-security: formatTime has no @example',
    ],
    [
      'an example that does not compile',
      time,
      (text: string) => text.replace('console.log(formatTime(1_716_331_341_000))', "console.log(formatTime('now'))"),
      /^@alipayhk-pass\/message-security: the example of formatTime, line 3: Argument of type 'string' is not assignable/m,
    ],
    [
      'an example that prints something else',
      time,
      (text: string) => text.replace('// 2024-05-22T06:42:21+08:00', '// 2024-05-22'),
      'the example of formatTime printed 2024-05-22T06:42:21+08:00; its comment says 2024-05-22',
    ],
    [
      'a link in a comment to a symbol that is not there',
      client,
      (text: string) => text.replace('Makes a client for', 'With {@link noSuchSymbol} makes a client for'),
      /"noSuchSymbol" in comment for @alipayhk-pass\/api\.createClient/,
    ],
    [
      'a link in a comment to a file that is not there',
      client,
      (text: string) => text.replace('Makes a client for', `As [here](${ours}/docs/none.md) makes a client for`),
      'no such file: docs/none.md',
    ],
    [
      'a broken link in a guide',
      'docs/keys.md',
      (text: string) => `${text}\n[x](none.md)\n`,
      'docs/keys.md: no such file: docs/none.md',
    ],
    [
      'a broken link in a Chinese page',
      'docs/zh-Hant/first-update.md',
      (text: string) => `${text}\n[x](../none.md)\n`,
      'docs/zh-Hant/first-update.md: no such file: docs/none.md',
    ],
  ] as const)('ends with status 1 and names %s', async (_, file, change, line) => {
    const { code, stderr } = await buildWith(file, change);
    expect(stderr).toMatch(line);
    expect(code).toBe(1);
  });
});

describe('brokenLinks', () => {
  const siteOf = (files: Record<string, string>): string => {
    const folder = mkdtempSync(join(tmpdir(), 'site-links-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    return folder;
  };

  test.each([
    ['a missing page', '<a href="/none">', ['a.html: no such page: /none']],
    ['a missing heading', '<a href="/b/#none">', ['a.html: no such heading: /b/#none']],
    ['a missing heading of its own', '<a href="#none">', ['a.html: no such heading: /a.html#none']],
    ['a missing picture', '<img src="/none.svg">', ['a.html: no such page: /none.svg']],
    [
      'nothing for links that hold',
      '<i id="x"><a href="#x"><a href="/b/#y"><a href="./b/"><a href="https://x.example">',
      [],
    ],
  ])('reports %s', (_, html, expected) => {
    expect(brokenLinks(siteOf({ 'a.html': html, 'b/index.html': '<h2 id="y">' }))).toEqual(expected);
  });
});

test('outputOf takes what stands beside or below a console.log, and no other comment', () => {
  const code = 'const a = 1; // one\nconsole.log(a); // 1\nconsole.log(a, a);\n// 1\n// 2\n\n// x\n';
  expect(outputOf(code)).toBe('1\n1\n2');
});
