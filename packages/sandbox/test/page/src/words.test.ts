import { expect, test } from 'vitest';
import { en } from '../../../page/src/words/en.ts';
import { zh } from '../../../page/src/words/zh.ts';
import { catalog, chaos } from '../../../src/faults/catalog.ts';
import { variants } from '../../../src/variants.ts';

test('the words in Chinese describe every fault of the catalog', () => {
  for (const { name } of [...catalog, chaos]) expect(zh.faults[name], name).toMatch(/\p{Script=Han}.*。$/u);
  expect(Object.keys(zh.faults)).toHaveLength(catalog.length + 1);
});

test('the words in Chinese describe every variant of the catalog', () => {
  for (const { name } of variants) expect(zh.variants[name], name).toMatch(/\p{Script=Han}.*。$/u);
  expect(Object.keys(zh.variants)).toHaveLength(variants.length);
});

test('the words in Chinese explain every result code that the words in English explain', () => {
  expect(Object.keys(zh.outcome.causes)).toEqual(Object.keys(en.outcome.causes));
});
