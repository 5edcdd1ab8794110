/** The code in README.md and the guides: every block is an excerpt of an example, which the other tests here run. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { app } from './packed.ts';
import { examples } from './project.ts';

const root = join(app, '../..');
/** The sandbox's README has a test of its own, which runs its code. */
const exclude = ['packages/sandbox/README.md'];
const documents = globSync('{*.md,docs/**/*.md,{apps,packages}/*/*.md}', { cwd: root, exclude });
const files = globSync(`{${examples.join(',')}}/**/*.{ts,sql,json,jsonc}`, { cwd: app });
const sources = files.map((file) => readFileSync(join(app, file), 'utf8').split('\n'));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const scriptsOfExamples = examples.flatMap((example) => {
  const [file, field] = example === 'deno' ? ['deno.json', 'tasks'] : ['package.json', 'scripts'];
  return Object.values<string>(JSON.parse(readFileSync(join(app, example, file), 'utf8'))[field]);
});

/** A fenced block, with the line at which it starts. */
interface Block {
  language: string;
  line: number;
  lines: string[];
}

/** Without the indentation that all lines share. */
function dedent(lines: string[]): string {
  const indents = lines.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length);
  const common = Math.min(...indents);
  return lines.map((line) => line.slice(common)).join('\n');
}

/** Whether the lines are in the source, in this order. A line `// …` stands for lines that are left out. */
function isExcerpt(lines: string[], source: string[]): boolean {
  const parts: string[][] = [[]];
  for (const line of lines) {
    if (line.trim() === '// …') parts.push([]);
    else parts.at(-1)?.push(line);
  }
  let from = 0;
  return parts
    .filter((part) => part.length > 0)
    .every((part) => {
      const wanted = dedent(part);
      while (from + part.length <= source.length) {
        from += 1;
        if (dedent(source.slice(from - 1, from - 1 + part.length)) === wanted) return true;
      }
      return false;
    });
}

function blocksOf(document: string): Block[] {
  const blocks: Block[] = [];
  let open: Block | undefined;
  for (const [index, line] of readFileSync(join(root, document), 'utf8').split('\n').entries()) {
    const [, language] = /^\s*```(.*)$/.exec(line) ?? [];
    if (language === undefined) open?.lines.push(line);
    else if (open) open = undefined;
    else {
      open = { language, line: index + 1, lines: [] };
      blocks.push(open);
    }
  }
  return blocks;
}

const blocks = documents.flatMap((document) => blocksOf(document).map((block) => ({ document, ...block })));

describe('code in documents', () => {
  const code = blocks.filter(({ language }) => ['ts', 'tsx', 'js', 'mjs', 'jsonc', 'sql'].includes(language));

  test('README.md has some', () => {
    expect(code.some(({ document }) => document === 'README.md')).toBe(true);
  });

  test.each(code)('$document, line $line, is an excerpt of an example', ({ lines }) => {
    expect(
      sources.some((source) => isExcerpt(lines, source)),
      lines.join('\n'),
    ).toBe(true);
  });

  test('isExcerpt refuses lines that are changed, in another order, or of two files', () => {
    const source = ['a();', '  b();', '  c();', 'd();'];
    expect(isExcerpt(['b();', 'c();'], source)).toBe(true);
    expect(isExcerpt(['a();', '// …', 'd();'], source)).toBe(true);
    expect(isExcerpt(['d();', '// …', 'a();'], source)).toBe(false);
    expect(isExcerpt(['a();', 'c();'], source)).toBe(false);
    expect(isExcerpt(['b();', '  c();'], source)).toBe(false);
    expect(isExcerpt(['e();'], source)).toBe(false);
  });
});

describe('commands in documents', () => {
  const lines = blocks
    .filter(({ language }) => language === 'sh')
    .flatMap(({ document, line, lines: all }) =>
      all.map((text, index) => ({ document, line: line + 1 + index, text })),
    );
  const inline = documents.flatMap((document) =>
    Array.from(
      readFileSync(join(root, document), 'utf8').matchAll(/`(npx -y pnpm@[^`\n]+)`/g),
      ([, text = '']) => text,
    ),
  );
  const commands = [...lines.map(({ text }) => text), ...inline].filter((text) => text.includes('pnpm@'));

  test('name the pinned pnpm, and scripts that exist', () => {
    expect(commands.length).toBeGreaterThan(0);
    const known = [...Object.keys(manifest.scripts), 'install', 'exec', 'NAME'];
    for (const [, version, rest = ''] of commands.flatMap((text) =>
      Array.from(text.matchAll(/(pnpm@[\w.]+)((?: \S+)*)/g)),
    )) {
      expect(version).toBe(manifest.packageManager);
      const [script = ''] = rest
        .trim()
        .split(' ')
        .filter((word) => !word.startsWith('-'));
      if (!rest.includes('--filter')) expect(known, `${version}${rest}`).toContain(script);
    }
  });

  test('start an example as its own file says', () => {
    const starts = lines.filter(({ text }) => /^(?:node|bun|deno) .*update\.ts/.test(text));
    for (const { text } of starts) expect(scriptsOfExamples).toContain(text.replace(/ +#.*$/, ''));
  });
});

describe('tables in documents', () => {
  const rows = globSync('{*.md,docs/**/*.md,{apps,packages}/**/README.md}', {
    cwd: root,
    exclude: ['**/node_modules'],
  }).flatMap((document) => {
    const lines = readFileSync(join(root, document), 'utf8').split('\n');
    return lines.flatMap((head, index) =>
      /^ *\|[-: |]+\|$/.test(lines[index + 1] ?? '') ? [{ document, line: index + 1, head }] : [],
    );
  });

  test('are found', () => {
    expect(rows.length).toBeGreaterThan(20);
  });

  test.each(rows)('$document, line $line, names every column', ({ head }) => {
    expect(head.split('|').slice(1, -1)).not.toContainEqual(expect.stringMatching(/^ *$/));
  });
});
