/** Shows that the check of examples names a dependency on another version, and that an update mends it. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { exampleProblems } from './examples.ts';

const tree = mkdtempSync(join(tmpdir(), 'examples-test-'));
after(() => rmSync(tree, { recursive: true }));
const files = {
  'packages/api/package.json': '{ "name": "@alipayhk-pass/api", "version": "0.2.0" }',
  'apps/examples/package.json': '{ "private": true }',
  'apps/examples/a/package.json': '{ "dependencies": { "@alipayhk-pass/api": "^0.1.0", "hono": "^4.0.0" } }',
  'apps/examples/b/deno.json': '{ "imports": { "@alipayhk-pass/api": "npm:@alipayhk-pass/api@^0.1.0" } }',
  'apps/examples/c/package.json': '{ "dependencies": { "@alipayhk-pass/api": "^0.2.0" } }',
};
for (const [name, text] of Object.entries(files)) {
  mkdirSync(dirname(join(tree, name)), { recursive: true });
  writeFileSync(join(tree, name), text);
}

test('exampleProblems names each dependency on another version, and none after an update', () => {
  assert.deepEqual(exampleProblems(tree).sort(), [
    'apps/examples/a/package.json: depends on @alipayhk-pass/api ^0.1.0; expected ^0.2.0',
    'apps/examples/b/deno.json: depends on @alipayhk-pass/api ^0.1.0; expected ^0.2.0',
  ]);
  assert.deepEqual(exampleProblems(tree, true), []);
  assert.deepEqual(exampleProblems(tree), []);
  const read = (name: string): string => readFileSync(join(tree, name), 'utf8');
  assert.equal(
    read('apps/examples/b/deno.json'),
    files['apps/examples/b/deno.json'].replace('api@^0.1.0', 'api@^0.2.0'),
  );
  assert.ok(read('apps/examples/a/package.json').includes('"hono": "^4.0.0"'));
});
