/** The command `test:vectors`, as it is typed: what it takes for its folder. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startChild } from '@alipayhk-pass/harness/child';

const folder = mkdtempSync(join(tmpdir(), 'vectors-'));
after(() => rmSync(folder, { recursive: true }));

/** What the command says when it ends with 1. */
async function refusalOf(...args: string[]): Promise<string> {
  const command = join(import.meta.dirname, '../src/wycheproof.ts');
  const { code, stderr } = await startChild(process.execPath, [command, ...args], { limit: 60_000 }).ended;
  assert.equal(code, 1);
  return stderr;
}

for (const args of [[folder], ['--', folder]]) {
  const typed = args.join(' ').replace(folder, 'DIR');
  test(`test:vectors ${typed} reads the folder DIR`, async () => {
    assert.equal(await refusalOf(...args), `expected files on RSA, P-224 or AES-CBC in ${folder}, received none\n`);
  });
}

for (const args of [[], ['--']]) {
  test(`${['test:vectors', ...args].join(' ')} without a folder says what is missing`, async () => {
    assert.equal(await refusalOf(...args), 'expected a folder of test vectors, received none\n');
  });
}

test('test:vectors names a folder that is not there', async () => {
  const absent = join(folder, 'absent');
  for (const args of [[absent], ['--', absent]]) {
    assert.equal(await refusalOf(...args), `expected a folder of test vectors, received ${absent}\n`);
  }
});

test('test:vectors names a file that is not JSON', async () => {
  const broken = join(folder, 'broken');
  mkdirSync(broken);
  writeFileSync(join(broken, 'a.json'), '{');
  for (const args of [[broken], ['--', broken]]) {
    assert.equal(await refusalOf(...args), 'a.json: expected JSON\n');
  }
});
