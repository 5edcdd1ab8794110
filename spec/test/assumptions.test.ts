import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { linkAssumptions } from '../assumptions.ts';
import { specFile } from '../generate.ts';

const file = 'https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md';

test('linkAssumptions links each assumption that a description cites, and nothing else', () => {
  const given = { description: 'A word (A2, A10). A4 is free.', examples: ['(A2)'], items: [{ description: '(A9)' }] };
  expect(linkAssumptions(given)).toEqual({
    description: `A word ([A2](${file}#a2), [A10](${file}#a10)). A4 is free.`,
    examples: ['(A2)'],
    items: [{ description: `([A9](${file}#a9))` }],
  });
});

test('ASSUMPTIONS.md has an anchor for every assumption that the contract cites', () => {
  const assumptions = readFileSync(new URL('../ASSUMPTIONS.md', import.meta.url), 'utf8');
  const links = JSON.stringify(linkAssumptions(parse(readFileSync(specFile, 'utf8')))).matchAll(/#(a\d+)\)/g);
  const anchors = [...new Set(Array.from(links, ([, anchor]) => anchor))];
  expect(anchors.length).toBeGreaterThan(20);
  for (const anchor of anchors) expect(assumptions).toContain(`<a id="${anchor}"></a>`);
});
