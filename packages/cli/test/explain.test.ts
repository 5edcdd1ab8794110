import { constants } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { body, encrypt, type Made, make, path, time } from './captured.ts';
import { folderWithKeys, keys, newPair, pem } from './keys.ts';
import { node, run, runtimes } from './runtimes.ts';

const value = JSON.parse(body);
const other = newPair();
const wide = JSON.stringify(value, null, 2);
const python = body.replaceAll('":', '": ').replaceAll(',"', ', "');
const ascii = (text: string): string => text.replace(/[^\0-\x7f]/g, (each) => `\\u${each.charCodeAt(0).toString(16)}`);
const sorted = (of: object): object =>
  Object.fromEntries(
    Object.entries(of)
      .sort()
      .map(([key, each]) => [key, typeof each === 'object' ? sorted(each) : each]),
  );
const sealed = encrypt(body);
const replyBody = '{"resultInfo":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success."}}';
const reply: Made = { kind: 'reply', body: replyBody };
const plus = (text: string) => (bytes: Buffer) =>
  `algorithm=RSA256, keyVersion=1, signature=${text === '' ? bytes.toString('base64') : text}`;
/** A body whose base64 has both of the characters that differ in base64url. */
function encryptedWith(pattern: RegExp) {
  for (;;) {
    const made = encrypt(body);
    if (pattern.test(made.body)) return made;
  }
}
const withPlus = encryptedWith(/\+[^+]*\//);

/** Each with the causes that have to be named, in order. */
const signatureCases: [title: string, made: Made, causes: string[], args?: string[]][] = [
  ["AlipayHK's own key in place of the merchant's", { key: keys.gateway.privateKey }, ['wrong-key']],
  ['an old key of the merchant', { key: other.privateKey }, ['wrong-key'], ['--other-key', 'other.pem']],
  [
    "a reply signed with the merchant's key",
    { ...reply, key: keys.merchant.privateKey },
    ['wrong-key'],
    ['--path', path],
  ],
  ['a body written anew with indentation', { body: wide, signed: { body } }, ['body-reserialised']],
  ['a body signed indented and sent compact', { signed: { body: wide } }, ['body-reserialised']],
  ["a body signed in Python's form", { signed: { body: python } }, ['body-reserialised']],
  ['a body signed with sorted keys', { signed: { body: JSON.stringify(sorted(value)) } }, ['body-reserialised']],
  ['a body signed with \\u escapes', { signed: { body: ascii(body) } }, ['body-reserialised']],
  ["a body signed with PHP's escapes", { signed: { body: ascii(body).replaceAll('/', '\\/') } }, ['body-reserialised']],
  [
    "a body signed with Gson's escapes",
    {
      signed: {
        body: body.replace(/[<>&='+]/g, (each) => (each === '+' ? each : `\\u00${each.charCodeAt(0).toString(16)}`)),
      },
    },
    ['body-reserialised'],
  ],
  [
    'a body sent with nulls that were not signed',
    { body: body.replace('{"m', '{"endDate":null,"m'), signed: { body } },
    ['body-reserialised'],
  ],
  ['a byte-order mark sent and not signed', { body: `\uFEFF${body}`, signed: { body } }, ['body-bom']],
  ['a byte-order mark signed and not sent', { signed: { body: `\uFEFF${body}` } }, ['body-bom']],
  ['a line feed sent and not signed', { body: `${body}\n`, signed: { body } }, ['body-trailing-newline']],
  ['a line feed signed and not sent', { signed: { body: `${body}\n` } }, ['body-trailing-newline']],
  ['CRLF sent, LF signed', { body: wide.replaceAll('\n', '\r\n'), signed: { body: wide } }, ['body-crlf']],
  ['LF sent, CRLF signed', { body: wide, signed: { body: wide.replaceAll('\n', '\r\n') } }, ['body-crlf']],
  [
    'a + of an encrypted body turned into a blank',
    { ...withPlus, body: withPlus.body.replaceAll('+', ' '), signed: { body: withPlus.body } },
    ['body-plus-blank'],
  ],
  [
    'an encrypted body percent-encoded',
    { ...withPlus, body: encodeURIComponent(withPlus.body), signed: { body: withPlus.body } },
    ['body-percent-encoded'],
  ],
  [
    'an encrypted body sent with line feeds',
    { ...sealed, body: sealed.body.replace(/.{76}/g, '$&\n'), signed: { body: sealed.body } },
    ['body-base64-lines'],
  ],
  [
    'an encrypted body signed with line feeds',
    { ...sealed, signed: { body: sealed.body.replace(/.{76}/g, '$&\n') } },
    ['body-base64-lines'],
  ],
  [
    'an encrypted body signed in base64url',
    { ...withPlus, signed: { body: withPlus.body.replaceAll('+', '-').replaceAll('/', '_') } },
    ['body-base64-variant'],
  ],
  [
    'a body encrypted after it was signed',
    { ...sealed, signed: { body } },
    ['encrypted-after-signing'],
    ['--gateway-private-key', 'gateway-private-key.pem'],
  ],
  [
    'a body encrypted after it was signed, known from --plain',
    { ...sealed, signed: { body } },
    ['body-other'],
    ['--plain', 'plain.json'],
  ],
  ['a body signed in another charset', { signed: { body: body.replace('金卡', '??') } }, ['body-charset']],
  [
    'a body signed in GBK',
    {
      signed: {
        body: Buffer.concat([
          Buffer.from(body.split('金卡')[0] ?? ''),
          Buffer.from('bdf0bfa8', 'hex'),
          Buffer.from(body.split('金卡')[1] ?? ''),
        ]),
      },
    },
    ['body-charset'],
  ],
  [
    'a body encoded in UTF-8 twice',
    { signed: { body: Buffer.from(Buffer.from(body).toString('latin1')) } },
    ['body-charset'],
  ],
  ['an empty body signed', { signed: { body: '' } }, ['body-empty']],
  ['a body sent as a JSON string', { body: JSON.stringify(body), signed: { body } }, ['body-json-string']],
  ['a path received with a query', { path: `${path}?a=1`, signed: { path } }, ['path-without-query']],
  ['a path received with a prefix', { path: `/gw${path}`, signed: { path } }, ['path-prefix-added']],
  [
    'a path signed with a prefix that a proxy removed',
    { signed: { path: `/hk${path}` } },
    ['path-prefix-removed'],
    ['--prefix', '/hk'],
  ],
  ['a whole URL signed', { signed: { path: `https://open.alipay.hk${path}` } }, ['path-with-host']],
  ['a path signed with a slash at its end', { signed: { path: `${path}/` } }, ['path-slash-at-end']],
  ['a method in lower case', { signed: { method: 'post' } }, ['method']],
  ['a time signed in UTC', { signed: { time: '2026-11-26T00:00:00Z' } }, ['time-reformatted']],
  ['a time signed with milliseconds', { signed: { time: '2026-11-26T00:00:00.000Z' } }, ['time-reformatted']],
  [
    'a time signed without the colon of its zone',
    { signed: { time: '2026-11-26T08:00:00+0800' } },
    ['time-reformatted'],
  ],
  ['a time signed as a number', { signed: { time: String(Date.parse(time)) } }, ['time-reformatted']],
  ['a time taken twice', { signed: { time: '2026-11-26T07:59:59+08:00' } }, ['time-taken-twice']],
  ['another Client-Id signed', { signed: { clientId: 'OLD-ID' } }, ['client-id'], ['--other-client-id', 'OLD-ID']],
  ['a Client-Id that was not set', { signed: { clientId: 'undefined' } }, ['client-id']],
  [
    'CRLF after the path',
    { signed: { content: Buffer.from(`POST ${path}\r\n4Q5Y8W0WSG45P907917.${time}.${body}`) } },
    ['content-form'],
  ],
  ['the body alone signed', { signed: { content: Buffer.from(body) } }, ['content-form']],
  ['a signature in hex', { header: (bytes) => plus(bytes.toString('hex'))(bytes) }, ['signature-hex']],
  [
    'a signature percent-encoded twice',
    { header: (bytes) => plus(encodeURIComponent(encodeURIComponent(bytes.toString('base64'))))(bytes) },
    ['signature-encoded-twice'],
  ],
  ['SHA-1 in place of SHA-256', { hash: 'sha1' }, ['wrong-algorithm']],
  ['RSASSA-PSS', { padding: constants.RSA_PKCS1_PSS_PADDING }, ['wrong-algorithm']],
  [
    'the wrong key and a line feed',
    { key: keys.gateway.privateKey, signed: { body: `${body}\n` } },
    ['wrong-key', 'body-trailing-newline'],
  ],
  [
    'a path with a prefix and a time in UTC',
    { path: `/gw${path}`, signed: { path, time: '2026-11-26T00:00:00Z' } },
    ['path-prefix-added', 'time-reformatted'],
  ],
];

describe.each(runtimes)('explain on $name names the cause and proves it:', (runtime) => {
  // All of them on Node; elsewhere every fourth, which still goes through each kind of variant.
  it.each(signatureCases.filter((_, index) => runtime === node || index % 4 === 0))(
    '%s',
    async (_, made, causes, args = []) => {
      const { text, received, signed } = make(made);
      const cwd = folderWithKeys();
      writeFileSync(join(cwd, 'other.pem'), pem(other.publicKey));
      writeFileSync(join(cwd, 'plain.json'), body);
      const ended = await run(['explain', '--json', ...args], { cwd, runtime, input: text });
      expect(ended).toMatchObject({ code: 5, stderr: '' });
      const [message] = JSON.parse(ended.stdout).messages;
      const stage = message.stages.find((each: { stage: string }) => each.stage === 'signature');
      expect(stage.causes.map(({ cause }: { cause: string }) => cause)).toEqual(causes);
      expect(stage.proof.key).toMatch(/key/);
      const difference = received.findIndex((byte, index) => byte !== signed[index]);
      const offset = difference < 0 && received.length !== signed.length ? received.length : difference;
      if (offset < 0) expect(stage.proof).not.toHaveProperty('firstDifference');
      else expect(stage.proof.firstDifference).toMatchObject({ offset });
    },
  );
});

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
  ['a reply with HTTP 502', () => make({ ...reply, status: 502 }).text, 'status', 'http-status', 1],
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

describe('explain reads', () => {
  const lines = (text: Buffer): string[] => (text.toString().split('\r\n\r\n', 1)[0] ?? '').split('\r\n');
  const changed = make({ signed: { body: `${body}\n` } });
  const pairs = lines(changed.text)
    .slice(1)
    .map((line) => line.split(/: (.*)/s, 2));
  const answer = make(reply);
  const replyPairs = lines(answer.text)
    .slice(1)
    .map((line) => line.split(/: (.*)/s, 2));
  const har = {
    request: {
      method: 'POST',
      url: `https://open.alipay.hk${path}`,
      headers: pairs.map(([name, each]) => ({ name, value: each })),
      postData: { text: body },
    },
    response: {
      status: 200,
      headers: replyPairs.map(([name, each]) => ({ name, value: each })),
      content: { text: replyBody },
    },
  };
  const ledger = {
    id: 1,
    method: 'POST',
    httpUri: path,
    headers: pairs,
    body,
    bodyBytes: Buffer.byteLength(body),
    stages: [],
    reply: { status: 200, headers: replyPairs, body: replyBody },
  };
  const curl = [
    '* Connected to open.alipay.hk (1.2.3.4) port 443',
    ...lines(changed.text).map((line) => `> ${line}`),
    '> ',
    '} [190 bytes data]',
    '* upload completely sent off: 190 bytes',
    ...lines(answer.text).map((line) => `< ${line}`),
    '< ',
    '{ [85 bytes data]',
    `${replyBody}* Connection #0 to host open.alipay.hk left intact`,
    '',
  ].join('\n');
  const forms: [string, string | Buffer, string[]?][] = [
    ['raw HTTP, request and reply', Buffer.concat([changed.text, Buffer.from('\r\n\r\n'), answer.text])],
    [
      'raw HTTP with LF',
      Buffer.from(
        `${changed.text.toString().replaceAll('\r\n', '\n')}\n${answer.text.toString().replaceAll('\r\n', '\n')}`,
      ),
    ],
    ['the output of curl -v', curl, ['--body', 'body.json']],
    ['a HAR entry', JSON.stringify(har)],
    [
      'a HAR file',
      JSON.stringify({
        log: {
          entries: [{ request: { method: 'GET', url: 'https://x/', headers: [] }, response: { status: 0 } }, har],
        },
      }),
      ['--entry', '2'],
    ],
    ["a line of the sandbox's ledger", `${JSON.stringify(ledger)}\n`],
    ["the sandbox's ledger", JSON.stringify({ entries: [ledger, ledger] })],
  ];
  it.each(forms)('%s', async (_, capture, args = []) => {
    const cwd = folderWithKeys();
    writeFileSync(join(cwd, 'body.json'), body);
    const ended = await run(['explain', ...args], { cwd, input: capture });
    expect(ended).toMatchObject({ code: 5, stderr: '' });
    expect(ended.stdout).toContain('the request breaks at the stage signature');
    expect(ended.stdout).toContain('body-trailing-newline: the signature covers a line feed at the end of the body');
    expect(ended.stdout).toContain('received none, signed 0a');
    expect(ended.stdout).toContain('the reply is fine');
  });

  it("a call of AlipayHK's at the merchant, which AlipayHK's key signs and the merchant's reply answers", async () => {
    const call = { path: '/shop/points/bill/notify', body: '{"billNo":"B1"}', key: keys.gateway.privateKey };
    const sent = make(call);
    const ended = await run(['explain'], { cwd: folderWithKeys(), input: sent.text });
    expect(ended.stdout).toContain('the request is fine');
    const wrong = make({ ...call, key: keys.merchant.privateKey });
    const other = await run(['explain'], { cwd: folderWithKeys(), input: wrong.text });
    expect(other.stdout).toContain("wrong-key: the signature was made with the merchant's key");
  });

  it('a chunked reply', async () => {
    const text = make({ ...reply, headers: { 'Content-Length': '', 'Transfer-Encoding': 'chunked' } }).text.toString();
    const [head, rest = ''] = text.split('\r\n\r\n');
    const half = [rest.slice(0, 20), rest.slice(20)]
      .map((each) => `${each.length.toString(16)}\r\n${each}\r\n`)
      .join('');
    const ended = await run(['explain'], { cwd: folderWithKeys(), input: `${head}\r\n\r\n${half}0\r\n\r\n` });
    expect(ended.stdout).toContain('the reply is fine');
    expect(ended.code).toBe(0);
  });

  it.each([
    ['text that is no message', 'hello', 'the capture is no message; expected raw HTTP'],
    ['JSON that is no message', '{"a":1}', 'the capture is JSON, but neither a HAR entry'],
    ['an entry that is not there', JSON.stringify({ entries: [] }), 'the capture has 0 entries'],
    ['a head without its body', curl.replace(/.*left intact/, ''), 'the capture has no body of the'],
  ])('nothing from %s, and exits with 2', async (_, input, text) => {
    const ended = await run(['explain'], { cwd: folderWithKeys(), input });
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain(`alipayhk-pass: ${text}`);
  });
});
