// What doctor says of keys, and of the gateway that is meant.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { importPublicKey } from '@alipayhk-pass/api';
import { describe, expect, it } from 'vitest';
import { startGateway } from './gateway.ts';
import { folderWithKeys, keys, newEcPair, newPair, pem } from './keys.ts';
import { run, temporaryFolder } from './runtimes.ts';

describe('doctor says of keys in which nothing is wrong', () => {
  const printOf = createHash('sha256')
    .update(keys.merchant.publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex');

  it.each([
    ['that they are well-formed', {}, /keys +fine +well-formed: "privateKeyFile", "publicKeyFile"\n/],
    [
      'that the two of the merchant are a pair',
      { ownPublicKeyFile: 'merchant-public-key.pem' },
      /keys +fine +well-formed: .*; "privateKeyFile" and "ownPublicKeyFile" are a pair\n/,
    ],
    [
      'that it cannot know which ones are registered',
      {},
      /registered keys +unknown .*compare the fingerprint of "privateKeyFile" and "publicKeyFile" with its console: it is the SHA-256 of the public key in DER \(SPKI\).*--own-public-key FILE/,
    ],
    ['what to compare with the console', {}, new RegExp(`${printOf} of "privateKeyFile"`)],
  ])('%s', async (_, config, text) => {
    const ended = await run(['doctor', '--offline'], { cwd: folderWithKeys(config) });
    expect(ended.stdout).toMatch(text);
    expect(ended.code).toBe(0);
  });

  it('which one is not given, and exits with 1', async () => {
    const cwd = folderWithKeys();
    const { publicKeyFile, ...config } = JSON.parse(readFileSync(join(cwd, 'alipayhk-pass.config.json'), 'utf8'));
    writeFileSync(join(cwd, 'alipayhk-pass.config.json'), JSON.stringify(config));
    const ended = await run(['doctor', '--offline'], { cwd });
    expect(ended.stdout).toMatch(/keys +unknown +well-formed: "privateKeyFile"; not given: --public-key\n/);
    expect(ended.code).toBe(1);
  });
});

describe('doctor names', () => {
  it('keys of the environment by their variables, with the fingerprint that OpenSSL prints of a public key', async () => {
    const cwd = temporaryFolder();
    const base64 = keys.gateway.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    writeFileSync(join(cwd, 'key.base64'), `${base64}\n`);
    const env = { CLIENT_ID: 'A1', MERCHANT_PRIVATE_KEY: pem(keys.merchant.privateKey), ALIPAYHK_PUBLIC_KEY: base64 };
    const ended = await run(['doctor', '--offline'], { cwd, env });
    expect(ended.stdout).toContain('well-formed: MERCHANT_PRIVATE_KEY, ALIPAYHK_PUBLIC_KEY\n');
    const [, line = ''] = /in base64, (openssl .*) prints it/.exec(ended.stdout) ?? [];
    const printed = execFileSync('sh', ['-c', line.replace('FILE', 'key.base64')], { cwd }).toString();
    const [, print = 'none'] = /([0-9a-f]{64})/.exec(printed) ?? [];
    expect(ended.stdout).toContain(`${print} of ALIPAYHK_PUBLIC_KEY\n`);
    const wrong = await run(['doctor', '--offline'], { cwd, env: { ...env, MERCHANT_PRIVATE_KEY: base64 } });
    expect(wrong.stdout).toContain('MERCHANT_PRIVATE_KEY is a public key');
  });

  it('what is no RSA key where one is expected that encrypts, and exits with 1', async () => {
    const cwd = folderWithKeys({ encryptionKeyFile: 'ec.pem', decryptionKeyFile: 'gateway-public-key.pem' });
    writeFileSync(join(cwd, 'ec.pem'), pem(newEcPair().publicKey));
    const ended = await run(['doctor', '--offline'], { cwd });
    expect(ended.code).toBe(1);
    expect(ended.stdout).toMatch(
      /encryption-key +problem +RSA_AES needs an RSA key, and "encryptionKeyFile" in .* is an ECC224 key/,
    );
    expect(ended.stdout).toMatch(/decryption-key +problem +"decryptionKeyFile" in .* is a public key; expected an RSA/);
  });

  it('the RSA keys that are missing where bodies are encrypted and ECC224 keys sign, and exits with 1', async () => {
    const cwd = folderWithKeys({ encrypt: true }, { merchant: newEcPair(), gateway: newEcPair() });
    const ended = await run(['doctor', '--offline'], { cwd });
    expect(ended.code).toBe(1);
    for (const name of ['encryption-key', 'decryption-key'])
      expect(ended.stdout).toMatch(new RegExp(`${name} +problem +RSA_AES needs an RSA key, .*; ${name} is missing;`));
  });

  it('the problems also with --json where the probe is not begun for them', async () => {
    const cwd = folderWithKeys({ publicKeyFile: 'merchant-public-key.pem' });
    const ended = await run(['doctor', '--offline', '--probe', '--json'], { cwd });
    expect(ended.code).toBe(1);
    const [checks = '', error = ''] = ended.stdout.trim().split('\n');
    expect(JSON.parse(checks)).toMatchObject({
      fine: false,
      checks: expect.arrayContaining([expect.objectContaining({ name: 'keys', verdict: 'problem' })]),
    });
    expect(JSON.parse(error)).toMatchObject({ exitCode: 1 });
  });
});

describe('doctor --probe stops, writes nothing, and exits with 5 where', () => {
  const wrong = newPair();
  const registered = async () => {
    const publicKey = await importPublicKey(pem(wrong.publicKey));
    return { publicKeyOf: () => publicKey };
  };
  const unsigned = (response: Response): Response => {
    response.headers.delete('Signature');
    response.headers.delete('Response-Time');
    return response;
  };

  it('something in between changes requests, and names that beside the keys', async () => {
    const changeRequest = async (request: Request): Promise<Request> =>
      new Request(request, { body: `${await request.clone().text()} ` });
    const { url } = await startGateway(keys, { changeRequest });
    const cwd = folderWithKeys({ gatewayUrl: url });
    const ended = await run(['doctor', '--probe', '--pause', '0', '--confirm', new URL(url).host], { cwd });
    expect(ended.stderr).toContain('or something in between changed the request: capture it behind every proxy');
    expect(ended.code).toBe(5);
  });

  it.each([
    ['the gateway holds another key of ours, and signs that', {}, {}, 'MERCHANT_PRIVATE_KEY is not the registered one'],
    [
      'the gateway holds another key of ours, and does not sign that',
      { change: unsigned },
      {},
      'MERCHANT_PRIVATE_KEY is not the registered one',
    ],
    [
      'the gateway does not know the Client-Id',
      { publicKeyOf: () => undefined },
      {},
      'refuses every correctly signed request with INVALID_CLIENT',
    ],
    [
      "we hold another key as AlipayHK's",
      {},
      { publicKeyFile: 'wrong-public-key.pem' },
      'ALIPAYHK_PUBLIC_KEY does not verify them',
    ],
  ])('%s', async (_, gateway, config, text) => {
    const { url } = await startGateway(keys, { ...(await registered()), ...gateway });
    const cwd = folderWithKeys({ gatewayUrl: url, ...config });
    writeFileSync(join(cwd, 'wrong-public-key.pem'), pem(wrong.publicKey));
    const probe = ['doctor', '--probe', '--pause', '0', '--confirm', new URL(url).host];
    const ended = await run(probe, { cwd });
    expect(ended.stderr).toContain(text);
    expect(ended.code).toBe(5);
    for (const file of ['alipayhk-pass.profile.json', 'alipayhk-pass.mail.txt'])
      expect(existsSync(join(cwd, file))).toBe(false);
  });
});

describe('the gateway of a profile', () => {
  const profileOf = (baseUrl: string): string =>
    JSON.stringify({ version: 1, baseUrl, probedAt: '', settings: { encryption: null }, assumptions: {} });

  it.each([
    ['named on the command line wins over GATEWAY_URL', ['--profile', 'profile.json'], {}, 'profile'],
    [
      'named on the command line gives way to --gateway',
      ['--profile', 'profile.json', '--gateway', 'http://127.0.0.1:9'],
      {},
      'other',
    ],
    ['named in the environment gives way to GATEWAY_URL', [], { GATEWAY_PROFILE: 'profile.json' }, 'other'],
  ])('%s, for doctor and for update', async (_, args, env, wanted) => {
    const { url, updates } = await startGateway(keys);
    const cwd = folderWithKeys();
    writeFileSync(join(cwd, 'profile.json'), profileOf(url));
    const options = { cwd, env: { GATEWAY_URL: 'http://127.0.0.1:9', ...env } };
    const checked = await run(['doctor', ...args], options);
    const isProfile = wanted === 'profile';
    expect(checked.stdout).toContain(isProfile ? `${url} replies` : 'http://127.0.0.1:9 does not reply');
    const sent = await run(['update', '--pass-id', '1', '--user-id', 'U1', ...args], options);
    expect(sent.code).toBe(isProfile ? 0 : 4);
    expect(updates).toHaveLength(isProfile ? 1 : 0);
  });
});
