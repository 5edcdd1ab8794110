// What the README says of the package.
import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { keys } from '@alipayhk-pass/spec/vectors';
import { expect, test } from 'vitest';
import { createSandboxClient } from '../src/client.ts';
import { catalog, chaos } from '../src/faults/catalog.ts';
import { variants } from '../src/variants.ts';
import { serveSandbox } from './page/serve.ts';

const folder = join(import.meta.dirname, '..');
const readme = readFileSync(join(folder, 'README.md'), 'utf8');

test('README.md describes every fault, and whether the update takes effect', () => {
  for (const { name, description, applies } of [...catalog, chaos]) {
    const takesEffect = name === chaos.name ? 'as drawn' : applies ? 'yes' : 'no';
    expect(readme).toContain(`| \`${name}\` | ${takesEffect} | ${description} |`);
  }
});

test('README.md describes every variant, and links the assumptions that it decides in another way', () => {
  const file = 'https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md';
  for (const { name, description, assumptions } of variants) {
    const links = assumptions.map((number) => `[${number}](${file}#${number.toLowerCase()})`).join(', ');
    expect(readme).toContain(`| \`${name}\` | ${links} | ${description} |`);
  }
});

test('every assumption that a variant cites is in spec/ASSUMPTIONS.md', () => {
  const text = readFileSync(join(folder, '../../spec/ASSUMPTIONS.md'), 'utf8');
  for (const number of variants.flatMap(({ assumptions }) => assumptions)) expect(text).toContain(`\n## ${number} `);
});

const examples = Array.from(readme.matchAll(/```ts\n(.*?)```/gs), ([, code = '']) => code);

test('the first example of README.md runs against the built package', () => {
  const code = `${examples[0]}\nconsole.log(response.status, response.headers.get('Content-Type'));`;
  const env = { GATEWAY_PRIVATE_KEY: keys.gateway.privateKey };
  const args = ['--input-type=module-typescript', '--eval', code];
  const output = execFileSync(process.execPath, args, { cwd: folder, env, encoding: 'utf8' });
  expect(output).toBe('200 text/html; charset=utf-8\n');
});

test('the second example of README.md runs against a sandbox', async () => {
  const { url, close } = await serveSandbox();
  try {
    const code = `${examples[1]?.replace('http://127.0.0.1:8787', url)}\nconsole.log(entries);`;
    const args = ['--input-type=module-typescript', '--eval', code];
    expect((await promisify(execFile)(process.execPath, args, { cwd: folder })).stdout).toBe('[]\n');
    expect((await createSandboxClient(url).listFaults()).active).toMatchObject([{ name: 'http-429', times: 2 }]);
  } finally {
    await close();
  }
});
