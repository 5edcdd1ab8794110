/** README's table of runtimes against what the suite runs. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runtimes } from '../src/runtimes.ts';

const app = join(import.meta.dirname, '..');
const readme = readFileSync(join(app, '../../README.md'), 'utf8');

test("README's table has a row for each runtime of the suite", () => {
  const rows = Array.from(readme.matchAll(/^\| ([^|]+) \|(?: ✓ \|){7}$/gm), ([, name]) => name);
  assert.deepEqual(
    rows,
    runtimes.map(({ name }) => name),
  );
});

test("README's table has a column for each step of the suite", () => {
  const steps = readFileSync(join(app, 'src/suite.ts'), 'utf8').match(/^ {2}\w+Cases\(test\b.*\);$/gm);
  assert.equal(steps?.length, 7);
});
