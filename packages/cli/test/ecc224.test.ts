// Keys on P-224 in every command that takes a key: the algorithm follows from the key.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RSA_AES } from '@alipayhk-pass/api';
import { createWebhooks } from '@alipayhk-pass/api/webhooks';
import { describe, expect, it } from 'vitest';
import { clientId, done, privateKeyOf, publicKeyOf, serve, startGateway } from './gateway.ts';
import { lines, ndjson } from './import-lines.ts';
import { folderWithKeys, type Keys, newEcPair, pem, keys as rsa } from './keys.ts';
import { run, runtimes, temporaryFolder } from './runtimes.ts';

const keys: Keys = { merchant: newEcPair(), gateway: newEcPair() };
const path = '/api/open/alipay/v1/ipass/pass/manage/updatePass';
const time = '2026-11-26T08:00:00+08:00';
const body = '{"passId":"1","note":"金卡 +1"}';
const openssl = (cwd: string, ...args: string[]): Buffer => execFileSync('openssl', args, { cwd });
const flags = ['--pass-id', '1', '--user-id', 'U1', '--data', 'points:=880'];
/** RSA keys for RSA_AES, in the merchant's configuration. */
const rsaKeys = { encryptionKeyFile: 'gateway-rsa-public.pem', decryptionKeyFile: 'merchant-rsa-private.pem' };
const given = ['--encryption-key', rsaKeys.encryptionKeyFile, '--decryption-key', rsaKeys.decryptionKeyFile];

/** Files of both pairs of both ends. */
function folder(config: object = {}): string {
  const cwd = folderWithKeys(config, keys);
  for (const end of ['merchant', 'gateway'] as const) {
    for (const half of ['private', 'public'] as const)
      writeFileSync(join(cwd, `${end}-rsa-${half}.pem`), pem(rsa[end][`${half}Key`]), { mode: 0o600 });
  }
  return cwd;
}

/** A gateway that signs with ECC224, and encrypts and decrypts with RSA keys. */
const startEncrypting = async () => {
  const encryptionKey = await publicKeyOf(rsa.merchant);
  return startGateway(keys, {
    encryption: RSA_AES,
    decryptionKey: await privateKeyOf(rsa.gateway),
    encryptionKeyOf: () => encryptionKey,
  });
};

describe.each(runtimes)('with ECC224 on $name', (runtime) => {
  it('keygen writes a pair on P-224 that OpenSSL reads, in two forms, for its owner alone', async () => {
    const cwd = temporaryFolder();
    const ended = await run(['keygen', 'keys', '--algorithm', 'ECC224', '--json'], { cwd, runtime });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const { files, fingerprint, publicKey } = JSON.parse(ended.stdout);
    for (const file of files) expect(statSync(join(cwd, file)).mode & 0o777).toBe(0o600);
    const text = openssl(cwd, 'pkey', '-in', 'keys/merchant-private-key.pem', '-noout', '-text').toString();
    expect(text).toContain('ASN1 OID: secp224r1');
    const spki = openssl(cwd, 'pkey', '-in', 'keys/merchant-private-key.pem', '-pubout', '-outform', 'DER');
    expect(publicKey).toBe(spki.toString('base64'));
    expect(openssl(cwd, 'pkey', '-pubin', '-in', 'keys/merchant-public-key.pem', '-outform', 'DER')).toEqual(spki);
    expect(fingerprint).toBe(createHash('sha256').update(spki).digest('hex'));
    const signed = await run(['sign', '--client-id', clientId, '--private-key', 'keys/merchant-private-key.base64'], {
      cwd,
      runtime,
      input: body,
    });
    expect(signed.stdout).toContain('Signature: algorithm=ECC224, signature=');
  });

  it('sign makes a signature that OpenSSL verifies, and verify accepts one that OpenSSL makes', async () => {
    const cwd = folder();
    const signed = await run(['sign', '--time', time, '--json'], { cwd, runtime, input: body });
    expect(signed).toMatchObject({ code: 0, stderr: '' });
    const [, base64 = ''] =
      /^algorithm=ECC224, signature=(.+)$/.exec(JSON.parse(signed.stdout).headers.Signature) ?? [];
    writeFileSync(join(cwd, 'signature'), Buffer.from(decodeURIComponent(base64), 'base64'));
    writeFileSync(join(cwd, 'content'), `POST ${path}\n${clientId}.${time}.${body}`);
    const verifying = ['-sha224', '-verify', 'merchant-public-key.pem', '-signature', 'signature', 'content'];
    expect(openssl(cwd, 'dgst', ...verifying).toString()).toBe('Verified OK\n');
    const theirs = openssl(cwd, 'dgst', '-sha224', '-sign', 'merchant-private-key.pem', 'content').toString('base64');
    const header = `algorithm=ECC224, signature=${encodeURIComponent(theirs)}`;
    const args = ['verify', '--time', time, '--signature', header, '--public-key', 'merchant-public-key.pem'];
    const verified = await run(args, { cwd, runtime, input: body });
    const spki = keys.merchant.publicKey.export({ type: 'spki', format: 'der' });
    expect(verified).toEqual({
      code: 0,
      stderr: '',
      stdout: `the signature verifies with the key ${createHash('sha256').update(spki).digest('hex')}\n`,
    });
    expect((await run(args, { cwd, runtime, input: `${body}\n` })).code).toBe(5);
  });

  it('update sends a signed request, and an encrypted one with RSA keys, and reads the reply', async () => {
    const { url, updates } = await startEncrypting();
    const plain = await run(['update', ...flags], { cwd: folder({ gatewayUrl: url }), runtime });
    expect(plain).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('reply signed,') });
    const config = { gatewayUrl: url, encrypt: true, ...rsaKeys };
    const encrypted = await run(['update', ...flags], { cwd: folder(config), runtime });
    const stdout = expect.stringContaining('reply signed and encrypted,');
    expect(encrypted).toMatchObject({ code: 0, stderr: '', stdout });
    expect(updates).toHaveLength(2);
  });

  it('import sends a file', async () => {
    const { url, updates } = await startEncrypting();
    const cwd = folder({ gatewayUrl: url });
    writeFileSync(join(cwd, 'in.ndjson'), ndjson(lines(3, 2)));
    const ended = await run(['import', 'in.ndjson', '--rate', '0'], { cwd, runtime });
    expect(ended).toMatchObject({ code: 0, stdout: '3 done\n' });
    expect(updates).toHaveLength(3);
  });

  it('open returns the body that seal took, encrypted to an RSA key', async () => {
    const cwd = folder(rsaKeys);
    const sealed = await run(['seal', '--encrypt'], { cwd, runtime, input: body });
    expect(sealed).toMatchObject({ code: 0, stderr: '' });
    expect(sealed.stdout).toContain('\r\nSignature: algorithm=ECC224, ');
    const ends = ['--public-key', 'merchant-public-key.pem', '--decryption-key', 'gateway-rsa-private.pem'];
    expect(await run(['open', ...ends], { cwd, runtime, input: sealed.stdout })).toEqual({
      code: 0,
      stderr: '',
      stdout: body,
    });
  });

  it('trigger calls a merchant, also encrypted', async () => {
    const bills: object[] = [];
    const webhooks = createWebhooks({
      tag: 'shop',
      encryption: RSA_AES,
      clientId,
      privateKey: await privateKeyOf(keys.merchant),
      publicKey: await publicKeyOf(keys.gateway),
      decryptionKey: await privateKeyOf(rsa.merchant),
      encryptionKey: await publicKeyOf(rsa.gateway),
      notifyBill: (bill) => {
        bills.push(bill);
        return done;
      },
      createMembercard: () => ({ resultInfo: done }),
    });
    const settings = {
      gatewayPrivateKeyFile: 'gateway-private-key.pem',
      ownPublicKeyFile: 'merchant-public-key.pem',
      merchantTag: 'shop',
      merchantUrl: await serve((request) => webhooks(request)),
    };
    const cwd = folder(settings);
    expect(await run(['trigger', 'bill'], { cwd, runtime })).toMatchObject({ code: 0, stderr: '' });
    const theirs = ['--encryption-key', 'merchant-rsa-public.pem', '--decryption-key', 'gateway-rsa-private.pem'];
    const encrypted = await run(['trigger', 'bill', '--encrypt', ...theirs], { cwd, runtime });
    expect(encrypted).toMatchObject({ code: 0, stderr: '' });
    expect(bills).toHaveLength(2);
  });

  it('doctor finds the keys fine, with the fingerprint that OpenSSL prints, and names a pair that is none', async () => {
    const cwd = folder({ ownPublicKeyFile: 'merchant-public-key.pem', encrypt: true, ...rsaKeys });
    const ended = await run(['doctor', '--offline'], { cwd, runtime });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toMatch(/keys +fine +well-formed: .*; .* are a pair\n/);
    expect(ended.stdout).toMatch(/encryption-key +fine .*\ndecryption-key +fine /);
    const der = openssl(cwd, 'pkey', '-in', 'merchant-private-key.pem', '-pubout', '-outform', 'DER');
    expect(ended.stdout).toContain(`${createHash('sha256').update(der).digest('hex')} of "privateKeyFile"`);
    const wrong = folder({ ownPublicKeyFile: 'gateway-public-key.pem' });
    const named = await run(['doctor', '--offline'], { cwd: wrong, runtime });
    expect(named.code).toBe(1);
    expect(named.stdout).toContain('are not a pair');
  });

  it.each([
    ['signs, and settles what ECC224 is', [], null],
    ['encrypts with RSA keys', given, { content: 'AES-ECB', keyTransport: 'RSAES-PKCS1-v1_5' }],
  ])('doctor --probe %s', async (_, args, encryption) => {
    const { url } = await startEncrypting();
    const cwd = folder({ gatewayUrl: url });
    const probe = ['doctor', '--probe', '--json', '--pause', '0', '--confirm', new URL(url).host, ...args];
    const ended = await run(probe, { cwd, runtime });
    expect(ended.code).toBe(0);
    expect(ended.stderr).toBe(
      encryption
        ? ''
        : 'alipayhk-pass: nothing is encrypted: RSA_AES needs RSA keys, which --encryption-key and --decryption-key give\n',
    );
    const { findings, profile } = JSON.parse(ended.stdout);
    expect(findings).toMatchObject({ algorithm: 'ECC224', encryption });
    expect(profile.assumptions.A3).toEqual({ settled: true, finding: 'P-224, SHA-224 and DER' });
    expect(profile.assumptions.A2.settled).toBe(false);
    expect(profile.assumptions.A5.settled).toBe(encryption !== null);
    expect(JSON.parse(readFileSync(join(cwd, 'alipayhk-pass.profile.json'), 'utf8'))).toEqual(profile);
  });

  it.each([
    [
      'update without an RSA key to encrypt to',
      ['update', ...flags, '--encrypt'],
      /^RSA_AES needs an RSA key, and "publicKeyFile" in alipayhk-pass.config.json is an ECC224 key; encryption-key is missing; expected --encryption-key FILE or /,
    ],
    [
      'update without an RSA key that decrypts',
      ['update', ...flags, '--encrypt', '--encryption-key', 'gateway-rsa-public.pem'],
      /^RSA_AES needs an RSA key, and "privateKeyFile" in alipayhk-pass.config.json is an ECC224 key; decryption-key is missing; /,
    ],
    [
      'seal to an ECC224 key',
      ['seal', '--encrypt'],
      /^RSA_AES needs an RSA key, and "publicKeyFile" in .* is an ECC224 key; /,
    ],
    [
      'an ECC224 key as the one that encrypts',
      ['seal', '--encrypt', '--encryption-key', 'gateway-public-key.pem'],
      /^RSA_AES needs an RSA key, and --encryption-key \(gateway-public-key.pem\) is an ECC224 key$/,
    ],
    [
      'the public half as the private key',
      ['sign', '--private-key', 'merchant-public-key.pem'],
      /^--private-key \(merchant-public-key.pem\) is a public key; expected an EC private key on P-224 \(secp224r1\)$/,
    ],
    [
      '--bits for a key on P-224',
      ['keygen', 'new', '--algorithm', 'ECC224', '--bits', '2048'],
      /^--bits is for RSA keys; ECC224 keys have one length$/,
    ],
    ['another algorithm', ['keygen', 'new', '--algorithm', 'RSA'], /^--algorithm must be one of RSA256, ECC224$/],
  ])('exits with 2 for %s', async (_, args, text) => {
    const ended = await run([...args, '--json'], { cwd: folder(), runtime, input: body });
    const { exitCode, error } = JSON.parse(ended.stdout);
    expect([ended.code, exitCode]).toEqual([2, 2]);
    expect(error.message).toMatch(text);
    expect(ended.stderr).toBe(`alipayhk-pass: ${error.message}\n`);
  });
});
