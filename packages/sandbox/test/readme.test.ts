// What the README says of the package.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { keys } from '@alipayhk-pass/spec/vectors';
import { expect, test } from 'vitest';
import { catalog, chaos } from '../src/faults/catalog.ts';

const folder = join(import.meta.dirname, '..');
const readme = readFileSync(join(folder, 'README.md'), 'utf8');

test('README.md describes every fault, and whether the update takes effect', () => {
  for (const { name, description, applies } of [...catalog, chaos]) {
    const takesEffect = name === chaos.name ? 'as drawn' : applies ? 'yes' : 'no';
    expect(readme).toContain(`| \`${name}\` | ${takesEffect} | ${description} |`);
  }
});

test('the first example of README.md runs against the built package', () => {
  const [, example = ''] = /```ts\n(.*?)```/s.exec(readme) ?? [];
  const code = `${example}\nconsole.log(response.status, response.headers.get('Content-Type'));`;
  const env = { GATEWAY_PRIVATE_KEY: keys.gateway.privateKey };
  const args = ['--input-type=module-typescript', '--eval', code];
  const output = execFileSync(process.execPath, args, { cwd: folder, env, encoding: 'utf8' });
  expect(output).toBe('200 text/html; charset=utf-8\n');
});
