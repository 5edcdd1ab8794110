/** The demo as a person runs it: what it prints, how it exits, and that nothing is left of it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { marked } from '@alipayhk-pass/sandbox-worker/processes';
import { afterEach, beforeEach, expect, test } from 'vitest';

let temporary: string;
let mark: string;

beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'alipayhk-pass-demo-test-'));
  mark = `ALIPAYHK_PASS_DEMO_TEST=${randomUUID()}`;
});

afterEach(() => rmSync(temporary, { recursive: true, force: true }));

/** Starts the demo; whatever it starts inherits the mark and the folder for temporary files. */
function start(
  args: string[] = [],
  environment: NodeJS.ProcessEnv = {},
): { child: ChildProcess; output: () => string } {
  const [name = '', value] = mark.split('=');
  const child = spawn(process.execPath, [fileURLToPath(new URL('../src/demo.ts', import.meta.url)), ...args], {
    env: { ...process.env, NO_COLOR: '1', TMPDIR: temporary, [name]: value, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (printed += text));
  return { child, output: () => printed };
}

/** The exit code, once the output is complete. */
async function end(child: ChildProcess): Promise<number | null> {
  const [code] = await once(child, 'close');
  return code;
}

function expectNothingLeft(): void {
  expect(marked(mark)).toEqual([]);
  expect(readdirSync(temporary)).toEqual([]);
}

test('every step succeeds, no private key is shown, nothing is left', async () => {
  // A variable of the shell must not get into the Workers.
  const { child, output } = start([], { API_TOKEN: 'of-the-shell' });
  expect(await end(child), output()).toBe(0);
  const lines = output()
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
      'answered, verified S, and S to its repetition',
      expect.stringMatching(/^(attempts )?unknown /),
      expect.stringContaining('"points":278'),
      'Every step succeeded; everything that was started has been stopped.',
    ]),
  );
  expect(output()).not.toMatch(/PRIVATE KEY|IBADANBgkq/); // the second is how the base64 of every RSA PKCS#8 key begins
  expectNothingLeft();
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s while everything starts: exit %i, nothing is left', async (signal, code) => {
  const { child, output } = start();
  await expect.poll(() => marked(mark), { timeout: 20_000 }).toContainEqual(expect.stringContaining('workerd'));
  child.kill(signal);
  expect(await end(child)).toBe(code);
  expect(output()).toContain(`demo failed: interrupted by ${signal}`);
  expectNothingLeft();
});

test('a step that fails: exit 1, nothing is left', async () => {
  const { child, output } = start([], { TMPDIR: join(temporary, 'missing') });
  expect(await end(child)).toBe(1);
  expect(output()).toMatch(/demo failed: ENOENT.*missing/);
  expectNothingLeft();
});

test('an argument: exit 2, nothing is started', async () => {
  const { child, output } = start(['--fast']);
  expect(await end(child)).toBe(2);
  expect(output()).toMatch(/^demo: expected no arguments: .*--fast/);
  expectNothingLeft();
});
