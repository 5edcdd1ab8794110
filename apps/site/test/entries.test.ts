/** The entries of the reference, against what the packages export. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { entries } from '../src/entries.ts';

const root = join(import.meta.dirname, '../../..');
const withoutPage = ['./package.json', './internals-for-tests'];

test('the entries of the reference are what the published packages export', () => {
  const manifests = globSync('packages/*/package.json', { cwd: root }).map((path) =>
    JSON.parse(readFileSync(join(root, path), 'utf8')),
  );
  const exported = manifests
    .filter((manifest) => !manifest.private)
    .flatMap(({ name, exports }) =>
      Object.keys(exports)
        .filter((path) => !withoutPage.includes(path))
        .map((path) => `${name}${path.slice(1)}`),
    );
  expect(entries.map(({ specifier }) => specifier).toSorted()).toEqual(exported.toSorted());
});
