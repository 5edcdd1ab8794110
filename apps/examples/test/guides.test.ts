/** The programs beside the example for Node, which the guides quote, run against the sandbox. */
import { constants, createPrivateKey, generateKeyPairSync, privateDecrypt, randomUUID, sign } from 'node:crypto';
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { importPrivateKey, sealResponse } from '@alipayhk-pass/message-security';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { run } from './harness.ts';
import { app } from './packed.ts';
import { copyExample, writeEnv } from './project.ts';
import { admin, entriesOf, entryOf, fail, freshPass, passOf, sandboxVariables } from './sandbox.ts';
import { serve } from './servers.ts';

let folder: string;
beforeAll(async () => {
  folder = await copyExample('node');
  writeEnv(folder, sandboxVariables());
  cpSync(join(folder, 'repeat.ts'), join(folder, 'repeat.mjs'));
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

describe.each([
  { runtime: 'Node', file: 'repeat.ts', command: process.execPath },
  // It does not strip types; the program has none.
  { runtime: 'Node 20', file: 'repeat.mjs', command: join(app, 'node_modules/node20/bin/node') },
])('repeat.ts on $runtime', ({ file, command }) => {
  const repeat = (args: string[], variables: Record<string, string> = {}) =>
    run(command, ['--env-file=.env', file, ...args], { cwd: folder, variables });

  test.each([
    ['a reply with U', 'applied-but-unknown', 'ResultNotSuccess', 2],
    ['a broken connection', 'truncated-body', 'ResponseMissing', 2],
    ['HTTP status 502', 'http-502', 'ResponseUnexpected received HTTP status 502', 1],
    ['HTTP status 429', 'http-429', 'ResponseUnexpected received HTTP status 429', 1],
  ])('sends the newest state again after %s', async (_, fault, error, revision) => {
    const passId = await freshPass();
    await fail(passId, fault);
    const { code, stdout, stderr } = await repeat([passId, '金卡']);
    expect(stderr).toMatch(new RegExp(`^${error}.*\nThe update may have taken effect; again in 500 ms\n$`));
    expect(stdout).toMatch(/^updated \w+\n$/);
    expect(code).toBe(0);
    expect(await passOf(passId)).toMatchObject({ level: '金卡', revision });
  });

  test('raises an alarm when the outcome is unknown after the last attempt', async () => {
    const passId = await freshPass();
    await admin().addFault({ name: 'UNKNOWN_EXCEPTION', passId, times: 3 });
    const { code, stdout, stderr } = await repeat([passId, '金卡', '3']);
    expect(stderr).toMatch(
      /again in 500 ms\n.*\n.*again in 1000 ms\n.*UNKNOWN_EXCEPTION.*\nALARM: .* after attempt 3\n$/,
    );
    expect(stdout).toBe('');
    expect(code).toBe(1);
    expect(await entriesOf(passId)).toHaveLength(3);
  });

  test.each([
    ['HTTP status 302', 'http-302', 'ResponseUnexpected'],
    ['a reply without a signature', 'unsigned-S', 'ResponseUnexpected'],
    ['a reply that does not verify', 'signed-by-another-key', 'SignatureVerificationFailed'],
    ['F', 'PASS_IS_NULL', 'ResultNotSuccess'],
  ])('raises an alarm and does not send again after %s', async (_, fault, error) => {
    const passId = await freshPass();
    await fail(passId, fault);
    const { code, stderr } = await repeat([passId, '金卡']);
    expect(stderr).toMatch(new RegExp(`^${error} .*\nALARM: .* after attempt 1\n$`));
    expect(code).toBe(1);
    expect(await entriesOf(passId)).toHaveLength(1);
  });

  test('raises an alarm and does not send again after HTTP status 403', async () => {
    const GATEWAY_URL = await serve((_, outgoing) => outgoing.writeHead(403).end());
    const { code, stderr } = await repeat(['any', '金卡'], { GATEWAY_URL });
    expect(stderr).toMatch(/^ResponseUnexpected received HTTP status 403; .*\nALARM: .* after attempt 1\n$/);
    expect(code).toBe(1);
  });

  test('sends again after a signed reply that does not fit the contract', async () => {
    const { clientId, keys } = inject('sandbox');
    const privateKey = await importPrivateKey(keys.gatewayPrivateKey);
    const GATEWAY_URL = await serve(async ({ url = '' }, outgoing) => {
      const to = { httpUri: url, encrypted: false };
      const response = await sealResponse(Response.json({}), to, { clientId, privateKey });
      outgoing.writeHead(200, Object.fromEntries(response.headers)).end(await response.text());
    });
    const { code, stderr } = await repeat(['any', '金卡', '2'], { GATEWAY_URL });
    expect(stderr).toMatch(
      /^ResponseInvalid .*\n.*; again in 500 ms\nResponseInvalid .*\nALARM: .* after attempt 2\n$/,
    );
    expect(code).toBe(1);
  });
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
