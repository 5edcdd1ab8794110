// ECC224 messages are explained like RSA256 ones.
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { body, encrypt, type Made, make, path } from './captured.ts';
import { folderWithKeys, keys, newEcPair, newPair, pem } from './keys.ts';
import { run, runtimes } from './runtimes.ts';

const merchant = newEcPair();
const gateway = newEcPair();
const other = newEcPair();
/** What a merchant whose own key is ECC224 encrypts and decrypts with. */
const rsa = newPair();
const key = merchant.privateKey;
const replyBody = '{"resultInfo":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success."}}';
const reply: Made = { kind: 'reply', body: replyBody, key: gateway.privateKey };

function folder(): string {
  const cwd = folderWithKeys({}, { merchant, gateway });
  writeFileSync(join(cwd, 'other.pem'), pem(other.publicKey));
  writeFileSync(join(cwd, 'rsa.pem'), pem(rsa.privateKey), { mode: 0o600 });
  return cwd;
}

/** A signature whose base64 has a + that a blank can take the place of; each signature of ECDSA is another one. */
const signedWithPlus = ((): Made => {
  for (;;) {
    const { text } = make({ key, header: (bytes) => bytes.toString('base64') });
    const [, base64 = ''] = /^Signature: (.*)\r$/m.exec(text.toString()) ?? [];
    if (/[^ ]\+[^=]/.test(base64)) {
      return { key, header: () => `algorithm=ECC224, keyVersion=1, signature=${base64.replaceAll('+', ' ')}` };
    }
  }
})();

const cases: [title: string, made: Made, causes: string[], args?: string[]][] = [
  ["AlipayHK's own key in place of the merchant's", { key: gateway.privateKey }, ['wrong-key']],
  ['an old key of the merchant', { key: other.privateKey }, ['wrong-key'], ['--other-key', 'other.pem']],
  ["a reply signed with the merchant's key", { ...reply, key }, ['wrong-key'], ['--path', path]],
  [
    'a body signed indented and sent compact',
    { key, signed: { body: JSON.stringify(JSON.parse(body), null, 2) } },
    ['body-reserialised'],
  ],
  ['a line feed signed and not sent', { key, signed: { body: `${body}\n` } }, ['body-trailing-newline']],
  ['a byte-order mark signed and not sent', { key, signed: { body: `\uFEFF${body}` } }, ['body-bom']],
  ['a path received with a prefix', { key, path: `/gw${path}`, signed: { path } }, ['path-prefix-added']],
  ['a time signed in UTC', { key, signed: { time: '2026-11-26T00:00:00Z' } }, ['time-reformatted']],
  ['another Client-Id signed', { key, signed: { clientId: 'OLD-ID' } }, ['client-id'], ['--other-client-id', 'OLD-ID']],
  ['a + of the signature turned into a blank', signedWithPlus, ['signature-plus-blank']],
  [
    'a signature in hex',
    { key, header: (bytes) => `algorithm=ECC224, keyVersion=1, signature=${bytes.toString('hex')}` },
    ['signature-hex'],
  ],
  ['SHA-256 in place of SHA-224', { key, hash: 'sha256' }, ['wrong-algorithm']],
  ['IEEE P1363 in place of DER', { key, dsaEncoding: 'ieee-p1363' }, ['signature-encoding']],
  [
    'RSA256 in the header',
    {
      key,
      header: (bytes) => `algorithm=RSA256, keyVersion=1, signature=${encodeURIComponent(bytes.toString('base64'))}`,
    },
    ['algorithm'],
  ],
  [
    "a signature of the merchant's RSA key",
    {
      key: rsa.privateKey,
      header: (bytes) => `algorithm=RSA256, signature=${encodeURIComponent(bytes.toString('base64'))}`,
    },
    ['algorithm', 'wrong-key'],
    ['--other-key', 'rsa.pem'],
  ],
  [
    'the wrong key and a line feed',
    { key: gateway.privateKey, signed: { body: `${body}\n` } },
    ['wrong-key', 'body-trailing-newline'],
  ],
  [
    'a path with a prefix and a time in UTC',
    { key, path: `/gw${path}`, signed: { path, time: '2026-11-26T00:00:00Z' } },
    ['path-prefix-added', 'time-reformatted'],
  ],
];

describe.each(runtimes)('explain on $name, of an ECC224 message,', (runtime) => {
  it.each(cases)('names the cause and proves it: %s', async (_, made, causes, args = []) => {
    const { text } = make(made);
    const ended = await run(['explain', '--json', ...args], { cwd: folder(), runtime, input: text });
    expect(ended).toMatchObject({ code: 5, stderr: '' });
    const [message] = JSON.parse(ended.stdout).messages;
    const stage = message.stages.find((each: { stage: string }) => each.stage === 'signature');
    expect(stage.causes.map(({ cause }: { cause: string }) => cause)).toEqual(causes);
    expect(stage.proof.key).toMatch(/key/);
  });

  it.each([
    ['--other-key', ['--other-key', 'rsa.pem']],
    ['--decryption-key', ['--decryption-key', 'rsa.pem']],
  ])('finds a request and its reply fine, with the body encrypted to RSA keys: %s', async (_, args) => {
    const request = make({ key, ...encrypt(body, { to: rsa.publicKey }) });
    const replied = make({ ...reply, ...encrypt(replyBody, { to: rsa.publicKey }) });
    const input = Buffer.concat([request.text, Buffer.from('\r\n\r\n'), replied.text]);
    const ended = await run(['explain', ...args], { cwd: folder(), runtime, input });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toContain('the request is fine');
    expect(ended.stdout).toContain('the reply is fine');
  });
});

describe('explain, of an ECC224 message,', () => {
  it('says that it knows neither key nor content, where no key given fits', async () => {
    const { text } = make({ key: newEcPair().privateKey });
    const ended = await run(['explain', '--json'], { cwd: folder(), input: text });
    expect(ended).toMatchObject({ code: 5, stderr: '' });
    const { stages } = JSON.parse(ended.stdout).messages[0];
    const { causes } = stages.find(({ stage }: { stage: string }) => stage === 'signature');
    expect(causes).toMatchObject([{ cause: 'key-or-content-unknown', words: expect.stringContaining('--other-key') }]);
  });

  it('finds the key of an RSA256 message under a header that names ECC224', async () => {
    const header = (bytes: Buffer) => `algorithm=ECC224, signature=${encodeURIComponent(bytes.toString('base64'))}`;
    const { text } = make({ header });
    const ended = await run(['explain'], { cwd: folderWithKeys({}, keys), input: text });
    expect(ended.stdout).toContain('algorithm: the Signature header names ECC224; expected RSA256');
    expect(ended.stdout).toContain("proof: as it was received, the signature verifies with the merchant's key");
  });

  it.each(['sec1', 'pkcs8'] as const)('reads a key as OpenSSL writes it in %s', async (type) => {
    const cwd = folder();
    const text = merchant.privateKey.export({ type, format: 'pem' }).toString();
    const parameters = execFileSync('openssl', ['ecparam', '-name', 'secp224r1']).toString();
    const file = join(cwd, 'merchant-private-key.pem');
    writeFileSync(file, type === 'sec1' ? parameters + text : text);
    const ended = await run(['explain'], { cwd, input: make({ key }).text });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(readFileSync(file, 'utf8')).toContain('PRIVATE KEY');
  });

  it('exits with 2 and names the option for a public key as the private one, or one on another curve', async () => {
    const cwd = folder();
    const input = make({ key }).text;
    const swapped = await run(['explain', '--private-key', 'other.pem'], { cwd, input });
    expect(swapped).toMatchObject({ code: 2, stdout: '' });
    expect(swapped.stderr).toBe(
      'alipayhk-pass: --private-key (other.pem) is a public key; expected an EC private key on P-224 (secp224r1)\n',
    );
    writeFileSync(join(cwd, 'p256.pem'), pem(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey));
    const wrong = await run(['explain', '--other-key', 'p256.pem'], { cwd, input });
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
    expect(wrong.stderr).toMatch(/^alipayhk-pass: --other-key \(p256.pem\) is .+\n$/);
  });
});
