// What explain says of stages other than the signature.
import { constants } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { body, encrypt, type Made, make, path } from './captured.ts';
import { folderWithKeys, keys, newPair, pem } from './keys.ts';
import { run } from './runtimes.ts';

const sealed = encrypt(body);
const replyBody = '{"resultInfo":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success."}}';
const reply: Made = { kind: 'reply', body: replyBody };
const plus = (text: string) => (bytes: Buffer) =>
  `algorithm=RSA256, keyVersion=1, signature=${text === '' ? bytes.toString('base64') : text}`;

/** What breaks elsewhere: the stage, and its cause. */
const otherCases: [
  title: string,
  capture: () => Buffer | string,
  stage: string,
  cause: string,
  code: number,
  args?: string[],
][] = [
  ['a missing Signature header', () => make({ headers: { Signature: '' } }).text, 'headers', 'header-missing', 5],
  [
    'a repeated key in the Signature header',
    () => make({ header: () => 'algorithm=RSA256, signature=AA==, signature=AA==' }).text,
    'headers',
    'signature-header-form',
    5,
  ],
  [
    'the value of the signature alone',
    () => make({ header: (bytes) => encodeURIComponent(bytes.toString('base64')) }).text,
    'headers',
    'signature-header-form',
    5,
  ],
  ['a time without a zone', () => make({ time: '2026-11-26 08:00:00' }).text, 'headers', 'time-form', 5],
  ['a Client-Id that is not ours', () => make({ clientId: 'OTHER' }).text, 'client', 'client-id-other', 5],
  ['a path that is no operation', () => make({ path: '/updatePass' }).text, 'target', 'path-unknown', 1],
  [
    'a form in place of JSON',
    () => make({ headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }).text,
    'target',
    'content-type',
    1,
  ],
  [
    'a signature that was cut',
    () => make({ header: (bytes) => plus(bytes.subarray(0, 200).toString('base64'))(bytes) }).text,
    'signature',
    'signature-length',
    5,
  ],
  [
    'a signature of a key that nobody has',
    () => make({ key: newPair().privateKey }).text,
    'signature',
    'unknown-key',
    5,
  ],
  [
    'another body altogether',
    () => make({ signed: { body: '{"passId":"2"}' } }).text,
    'signature',
    'content-unknown',
    5,
  ],
  [
    'ECC224 in the header',
    () => make({ header: (bytes) => plus('')(bytes).replace('RSA256', 'ECC224') }).text,
    'signature',
    'algorithm',
    5,
  ],
  ['a clock that is wrong', () => make().text, 'time', 'clock-skew', 5, ['--now', '2026-11-26T09:00:00+08:00']],
  [
    'an encrypted body without the Encrypt header',
    () => make({ body: sealed.body }).text,
    'decryption',
    'encrypt-header-missing',
    5,
  ],
  [
    'an Encrypt header over plain JSON',
    () => make({ headers: sealed.headers }).text,
    'decryption',
    'body-not-encrypted',
    5,
  ],
  [
    'algorithm=RSA in the Encrypt header',
    () =>
      make({
        ...sealed,
        headers: { ...sealed.headers, Encrypt: (sealed.headers.Encrypt ?? '').replace('RSA_AES', 'RSA') },
      }).text,
    'decryption',
    'encrypt-algorithm',
    5,
  ],
  [
    'AES-CBC in place of AES-ECB',
    () => make(encrypt(body, { mode: 'aes-256-cbc' })).text,
    'decryption',
    'wrong-suite',
    5,
    ['--gateway-private-key', 'gateway-private-key.pem'],
  ],
  [
    'AES-GCM and OAEP',
    () => make(encrypt(body, { mode: 'aes-256-gcm', padding: constants.RSA_PKCS1_OAEP_PADDING })).text,
    'decryption',
    'wrong-suite',
    5,
    ['--gateway-private-key', 'gateway-private-key.pem'],
  ],
  [
    "a body encrypted to the merchant's own key",
    () => make(encrypt(body, { to: keys.merchant.publicKey })).text,
    'decryption',
    'encrypted-to-another-key',
    5,
  ],
  ['a body that does not fit the contract', () => make({ body: '{"passId":"1"}' }).text, 'contract', 'contract', 1],
  [
    'a reply that is not signed',
    () => make({ ...reply, headers: { Signature: '', 'Response-Time': '' } }).text,
    'headers',
    'unsigned',
    5,
  ],
  ['a reply with HTTP 502', () => make({ ...reply, status: 502 }).text, 'status', 'http-status', 4],
  ['a reply that says F', () => make({ ...reply, body: replyBody.replace('"S"', '"F"') }).text, 'result', 'refused', 3],
  ['a reply that says U', () => make({ ...reply, body: replyBody.replace('"S"', '"U"') }).text, 'result', 'unknown', 4],
  [
    'a reply from before its request',
    () => Buffer.concat([make().text, Buffer.from('\r\n'), make({ ...reply, time: '2026-11-26T07:50:00+08:00' }).text]),
    'time',
    'reply-older-than-request',
    5,
  ],
];

const refusal = (code: string): string =>
  `{"resultInfo":{"resultCode":"${code}","resultStatus":"F","resultMessage":""}}`;
const exchanged = (request: Made, replied: Made): Buffer =>
  Buffer.concat([make(request).text, Buffer.from('\r\n'), make({ kind: 'reply', ...replied }).text]);
const isRegisteredKey =
  /registered-key: the request is fine here, so the gateway probably holds another public key.*, or something in between changed the request: capture it behind every proxy/;

describe('explain of a request that is fine and a reply that', () => {
  it.each([
    ['is signed and says INVALID_SIGNATURE', { body: refusal('INVALID_SIGNATURE') }, 3],
    [
      'is not signed and says INVALID_SIGNATURE',
      { body: refusal('INVALID_SIGNATURE'), headers: { Signature: '', 'Response-Time': '' } },
      5,
    ],
    ['does not decrypt', encrypt(refusal('INVALID_SIGNATURE'), { to: newPair().publicKey }), 5],
  ] as [string, Made, number][])('%s names the key that the gateway holds', async (_, replied, code) => {
    const ended = await run(['explain'], { cwd: folderWithKeys(), input: exchanged({}, replied) });
    expect(ended.stdout).toContain('the request is fine');
    expect(ended.stdout).toMatch(isRegisteredKey);
    expect(ended.code).toBe(code);
  });

  it('says INVALID_SIGNATURE names no such key where the request breaks', async () => {
    const broken = { signed: { body: `${body}\n` } };
    const input = exchanged(broken, { body: refusal('INVALID_SIGNATURE') });
    const ended = await run(['explain'], { cwd: folderWithKeys(), input });
    expect(ended.stdout).not.toContain('registered-key');
  });

  it.each(['INVALID_SIGNATURE', 'INVALID_CLIENT', 'KEY_NOT_FOUND', 'ACCESS_DENIED'])(
    'says F %s says that nothing is wrong with the update',
    async (code) => {
      const ended = await run(['explain'], { cwd: folderWithKeys(), input: exchanged({}, { body: refusal(code) }) });
      expect(ended.stdout).toContain('nothing is wrong with the update: correct those, then send it again');
      expect(ended.stdout).not.toContain('will be refused again');
    },
  );
});

describe('explain holds the times of a ledger entry against its receivedAt, and', () => {
  const entry = (sent: string, replied: string): string => {
    const pairsOf = (text: Buffer) =>
      (text.toString().split('\r\n\r\n', 1)[0] ?? '')
        .split('\r\n')
        .slice(1)
        .map((line) => line.split(/: (.*)/s, 2));
    return JSON.stringify({
      receivedAt: Date.parse('2026-11-26T08:00:00+08:00'),
      ...{ method: 'POST', httpUri: path, headers: pairsOf(make({ time: sent }).text), body },
      reply: { status: 200, headers: pairsOf(make({ ...reply, time: replied }).text), body: replyBody },
    });
  };
  const at = (minute: string): string => `2026-11-26T08:${minute}:00+08:00`;

  it.each([
    ['exits with 0 where they fit', at('01'), at('01'), 0, 'the reply is fine'],
    ['names a Request-Time that is off', at('10'), at('10'), 5, 'the Request-Time is 600 s ahead of the time at which'],
    ['names a Response-Time that is off', at('00'), at('10'), 5, 'the Response-Time is 600 s ahead of the time at'],
  ])('%s', async (_, sent, replied, code, text) => {
    const ended = await run(['explain'], { cwd: folderWithKeys(), input: entry(sent, replied) });
    expect(ended.stdout).toContain(text);
    expect(ended.code).toBe(code);
  });
});

describe('explain of a reply that is not signed', () => {
  const unsigned = { Signature: '', 'Response-Time': '' };
  it.each([
    ['a result', { ...reply, headers: unsigned }, 'refuses the signature or the Client-Id of the request', 5],
    [
      'HTTP 403 and no result',
      { ...reply, status: 403, body: '<p>no</p>', headers: unsigned },
      'it has no result either, so it is probably of something in between',
      4,
    ],
  ])('and has %s says who replies so', async (_, made, words, code) => {
    const ended = await run(['explain'], { cwd: folderWithKeys(), input: make(made as Made).text });
    expect(ended.stdout).toContain(`unsigned: the reply is not signed; `);
    expect(ended.stdout).toContain(words);
    expect(ended.code).toBe(code);
  });

  it("of a merchant's points to the merchant's onRefusal, and exits with 4", async () => {
    const call = { key: keys.gateway.privateKey, path: '/shop/points/bill/notify' };
    const input = exchanged(call, { status: 401, body: '', headers: unsigned });
    const ended = await run(['explain'], { cwd: folderWithKeys(), input });
    expect(ended.stdout).toContain('replies so when it refuses a call, and its onRefusal has the reason');
    expect(ended.code).toBe(4);
  });
});

describe('explain where two halves of one end are not a pair', () => {
  const wrong = newPair();
  const folder = (config: object): string => {
    const cwd = folderWithKeys(config);
    writeFileSync(join(cwd, 'wrong.pem'), pem(wrong.publicKey));
    return cwd;
  };
  const env = { GATEWAY_PRIVATE_KEY: pem(keys.gateway.privateKey) };
  const note =
    'note: GATEWAY_PRIVATE_KEY and "publicKeyFile" in alipayhk-pass.config.json (wrong.pem) are not a pair\n';

  it.each([
    ['a reply', make(reply).text],
    ["a call of AlipayHK's", make({ key: keys.gateway.privateKey, path: '/shop/points/bill/notify' }).text],
  ])('finds %s broken that only the private half verifies, says so, and exits with 5', async (_, input) => {
    const ended = await run(['explain'], { cwd: folder({ publicKeyFile: 'wrong.pem' }), env, input });
    expect(ended.stdout).toContain('breaks at the stage signature');
    expect(ended.stdout).toMatch(
      /wrong-key: the signature was made with AlipayHK's key, GATEWAY_PRIVATE_KEY; expected/,
    );
    expect(ended.stdout).toContain(note);
    expect(ended.code).toBe(5);
  });

  it('finds a reply fine that the public half verifies, and says so', async () => {
    const input = make({ ...reply, key: wrong.privateKey }).text;
    const ended = await run(['explain'], { cwd: folder({ publicKeyFile: 'wrong.pem' }), env, input });
    expect(ended.stdout).toContain('the reply is fine');
    expect(ended.stdout).toContain(note);
    expect(ended.code).toBe(0);
  });

  it("finds a request broken that the merchant's own public half does not verify, and exits with 5", async () => {
    const ended = await run(['explain'], { cwd: folder({ ownPublicKeyFile: 'wrong.pem' }), input: make().text });
    expect(ended.stdout).toMatch(/note: "privateKeyFile" in .* and "ownPublicKeyFile" in .* are not a pair\n/);
    expect(ended.code).toBe(5);
  });
});

describe('explain names the stage and the cause:', () => {
  it.each(otherCases)('%s', async (_, capture, stage, cause, code, args = []) => {
    const ended = await run(['explain', '--json', ...args], { cwd: folderWithKeys(), input: capture() });
    expect(ended).toMatchObject({ code, stderr: '' });
    const { messages } = JSON.parse(ended.stdout);
    const message = messages.find(({ breaks }: { breaks: string | null }) => breaks);
    expect(message.breaks).toBe(stage);
    const [first] = message.stages.find((each: { stage: string }) => each.stage === stage).causes;
    expect(first.cause).toBe(cause);
  });
});
