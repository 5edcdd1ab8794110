import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { variants } from '@alipayhk-pass/sandbox/variants';
import { describe, expect, it } from 'vitest';
import { serve, startGateway } from './gateway.ts';
import { folderWithKeys, keys, newPair, pem } from './keys.ts';
import { run, runtimes } from './runtimes.ts';
import { folderWithSandbox } from './started-sandbox.ts';

const json = 'application/json; charset=UTF-8';
const text = 'text/plain; charset=UTF-8';
const ecb = { content: 'AES-ECB', keyTransport: 'RSAES-PKCS1-v1_5' };
/** What the probe finds in the default sandbox. */
const usual = {
  algorithm: 'RSA256',
  plain: 'accepted',
  plainCode: 'PASS_HAS_NOT_EXIST',
  encryption: ecb,
  separateEncryptionKeys: false,
  encryptedContentTypes: [text, json],
  encryptedReplies: true,
  encryptedReplyContentType: text,
  keyVersion: 'optional',
  replyKeyVersion: null,
  wrapper: 'resultInfo',
  headerCase: 'lower-case',
  replyClientId: true,
  responseTime: 'an offset with a colon',
  traceHeader: 'Tracer-Id',
  signatureEncoding: 'percent-encoded base64',
  refusal: { signed: true, code: 'INVALID_SIGNATURE', status: 200 },
};

/** What it finds otherwise in each variant. */
const found: Record<string, object> = {
  'aes-ecb-rsa-oaep': { encryption: { content: 'AES-ECB', keyTransport: 'RSA-OAEP' } },
  'aes-ecb-rsa-oaep-256': { encryption: { content: 'AES-ECB', keyTransport: 'RSA-OAEP-256' } },
  'aes-cbc-rsaes-pkcs1': { encryption: { content: 'AES-CBC', keyTransport: 'RSAES-PKCS1-v1_5' } },
  'aes-cbc-rsa-oaep': { encryption: { content: 'AES-CBC', keyTransport: 'RSA-OAEP' } },
  'aes-cbc-rsa-oaep-256': { encryption: { content: 'AES-CBC', keyTransport: 'RSA-OAEP-256' } },
  'aes-gcm-rsaes-pkcs1': { encryption: { content: 'AES-GCM', keyTransport: 'RSAES-PKCS1-v1_5' } },
  'aes-gcm-rsa-oaep': { encryption: { content: 'AES-GCM', keyTransport: 'RSA-OAEP' } },
  'aes-gcm-rsa-oaep-256': { encryption: { content: 'AES-GCM', keyTransport: 'RSA-OAEP-256' } },
  'encrypted-json-only': { encryptedContentTypes: [json] },
  'encrypted-text-only': { encryptedContentTypes: [text] },
  'aes-gcm-json-only': { encryption: { ...ecb, content: 'AES-GCM' }, encryptedContentTypes: [json] },
  'aes-gcm-oaep-json-only': {
    encryption: { content: 'AES-GCM', keyTransport: 'RSA-OAEP' },
    encryptedContentTypes: [json],
  },
  'no-encryption': {
    encryption: null,
    encryptedContentTypes: [],
    encryptedReplies: null,
    encryptedReplyContentType: null,
  },
  'encryption-only': { plain: 'refused', plainCode: 'PARAM_ILLEGAL' },
  'plain-replies': { encryptedReplies: false, encryptedReplyContentType: null },
  'encrypted-replies-json': { encryptedReplyContentType: json },
  'key-version-required': { keyVersion: 'needed', plainCode: 'INVALID_SIGNATURE' },
  'key-version-refused': { keyVersion: 'refused' },
  'reply-key-version': { replyKeyVersion: '7' },
  'header-names-title': { headerCase: 'Title-Case' },
  'header-names-upper': { headerCase: 'UPPER-CASE' },
  'signature-raw-base64': { signatureEncoding: 'raw base64' },
  'signature-base64url': { signatureEncoding: 'base64url' },
  'signature-line-feeds': { signatureEncoding: 'percent-encoded base64 with line feeds' },
  'times-in-utc': { responseTime: 'Z' },
  'times-without-colon': { responseTime: 'an offset without a colon' },
  'times-with-fractions': { responseTime: 'fractions of a second, an offset with a colon' },
  'unsigned-refusals': { refusal: { signed: false, code: 'INVALID_SIGNATURE', status: 200 } },
  'unsigned-refusals-401': { refusal: { signed: false, code: 'INVALID_SIGNATURE', status: 401 } },
  'replies-without-client-id': { replyClientId: false },
  result: { wrapper: 'result' },
  'result-and-resultinfo': { wrapper: 'resultInfo and result' },
  'success-without-pass': { plainCode: 'SUCCESS' },
  'trace-header-tracerid': { traceHeader: 'tracerId' },
  'no-trace-header': { traceHeader: null },
};

const probeOf = (url: string): string[] => [
  'doctor',
  '--probe',
  '--json',
  '--pause',
  '0',
  '--confirm',
  new URL(url).host,
];

/** What the probe finds in the sandbox that is started so. */
async function findingsOf(args: string[]) {
  const { cwd, facts } = await folderWithSandbox(args);
  const ended = await run(probeOf(facts.url), { cwd });
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  const { findings } = JSON.parse(ended.stdout);
  expect(findings.requests).toBeLessThanOrEqual(23);
  return findings;
}

describe('doctor --probe finds', () => {
  it('the default sandbox as our client expects it', async () => {
    expect(await findingsOf([])).toEqual({ ...usual, requests: expect.any(Number) });
  });

  it.each(variants.map(({ name }) => name))('the variant %s', async (name) => {
    const difference = found[name];
    expect(difference).toBeDefined();
    expect(await findingsOf(['--variant', name])).toEqual({ ...usual, ...difference, requests: expect.any(Number) });
  });
});

describe.each(runtimes)('doctor on $name', (runtime) => {
  it('writes a profile with which update is accepted, and a mail with what is open', async () => {
    const { cwd, facts } = await folderWithSandbox(['--variant', 'aes-gcm-oaep-json-only']);
    const ended = await run(
      probeOf(facts.url).filter((each) => each !== '--json'),
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
    expect(update.stderr).toMatch(
      /^alipayhk-pass: the result is F \(PASS_HAS_NOT_EXIST\); expected S \(Tracer-Id [0-9a-f]{32}\)\n$/,
    );
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
    expect(updates).toEqual([]);
    expect(refusals).toMatchObject([{ clientId: undefined }]); // one request that is not signed
  });
});

describe('doctor', () => {
  it('leaves a reply in JSON of another form open, and takes no time from it', async () => {
    const url = await serve(async () => Response.json({ error: 'unsigned' }, { status: 400 }));
    const ended = await run(['doctor'], { cwd: folderWithKeys({ gatewayUrl: url }) });
    expect(ended.code).toBe(0);
    expect(ended.stdout).toMatch(new RegExp(`reachability +unknown +${url} replies with HTTP 400 and no result`));
    expect(ended.stdout).toMatch(/clock +unknown/);
  });

  it('exits with 0 for a clock that is 50 s ahead', async () => {
    const change = (response: Response): Response => {
      response.headers.set('Date', new Date(Date.now() - 50_000).toUTCString());
      return response;
    };
    const { url } = await startGateway(keys, { change });
    expect((await run(['doctor'], { cwd: folderWithKeys({ gatewayUrl: url }) })).code).toBe(0);
  });
});

describe('doctor exits with 1 and names', () => {
  it.each([
    [
      "our own key as AlipayHK's",
      { publicKeyFile: 'merchant-public-key.pem' },
      '"publicKeyFile" is the merchant\'s own key',
    ],
    [
      'a pair that is none',
      { ownPublicKeyFile: 'gateway-public-key.pem' },
      '"privateKeyFile" and "ownPublicKeyFile" are not a pair',
    ],
    [
      "a sandbox's private key and AlipayHK's public one that are not a pair",
      { gatewayPrivateKeyFile: 'gateway-private-key.pem', publicKeyFile: 'other-public-key.pem' },
      '"gatewayPrivateKeyFile" in alipayhk-pass.config.json (gateway-private-key.pem) and "publicKeyFile" in alipayhk-pass.config.json (other-public-key.pem) are not a pair',
    ],
    [
      'a public key as the private one',
      { privateKeyFile: 'merchant-public-key.pem' },
      '"privateKeyFile" is a public key',
    ],
  ])('%s', async (_, config, problem) => {
    const cwd = folderWithKeys(config);
    writeFileSync(join(cwd, 'other-public-key.pem'), pem(newPair().publicKey));
    const ended = await run(['doctor', '--offline'], { cwd });
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

  it.each([
    ['600 s behind', 600, /clock +problem +this clock is (599|600|601) s behind the gateway's; expected/],
    [
      '70 s ahead',
      -70,
      /clock +problem +this clock is (69|70|71) s ahead of the gateway's: a reply that is more than 60 s/,
    ],
  ])('a clock that is %s', async (_, seconds, text) => {
    const change = (response: Response): Response => {
      response.headers.set('Date', new Date(Date.now() + seconds * 1000).toUTCString());
      return response;
    };
    const { url } = await startGateway(keys, { change });
    const ended = await run(['doctor'], { cwd: folderWithKeys({ gatewayUrl: url }) });
    expect(ended.code).toBe(1);
    expect(ended.stdout).toMatch(text);
    expect(ended.stdout).toMatch(/reachability +fine/);
  });

  it.each([
    ['a proxy that replies with 403', 403, {}],
    ['a server that redirects', 302, { Location: '/login' }],
    ['a server that does not know the path', 404, {}],
    ['a page', 200, {}],
  ])('%s in place of a gateway, and takes no time from it', async (_, status, headers) => {
    const url = await serve(async () => new Response('<p>no</p>', { status, headers }));
    const ended = await run(['doctor'], { cwd: folderWithKeys({ gatewayUrl: url }) });
    expect(ended.code).toBe(1);
    expect(ended.stdout).toMatch(new RegExp(`reachability +problem +${url} replies with HTTP ${status} and no result`));
    expect(ended.stdout).toMatch(/clock +unknown/);
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

  it.each([
    ['profile that exists', 'alipayhk-pass.profile.json', [], 'alipayhk-pass.profile.json exists; use --force'],
    ['mail that exists', 'alipayhk-pass.mail.txt', [], 'alipayhk-pass.mail.txt exists; use --force'],
    ['profile in a folder that is not there', 'x', ['--out', 'no/p.json'], 'no/p.json cannot be written: its folder'],
  ])('for a %s, and exits with 2', async (_, file, args, problem) => {
    const { url, updates, refusals } = await startGateway(keys);
    const cwd = folderWithKeys({ gatewayUrl: url });
    writeFileSync(join(cwd, file), 'old');
    const ended = await run(['doctor', '--probe', '--confirm', new URL(url).host, ...args], { cwd });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(new RegExp(`^alipayhk-pass: ${problem}.*\n$`));
    expect([updates, refusals.length]).toEqual([[], 1]);
    expect(readFileSync(join(cwd, file), 'utf8')).toBe('old');
  });
});
