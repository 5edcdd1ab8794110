/** The programs beside the example for Node, which the guides quote, run against the sandbox. */
import { constants, createPrivateKey, generateKeyPairSync, privateDecrypt, randomUUID, sign } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { run } from './harness.ts';
import { app } from './packed.ts';
import { copyExample, writeEnv } from './project.ts';
import { admin, entriesOf, entryOf, fail, freshPass, passOf } from './sandbox.ts';
import { serve } from './servers.ts';

let folder: string;
beforeAll(async () => {
  folder = await copyExample('node');
  const { url, clientId, keys, pass } = inject('sandbox');
  writeEnv(folder, {
    CLIENT_ID: clientId,
    MERCHANT_ID: pass.merchantId,
    MERCHANT_PRIVATE_KEY: keys.merchantPrivateKey,
    ALIPAYHK_PUBLIC_KEY: keys.gatewayPublicKey,
    GATEWAY_URL: url,
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a program of the example with its `.env`; variables that are given come before those of the file. */
const start = (file: string, args: string[] = [], variables: Record<string, string> = {}) =>
  run(process.execPath, ['--env-file=.env', file, ...args], { cwd: folder, variables });

/** Runs a program that updates a pass, encrypted, and expects the sandbox to have applied it. */
async function expectUpdate(file: string, variables: Record<string, string> = {}, clientId?: string): Promise<void> {
  const passId = await freshPass(clientId);
  const { code, stdout, stderr } = await start(file, [passId], variables);
  expect(code, stderr).toBe(0);
  expect(await entryOf(/^updated (\w+)$/m.exec(stdout)?.[1] ?? '')).toMatchObject({ passId, encrypted: true });
  expect(await passOf(passId)).toMatchObject({ level: '金卡', revision: 1 });
}

describe('diagnose-keys.ts', () => {
  test('prints the fingerprint of each key and no problem when the keys are right', async () => {
    const variables = { MERCHANT_PUBLIC_KEY: inject('sandbox').keys.merchantPublicKey };
    const { code, stdout, stderr } = await start('diagnose-keys.ts', [], variables);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const lines = /^merchantPrivateKey (\w{64})\nmerchantPublicKey (\w{64})\ngatewayPublicKey \w{64}\n$/.exec(stdout);
    expect(lines?.[1], stdout).toBe(lines?.[2]);
  });

  test.each([
    ["the merchant's key for AlipayHK's", 'ALIPAYHK_PUBLIC_KEY', 'merchantPublicKey', "is the merchant's own key"],
    [
      'a public key for a private one',
      'MERCHANT_PRIVATE_KEY',
      'merchantPublicKey',
      'merchantPrivateKey is a public key',
    ],
    ['a key of another pair', 'MERCHANT_PUBLIC_KEY', 'gatewayPublicKey', 'are not a pair'],
  ] as const)('names the problem and ends with status 1 for %s', async (_, variable, key, problem) => {
    const { code, stderr } = await start('diagnose-keys.ts', [], { [variable]: inject('sandbox').keys[key] });
    expect(stderr).toContain(problem);
    expect(code).toBe(1);
  });
});

test('repeat.ts sends the newest state again after an unknown outcome', async () => {
  const passId = await freshPass();
  await fail(passId, 'applied-but-unknown');
  const { code, stdout, stderr } = await start('repeat.ts', [passId, '金卡']);
  expect(stderr).toContain('ResultNotSuccess; again in 500 ms');
  expect(stdout).toMatch(/^updated \w+\n$/);
  expect(code).toBe(0);
  expect(await passOf(passId)).toMatchObject({ level: '金卡', revision: 2 });
});

test('rotate-keys.ts updates a pass with the new key while the gateway knows both', async () => {
  const [old, next, another] = [generatePair(), generatePair(), generatePair()];
  const clientId = `rotating-${randomUUID()}`;
  const keys = [old, next].map(({ publicKey }, index) => ({ keyVersion: `${index + 1}`, publicKey }));
  await admin().setMerchant({ clientId, keys });
  const variables = {
    CLIENT_ID: clientId,
    MERCHANT_PRIVATE_KEY_OLD: old.privateKey,
    MERCHANT_PRIVATE_KEY: next.privateKey,
    ALIPAYHK_PUBLIC_KEY_NEXT: another.publicKey,
  };
  await expectUpdate('rotate-keys.ts', variables, clientId);
});

describe('remote-key.ts', () => {
  /** A key service that has the merchant's private key; for another token it replies 403. */
  const serveKey = (calls: (string | undefined)[]) =>
    serve(async (incoming, outgoing) => {
      const key = createPrivateKey(inject('sandbox').keys.merchantPrivateKey);
      const input = await buffer(incoming);
      calls.push(incoming.url);
      if (incoming.headers.authorization !== 'Bearer of-the-tests') outgoing.writeHead(403).end();
      else if (incoming.url === '/sign') outgoing.end(sign('sha256', input, key));
      else outgoing.end(privateDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, input));
    });

  test('updates a pass with a key that only the key service has', async () => {
    const calls: string[] = [];
    const KEY_SERVICE_URL = await serveKey(calls);
    const variables = { KEY_SERVICE_URL, KEY_SERVICE_TOKEN: 'of-the-tests', MERCHANT_PRIVATE_KEY: '' };
    await expectUpdate('remote-key.ts', variables);
    expect(calls).toEqual(['/sign', '/decrypt']);
  });

  test('sends nothing when the key service does not sign', async () => {
    const KEY_SERVICE_URL = await serveKey([]);
    const passId = await freshPass();
    const { code, stderr } = await start('remote-key.ts', [passId], { KEY_SERVICE_URL, KEY_SERVICE_TOKEN: 'another' });
    expect(stderr).toContain('key service: HTTP status 403');
    expect(code).not.toBe(0);
    expect(await entriesOf(passId)).toEqual([]);
  });
});

test('the commands of docs/sandbox.md run in the project of the first update', async () => {
  const { url, keys, pass } = inject('sandbox');
  const page = readFileSync(join(app, '../../docs/sandbox.md'), 'utf8');
  const blocks = Array.from(page.matchAll(/```sh\n(.*?)```/gs), ([, block = '']) => block);
  const commands = blocks.filter((block) => !block.includes('alipayhk-pass sandbox')).join(''); // it runs already
  expect(commands).toContain('openssl genpkey');
  await admin().resetPass(pass.passId);
  const { code, stdout, stderr } = await run('/bin/sh', ['-c', commands.replaceAll('http://127.0.0.1:8787', url)], {
    cwd: folder,
    variables: { NO_PROXY: '127.0.0.1', ALIPAYHK_PUBLIC_KEY: keys.gatewayPublicKey },
  });
  expect(code, stderr).toBe(0);
  expect(stderr.match(/^\w+ received HTTP status \d+; expected \d+/gm)).toEqual([
    'ResponseUnexpected received HTTP status 502; expected 200',
  ]);
  expect(page).toContain('# ResponseUnexpected received HTTP status 502; expected 200');
  expect(stdout.match(/updated \w+$/gm)).toHaveLength(2); // curl ends no line
  expect(await passOf(pass.passId)).toMatchObject({ revision: 0 }); // reset after the second update
  expect(await passOf('card-1')).toMatchObject({ level: '金卡', revision: 1 });
});

test('sealed-fetch.ts updates a pass and prints the verified reply', async () => {
  const passId = await freshPass();
  const { code, stdout, stderr } = await start('sealed-fetch.ts', [passId]);
  expect(code, stderr).toBe(0);
  expect(stdout).toContain("resultStatus: 'S'");
  expect(await entriesOf(passId)).toMatchObject([{ applied: true, encrypted: true }]);
});

test('without-network.test.ts passes', async () => {
  const { code, stdout } = await run(process.execPath, ['--test', 'without-network.test.ts'], { cwd: folder });
  expect(stdout).toContain('pass 2');
  expect(code, stdout).toBe(0);
});

function generatePair(): { privateKey: string; publicKey: string } {
  return generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
}
