import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderWithKeys } from './keys.ts';
import { run, runtimes, temporaryFolder } from './runtimes.ts';

const time = '2026-11-26T08:00:00+08:00';
const body = '{"passId":"1","note":"金卡 +1"}';
const openssl = (cwd: string, ...args: string[]): Buffer => execFileSync('openssl', args, { cwd });
const path = '/api/open/alipay/v1/ipass/pass/manage/updatePass';

describe.each(runtimes)('on $name', (runtime) => {
  it('keygen writes a pair in two forms, for its owner alone, that OpenSSL reads', async () => {
    const cwd = temporaryFolder();
    const { code, stdout } = await run(['keygen', 'keys', '--json'], { cwd, runtime });
    expect(code).toBe(0);
    const { files, fingerprint, publicKey } = JSON.parse(stdout);
    expect(files).toHaveLength(4);
    for (const file of files) expect(statSync(join(cwd, file)).mode & 0o777).toBe(0o600);
    const spki = openssl(cwd, 'pkey', '-in', 'keys/merchant-private-key.pem', '-pubout', '-outform', 'DER');
    expect(publicKey).toBe(spki.toString('base64'));
    expect(readFileSync(join(cwd, 'keys/merchant-public-key.base64'), 'utf8')).toBe(`${publicKey}\n`);
    expect(openssl(cwd, 'pkey', '-pubin', '-in', 'keys/merchant-public-key.pem', '-outform', 'DER')).toEqual(spki);
    const pkcs8 = Buffer.from(readFileSync(join(cwd, 'keys/merchant-private-key.base64'), 'utf8'), 'base64');
    writeFileSync(join(cwd, 'private.der'), pkcs8);
    expect(openssl(cwd, 'pkey', '-in', 'private.der', '-inform', 'DER', '-pubout', '-outform', 'DER')).toEqual(spki);
    writeFileSync(join(cwd, 'spki.der'), spki);
    expect(openssl(cwd, 'dgst', '-sha256', '-r', 'spki.der').toString()).toContain(fingerprint);
  });

  it('keygen writes a .gitignore into a folder that it makes, and into no other', async () => {
    const cwd = temporaryFolder();
    await run(['keygen', 'made/keys'], { cwd, runtime });
    expect(readFileSync(join(cwd, 'made/keys/.gitignore'), 'utf8')).toBe('*\n');
    writeFileSync(join(cwd, 'made/keys/.gitignore'), 'mine');
    mkdirSync(join(cwd, 'there'));
    for (const folder of ['made', 'made/keys', 'there'])
      expect((await run(['keygen', folder, '--name', 'other'], { cwd, runtime })).code).toBe(0);
    expect(readFileSync(join(cwd, 'made/keys/.gitignore'), 'utf8')).toBe('mine');
    for (const folder of ['.', 'made', 'there']) expect(existsSync(join(cwd, folder, '.gitignore'))).toBe(false);
  });

  it('keygen overwrites nothing without --force, and all of it with', async () => {
    const cwd = temporaryFolder();
    await run(['keygen'], { cwd, runtime });
    const before = readFileSync(join(cwd, 'merchant-private-key.pem'), 'utf8');
    chmodSync(join(cwd, 'merchant-private-key.pem'), 0o644);
    const again = await run(['keygen'], { cwd, runtime });
    expect(again.code).toBe(2);
    expect(again.stderr).toBe('alipayhk-pass: merchant-private-key.pem exists; use --force to overwrite it\n');
    expect(readFileSync(join(cwd, 'merchant-private-key.pem'), 'utf8')).toBe(before);
    expect((await run(['keygen', '--force'], { cwd, runtime })).code).toBe(0);
    expect(readFileSync(join(cwd, 'merchant-private-key.pem'), 'utf8')).not.toBe(before);
    expect(statSync(join(cwd, 'merchant-private-key.pem')).mode & 0o777).toBe(0o600);
  });

  it('keygen --force shows the new key neither to who has the old file open nor through a symbolic link', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'merchant-private-key.pem'), 'old');
    writeFileSync(join(cwd, 'target'), 'kept', { mode: 0o644 });
    symlinkSync('target', join(cwd, 'merchant-private-key.base64'));
    const open = openSync(join(cwd, 'merchant-private-key.pem'), 'r');
    expect((await run(['keygen', '--force'], { cwd, runtime })).code).toBe(0);
    expect(readFileSync(open, 'utf8')).toBe('old');
    closeSync(open);
    expect(readFileSync(join(cwd, 'target'), 'utf8')).toBe('kept');
    const files = ['pem', 'base64'].flatMap((form) => [`merchant-private-key.${form}`, `merchant-public-key.${form}`]);
    expect(readdirSync(cwd).sort()).toEqual([...files, 'target'].sort());
    for (const file of files) expect(statSync(join(cwd, file)).mode & 0o777).toBe(0o600);
  });

  it('sign makes the signature that OpenSSL makes, and verify accepts it', async () => {
    const cwd = folderWithKeys();
    const signed = await run(['sign', '--time', time, '--json'], { cwd, runtime, input: body });
    const { headers, content } = JSON.parse(signed.stdout);
    const expected = `POST ${path}\n4Q5Y8W0WSG45P907917.${time}.${body}`;
    expect(Buffer.from(content, 'base64').toString()).toBe(expected);
    writeFileSync(join(cwd, 'content'), expected);
    const bytes = openssl(cwd, 'dgst', '-sha256', '-sign', 'merchant-private-key.pem', 'content');
    expect(headers.Signature).toBe(`algorithm=RSA256, signature=${encodeURIComponent(bytes.toString('base64'))}`);
    const args = [
      'verify',
      '--time',
      time,
      '--signature',
      headers.Signature,
      '--public-key',
      'merchant-public-key.pem',
    ];
    expect(await run(args, { cwd, runtime, input: body })).toMatchObject({ code: 0, stderr: '' });
    const changed = await run(args, { cwd, runtime, input: `${body}\n` });
    expect(changed).toEqual({ code: 5, stdout: '', stderr: 'alipayhk-pass: the signature does not verify\n' });
  });

  it.each([
    ['plain', []],
    ['encrypted', ['--encrypt']],
    ['encrypted with AES-GCM and RSA-OAEP', ['--encrypt', '--content', 'AES-GCM', '--key-transport', 'RSA-OAEP']],
  ])('open returns the body that seal took, %s', async (_, suite) => {
    const cwd = folderWithKeys();
    const sealed = await run(['seal', ...suite], { cwd, runtime, input: body });
    expect(sealed).toMatchObject({ code: 0, stderr: '' });
    expect(sealed.stdout).toMatch(new RegExp(`^POST ${path} HTTP/1.1\r\nHost: open.alipay.hk\r\n`));
    const other = ['--public-key', 'merchant-public-key.pem', '--private-key', 'gateway-private-key.pem'];
    const ends = [...other, ...suite.filter((each) => each !== '--encrypt')];
    const opened = await run(['open', ...ends], { cwd, runtime, input: sealed.stdout });
    expect(opened).toEqual({ code: 0, stderr: '', stdout: body });
    const verified = await run(['verify', '--public-key', 'merchant-public-key.pem'], {
      cwd,
      runtime,
      input: sealed.stdout,
    });
    expect(verified.code).toBe(0);
  });

  it.each([
    ['--profile', ['--profile', 'profile.json'], {}],
    ['GATEWAY_PROFILE', [], { GATEWAY_PROFILE: 'profile.json' }],
  ])('seal, open and explain take the suite of %s', async (_, args, env) => {
    const cwd = folderWithKeys();
    const encryption = { content: 'AES-GCM', keyTransport: 'RSA-OAEP' };
    const settings = { encryption, encryptedContentType: 'application/json' };
    const profile = { version: 1, baseUrl: 'http://127.0.0.1:9', probedAt: '', settings, assumptions: {} };
    writeFileSync(join(cwd, 'profile.json'), JSON.stringify(profile));
    const sealed = await run(['seal', ...args], { cwd, runtime, env, input: body });
    expect(sealed).toMatchObject({ code: 0, stderr: '' });
    expect(sealed.stdout).toMatch(/^POST .*\r\nHost: 127.0.0.1:9\r\n/);
    expect(sealed.stdout).toMatch(/\r\nContent-Type: application\/json\r\n/);
    const ends = ['--public-key', 'merchant-public-key.pem', '--private-key', 'gateway-private-key.pem'];
    const opened = await run(['open', ...ends, ...args], { cwd, runtime, env, input: sealed.stdout });
    expect(opened).toEqual({ code: 0, stderr: '', stdout: body });
    const keys = ['--gateway-private-key', 'gateway-private-key.pem'];
    const explained = await run(['explain', ...keys, ...args], { cwd, runtime, env, input: sealed.stdout });
    expect(explained.stdout).toContain('AES-GCM with RSA-OAEP\n');
    expect(explained.stdout).not.toContain('wrong-suite');
  });

  it('open returns the body of a reply, of a file in JSON', async () => {
    const cwd = folderWithKeys();
    const other = ['--private-key', 'gateway-private-key.pem', '--public-key', 'merchant-public-key.pem'];
    const sealed = await run(['seal', '--reply', '--encrypt', '--json', ...other], { cwd, runtime, input: body });
    writeFileSync(join(cwd, 'reply.json'), sealed.stdout);
    expect(await run(['open', 'reply.json'], { cwd, runtime })).toEqual({ code: 0, stderr: '', stdout: body });
  });
});

describe('open ends with 5 and prints nothing', () => {
  it('for a message of long ago, unless --now names its time', async () => {
    const cwd = folderWithKeys({ publicKeyFile: 'merchant-public-key.pem' });
    const sealed = await run(['seal', '--now', time], { cwd, input: body });
    const late = await run(['open'], { cwd, input: sealed.stdout });
    expect(late).toMatchObject({ code: 5, stdout: '' });
    expect(late.stderr).toMatch(/Request-Time is \d+ s (behind|ahead of) this clock; expected within 300 s/);
    expect((await run(['open', '--now', 'message'], { cwd, input: sealed.stdout })).stdout).toBe(body);
  });

  it('for a body that was changed, and for one that does not decrypt', async () => {
    const cwd = folderWithKeys();
    const sealed = await run(['seal', '--encrypt', '--json'], { cwd, input: body });
    const message = JSON.parse(sealed.stdout);
    const ends = ['--public-key', 'merchant-public-key.pem', '--private-key', 'gateway-private-key.pem'];
    const changed = JSON.stringify({ ...message, body: `${message.body}=` });
    expect(await run(['open', ...ends], { cwd, input: changed })).toMatchObject({ code: 5, stdout: '' });
    const wrong = ['--public-key', 'merchant-public-key.pem', '--private-key', 'merchant-private-key.pem'];
    expect(await run(['open', ...wrong], { cwd, input: sealed.stdout })).toEqual({
      code: 5,
      stdout: '',
      stderr: 'alipayhk-pass: the body does not decrypt\n',
    });
  });
});
