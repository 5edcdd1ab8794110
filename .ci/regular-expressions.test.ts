/** Shows that the check of regular expressions fails where one takes more than linear time, and passes where none does. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { slowExpressions } from './regular-expressions.ts';

const folders: string[] = [];
after(() => folders.forEach((folder) => void rmSync(folder, { recursive: true })));

/** What is wrong in a tree of these files. */
function wrongIn(files: Record<string, string>): string[] {
  const tree = mkdtempSync(join(tmpdir(), 'regular-expressions-'));
  folders.push(tree);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, name)), { recursive: true });
    writeFileSync(join(tree, name), text);
  }
  return slowExpressions(tree);
}

const quadratic = '2nd degree polynomial';

for (const [what, code, complexity] of [
  ['blanks around a separator, as once in Content-Type', String.raw`text.split(/\s*;\s*/)`, quadratic],
  ['a repetition of a repetition', '/(a+)+$/.test(text)', 'exponential'],
  ['a repetition of alternatives that are alike', '/^(a|a)*$/.test(text)', 'exponential'],
  ['alternatives of which one begins another', '/^(?:ab|a|b)*$/.test(text)', 'exponential'],
  ['two repetitions in a row', '/^(?:ab)*(?:ab)*$/.test(text)', quadratic],
  ['three repetitions in a row', '/^a*a*a*$/.test(text)', '3rd degree polynomial'],
  ['a run without an anchor', String.raw`text.replace(/\s+$/, '')`, quadratic],
  ['text around a word', '/^key is (.*); expected (.*)$/.exec(text)', quadratic],
  ['a text for match', "text.match('a*b')", quadratic],
  ['a text for RegExp', "new RegExp('a*b', 'gu')", quadratic],
  ['a text for RegExp, called', "RegExp('a*b')", quadratic],
]) {
  test(`slowExpressions reports ${what}`, () => {
    const [line = '', ...more] = wrongIn({ 'packages/a/src/a.ts': `export const a = (text: string) =>\n  ${code};\n` });
    assert.deepEqual(more, []);
    assert.ok(line.startsWith('packages/a/src/a.ts:2: /'), line);
    assert.ok(
      line.includes(`/ takes ${complexity} time on '`) || line.includes(`/gu takes ${complexity} time on '`),
      line,
    );
  });
}

for (const [what, code] of [
  ['a look-ahead that scans on', String.raw`/\d(?=\D*$)/.test(text)`],
  ['a back-reference', String.raw`/^(a+)-\1$/.test(text)`],
]) {
  test(`slowExpressions reports ${what}, of which nothing is known`, () => {
    const [line = ''] = wrongIn({ 'apps/a/b.ts': `export const b = (text: string) => ${code};` });
    assert.match(
      line,
      /^apps\/a\/b\.ts:1: .* is not known to take linear time \(.*\); expected one without look-around/,
    );
  });
}

test('slowExpressions reports an expression that is built when the program runs', () => {
  for (const code of [
    `new RegExp(name)`,
    'RegExp(`$' + '{name}=(.*)`)',
    `new RegExp('a' + name)`,
    `RegExp('a', name)`,
  ]) {
    assert.deepEqual(wrongIn({ 'apps/a/b.ts': `export const b = (name: string) => ${code};` }), [
      'apps/a/b.ts:1: builds a regular expression when it runs; expected a literal',
    ]);
  }
});

test('slowExpressions reads every kind of file, and each expression in it', () => {
  const slow = 'export const a = /(a+)+$/;\nexport const b = [/b/, { c: /(c+)+$/d }];\n';
  const types = ['ts', 'mts', 'js', 'mjs'];
  const files = Object.fromEntries(types.map((type) => [`packages/a/page/src/deep/a.${type}`, slow]));
  const element = 'export const A = () => <p title={/(a+)+$/.source}>/(b+)+$/</p>;';
  const lines = wrongIn({ ...files, 'apps/b/src/b.tsx': element, 'apps/b/b.jsx': element });
  const places = lines.map((line) => line.replace(/ takes .*/, ''));
  assert.deepEqual(places, [
    'apps/b/b.jsx:1: /(a+)+$/',
    'apps/b/src/b.tsx:1: /(a+)+$/',
    ...types
      .sort()
      .flatMap((type) => [
        `packages/a/page/src/deep/a.${type}:1: /(a+)+$/`,
        `packages/a/page/src/deep/a.${type}:2: /(c+)+$/d`,
      ]),
  ]);
});

test('slowExpressions reports nothing for linear expressions, nor for tests and what was built', () => {
  const linear = [
    String.raw`/^[\w.-]+$/`,
    String.raw`/^[\x21-\x7e]{1,255}$/`,
    String.raw`/[\t\n\r ]+/g`,
    String.raw`/^application\/json *(?:; *charset="?utf-8"? *)?$/i`,
    String.raw`/-(BEGIN|END)([A-Z\d]+)-/`,
    String.raw`/[\s\p{C}]/gu`,
    String.raw`/(\d)(\D*)$/`,
    'new RegExp(/a/)',
    "'a'.match('^a')",
    '6 / 2 / 3',
  ];
  const slow = 'export const a = /(a+)+$/;';
  assert.deepEqual(
    wrongIn({
      'packages/a/src/a.ts': linear
        .map((code, at) => `export const a${at} = ${code};\n// (a+)+$ and /(a+)+$/\n`)
        .join(''),
      'packages/a/test/a.test.ts': slow,
      'packages/a/dist/a.js': slow,
      'packages/a/node_modules/b/b.js': slow,
      'spec/generate.ts': slow,
    }),
    [],
  );
});
