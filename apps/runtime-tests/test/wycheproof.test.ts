/** The command `test:vectors`, as it is typed: what it takes for its folder. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { runProcess } from '../src/process.ts';

const folder = mkdtempSync(join(tmpdir(), 'vectors-'));
after(() => rmSync(folder, { recursive: true }));

/** Runs the command, and returns what it said and how it ended. */
const run = (...args: string[]) => {
  const command = join(import.meta.dirname, '../src/wycheproof.ts');
  return runProcess(process.execPath, [command, ...args], 60_000);
};

for (const args of [[folder], ['--', folder]]) {
  const typed = args.join(' ').replace(folder, 'DIR');
  test(`test:vectors ${typed} reads the folder DIR`, async () => {
    const { end } = await run(...args);
    assert.equal(end, `exit status 1: expected files on RSA, P-224 or AES-CBC in ${folder}, received none\n`);
  });
}

for (const args of [[], ['--']]) {
  test(`${['test:vectors', ...args].join(' ')} without a folder says what is missing`, async () => {
    assert.equal((await run(...args)).end, 'exit status 1: expected a folder of test vectors, received none\n');
  });
}

test('test:vectors names a folder that is not there', async () => {
  const absent = join(folder, 'absent');
  for (const args of [[absent], ['--', absent]]) {
    assert.equal((await run(...args)).end, `exit status 1: expected a folder of test vectors, received ${absent}\n`);
  }
});

test('test:vectors names a file that is not JSON', async () => {
  const broken = join(folder, 'broken');
  mkdirSync(broken);
  writeFileSync(join(broken, 'a.json'), '{');
  for (const args of [[broken], ['--', broken]]) {
    assert.equal((await run(...args)).end, 'exit status 1: a.json: expected JSON\n');
  }
});
