/** The demo as a person runs it: what it prints, how it exits, and that nothing is left of it. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Child, startChild } from '@alipayhk-pass/harness/child';
import { marked } from '@alipayhk-pass/harness/processes';
import { afterEach, beforeEach, expect, test } from 'vitest';

let temporary: string;
let mark: string;

beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'alipayhk-pass-demo-test-'));
  mark = randomUUID();
});

afterEach(() => rmSync(temporary, { recursive: true, force: true }));

/** Starts the demo; whatever it starts inherits the mark and the folder for temporary files. */
function start(args: string[] = [], variables: Record<string, string> = {}): Child {
  return startChild(process.execPath, [fileURLToPath(new URL('../src/demo.ts', import.meta.url)), ...args], {
    limit: 120_000,
    variables: { NO_COLOR: '1', TMPDIR: temporary, ALIPAYHK_PASS_DEMO_TEST: mark, ...variables },
  });
}

async function expectNothingLeft(): Promise<void> {
  await expect.poll(() => marked(mark)).toEqual([]);
  expect(readdirSync(temporary)).toEqual([]);
}

test('every step succeeds, no private key is shown, nothing is left', async () => {
  // A variable of the shell must not get into the Workers.
  await using child = start([], { API_TOKEN: 'of-the-shell' });
  expect((await child.ended).code, child.output()).toBe(0);
  const lines = child
    .output()
    .split('\n')
    .map((line) => line.trim().replace(/ {2,}/g, ' '));
  expect(lines).toEqual(
    expect.arrayContaining([
      '2 A signed update',
      'content to be signed POST /api/open/alipay/v1/ipass/pass/manage/updatePass␊',
      'Client-Id 4Q5Y8W0WSG45P907917',
      'Signature algorithm=RSA256',
      'verified by OpenSSL',
      '3 A signed and encrypted update',
      'Encrypt algorithm=RSA_AES',
      'an AES-256 key, decrypted by OpenSSL',
      expect.stringMatching(/^verified refusal \{"resultInfo":\{"resultCode":"INVALID_SIGNATURE","resultStatus":"F"/),
      'replies, verified S, and S to its repetition',
      expect.stringMatching(/^(attempts )?unknown /),
      expect.stringContaining('"points":278'),
      'Every step succeeded; everything that was started has been stopped.',
    ]),
  );
  expect(child.output()).not.toMatch(/PRIVATE KEY|IBADANBgkq/); // the second is how the base64 of every RSA PKCS#8 key begins
  await expectNothingLeft();
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s while everything starts: exit %i, nothing is left', async (signal, code) => {
  await using child = start();
  await expect
    .poll(() => marked(mark), { timeout: 20_000, interval: 10 })
    .toContainEqual(expect.stringContaining('workerd'));
  child.kill(signal);
  expect((await child.ended).code).toBe(code);
  expect(child.output()).toContain(`demo failed: interrupted by ${signal}`);
  await expectNothingLeft();
});

test('a step that fails: exit 1, nothing is left', async () => {
  await using child = start([], { TMPDIR: join(temporary, 'missing') });
  expect((await child.ended).code).toBe(1);
  expect(child.output()).toMatch(/demo failed: ENOENT.*missing/);
  await expectNothingLeft();
});

test('an argument: exit 2, nothing is started', async () => {
  await using child = start(['--fast']);
  expect((await child.ended).code).toBe(2);
  expect(child.output()).toMatch(/^demo: expected no arguments: .*--fast/);
  await expectNothingLeft();
});
