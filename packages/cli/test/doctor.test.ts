import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { serve, startGateway } from './gateway.ts';
import { folderWithKeys, keys } from './keys.ts';
import { run, runtimes } from './runtimes.ts';
import { type Habits, startVariant } from './variant-gateway.ts';

const json = 'application/json; charset=UTF-8';
const text = 'text/plain; charset=UTF-8';
const ecb = { content: 'AES-ECB', keyTransport: 'RSAES-PKCS1-v1_5' };
/** What every variant has but for its habit. */
const usual = {
  plain: 'accepted',
  plainCode: 'PASS_HAS_NOT_EXIST',
  encryption: ecb,
  encryptedContentTypes: [text, json],
  encryptedReplies: true,
  encryptedReplyContentType: text,
  keyVersion: 'optional',
  replyKeyVersion: '1',
  wrapper: 'resultInfo',
  headerCase: 'Title-Case',
  replyClientId: true,
  responseTime: 'an offset with a colon',
  traceHeader: 'Tracer-Id',
  signatureEncoding: 'percent-encoded base64',
  refusal: { signed: true, code: 'INVALID_SIGNATURE', status: 200 },
};
const instant = (time: string): string => new Date(time).toISOString();

const variants: [habit: string, habits: Habits, found: object][] = [
  ['the one that our client expects', {}, {}],
  ...(['AES-ECB', 'AES-CBC', 'AES-GCM'] as const).flatMap((content) =>
    (['RSAES-PKCS1-v1_5', 'RSA-OAEP', 'RSA-OAEP-256'] as const)
      .filter((keyTransport) => content !== 'AES-ECB' || keyTransport !== 'RSAES-PKCS1-v1_5')
      .map((keyTransport): [string, Habits, object] => [
        `${content} with ${keyTransport}`,
        { suite: { content, keyTransport } },
        { encryption: { content, keyTransport } },
      ]),
  ),
  ['an encrypted body as JSON only', { types: ['application/json'] }, { encryptedContentTypes: [json] }],
  ['an encrypted body as text only', { types: ['text/plain'] }, { encryptedContentTypes: [text] }],
  [
    'AES-GCM as JSON only',
    { types: ['application/json'], suite: { content: 'AES-GCM' } },
    { encryption: { ...ecb, content: 'AES-GCM' }, encryptedContentTypes: [json] },
  ],
  [
    'no encryption',
    { noEncryption: true },
    { encryption: null, encryptedContentTypes: [], encryptedReplies: null, encryptedReplyContentType: null },
  ],
  ['encryption only', { requireEncryption: true }, { plain: 'refused', plainCode: 'PARAM_ILLEGAL' }],
  ['plain replies', { plainReplies: true }, { encryptedReplies: false, encryptedReplyContentType: null }],
  ['encrypted replies as JSON', { encryptedContentType: json }, { encryptedReplyContentType: json }],
  ['result', { wrapper: (result) => ({ result }) }, { wrapper: 'result' }],
  [
    'resultInfo and result',
    { wrapper: (result) => ({ resultInfo: result, result }) },
    { wrapper: 'resultInfo and result' },
  ],
  ['header names in lower case', { names: (name) => name.toLowerCase() }, { headerCase: 'lower-case' }],
  ['header names in upper case', { names: (name) => name.toUpperCase() }, { headerCase: 'UPPER-CASE' }],
  ['a keyVersion that must be named', { keyVersions: ['1'] }, { keyVersion: 'needed', plainCode: 'INVALID_SIGNATURE' }],
  ['a keyVersion that must not be named', { keyVersions: [''] }, { keyVersion: 'refused' }],
  ['another keyVersion of its own', { keyVersion: '7' }, { replyKeyVersion: '7' }],
  ['replies without Client-Id', { withoutClientId: true }, { replyClientId: false }],
  ['times in UTC', { time: (time) => `${instant(time).slice(0, 19)}Z` }, { responseTime: 'Z' }],
  [
    'times without a colon',
    { time: (time) => time.replace(/:(\d\d)$/, '$1') },
    { responseTime: 'an offset without a colon' },
  ],
  [
    'times with fractions',
    { time: (time) => time.replace('+', '.123+') },
    { responseTime: 'fractions of a second, an offset with a colon' },
  ],
  ['tracerId', { trace: 'tracerId' }, { traceHeader: 'tracerId' }],
  ['no trace', { trace: null }, { traceHeader: null }],
  ['raw base64', { signature: (value) => value }, { signatureEncoding: 'raw base64' }],
  [
    'base64 with line feeds',
    { signature: (value) => encodeURIComponent(value.replace(/.{76}/g, '$&\n')) },
    { signatureEncoding: 'percent-encoded base64 with line feeds' },
  ],
  [
    'refusals without a signature',
    { signsRefusals: false },
    { refusal: { signed: false, code: 'INVALID_SIGNATURE', status: 200 } },
  ],
  [
    'refusals with HTTP 401',
    { signsRefusals: false, refusalStatus: 401 },
    { refusal: { signed: false, code: 'INVALID_SIGNATURE', status: 401 } },
  ],
  ['SUCCESS for a pass that nobody has', { code: 'SUCCESS' }, { plainCode: 'SUCCESS' }],
];

const probeOf = (url: string): string[] => [
  'doctor',
  '--probe',
  '--json',
  '--pause',
  '0',
  '--confirm',
  new URL(url).host,
];

describe('doctor --probe finds', () => {
  it.each(variants)('%s', async (_, habits, found) => {
    const url = await startVariant(habits);
    const cwd = folderWithKeys({ gatewayUrl: url });
    const ended = await run(probeOf(url), { cwd });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const { findings } = JSON.parse(ended.stdout);
    expect(findings).toEqual({ ...usual, ...found, requests: expect.any(Number) });
    expect(findings.requests).toBeLessThanOrEqual(23);
  });
});

describe.each(runtimes)('doctor on $name', (runtime) => {
  it('writes a profile with which update is accepted, and a mail with what is open', async () => {
    const url = await startVariant({
      suite: { content: 'AES-GCM', keyTransport: 'RSA-OAEP' },
      types: ['application/json'],
      code: 'PASS_HAS_NOT_EXIST',
    });
    const cwd = folderWithKeys({ gatewayUrl: url });
    const ended = await run(
      probeOf(url).filter((each) => each !== '--json'),
      { cwd, runtime },
    );
    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain('A4   AES-GCM with RSA-OAEP');
    const profile = JSON.parse(readFileSync(join(cwd, 'alipayhk-pass.profile.json'), 'utf8'));
    expect(profile.assumptions.A6).toEqual({ settled: true, finding: json });
    expect(profile.assumptions.A16.settled).toBe(false);
    const mail = readFileSync(join(cwd, 'alipayhk-pass.mail.txt'), 'utf8');
    expect(mail).toContain('Which fields do dataInfo and codeInfo have');
    expect(mail).toContain('- AES-GCM with RSA-OAEP (A4)');
    const flags = ['--pass-id', '1', '--user-id', 'U1', '--profile', 'alipayhk-pass.profile.json'];
    const update = await run(['update', ...flags], { cwd, runtime });
    expect(update.stderr).toBe('alipayhk-pass: the result is F (PASS_HAS_NOT_EXIST); expected S (Tracer-Id trace1)\n');
    expect(update.code).toBe(3); // decrypted, verified, and no such pass
  });

  it('finds nothing wrong with keys, clock and gateway, and sends nothing in our name', async () => {
    const { url, updates, refusals } = await startGateway(keys);
    const ended = await run(['doctor'], {
      cwd: folderWithKeys({ gatewayUrl: url, ownPublicKeyFile: 'merchant-public-key.pem' }),
      runtime,
    });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toMatch(
      /clock +fine +this clock is 0 s ahead of the gateway's|clock +fine +this clock is \d s/,
    );
    expect([updates, refusals.length]).toEqual([[], 1]); // a GET, to see whether it replies
  });
});

describe('doctor exits with 1 and names', () => {
  it.each([
    [
      "our own key as AlipayHK's",
      { publicKeyFile: 'merchant-public-key.pem' },
      "gatewayPublicKey is the merchant's own key",
    ],
    [
      'a pair that is none',
      { ownPublicKeyFile: 'gateway-public-key.pem' },
      'merchantPrivateKey and merchantPublicKey are not a pair',
    ],
    [
      'a public key as the private one',
      { privateKeyFile: 'merchant-public-key.pem' },
      'merchantPrivateKey is a public key',
    ],
  ])('%s', async (_, config, problem) => {
    const ended = await run(['doctor', '--offline'], { cwd: folderWithKeys(config) });
    expect(ended.code).toBe(1);
    expect(ended.stdout).toContain(problem);
  });

  it('a key file that others can read', async () => {
    const cwd = folderWithKeys();
    chmodSync(join(cwd, 'merchant-private-key.pem'), 0o644);
    const ended = await run(['doctor', '--offline'], { cwd });
    expect(ended.code).toBe(1);
    expect(ended.stdout).toContain('can be read by others on this machine; expected chmod 600');
  });

  it('a clock that is wrong', async () => {
    const url = await serve(
      async () => new Response('', { headers: { Date: new Date(Date.now() + 600_000).toUTCString() } }),
    );
    const ended = await run(['doctor'], { cwd: folderWithKeys({ gatewayUrl: url }) });
    expect(ended.code).toBe(1);
    expect(ended.stdout).toMatch(/clock +problem +this clock is (599|600|601) s behind the gateway's/);
  });

  it('a gateway that does not reply', async () => {
    const ended = await run(['doctor'], { cwd: folderWithKeys({ gatewayUrl: 'http://127.0.0.1:9' }) });
    expect(ended.code).toBe(1);
    expect(ended.stdout).toContain('http://127.0.0.1:9 does not reply');
  });
});

describe('doctor --probe sends nothing', () => {
  it.each([
    ['without a confirmation', [], 'is not confirmed; expected --confirm'],
    [
      'for the confirmation of another host',
      ['--confirm', 'open.alipay.hk'],
      '--confirm is not the host of the gateway',
    ],
  ])('%s, and exits with 2', async (_, args, problem) => {
    const { url, updates, refusals } = await startGateway(keys);
    const cwd = folderWithKeys({ gatewayUrl: url });
    const ended = await run(['doctor', '--probe', ...args], { cwd });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(problem);
    expect([updates, refusals.length]).toEqual([[], 1]);
    expect(existsSync(join(cwd, 'alipayhk-pass.profile.json'))).toBe(false);
  });
});
