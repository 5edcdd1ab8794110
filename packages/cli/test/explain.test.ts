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

/** A request with a raw + in its signature, as blanks; RSA256 has one signature for each content. */
const signedWithPlus = ((): Made => {
  for (let count = 0; ; count++) {
    let found = false;
    const header = (bytes: Buffer): string => {
      const text = bytes.toString('base64');
      found = /[^ ]\+[^=]/.test(text);
      return plus(text.replaceAll('+', ' '))(bytes);
    };
    const made = { body: body.replace('"passId":"1"', `"passId":"${count}"`), header };
    make(made);
    if (found) return made;
  }
})();

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
  ['a + of the signature turned into a blank', signedWithPlus, ['signature-plus-blank']],
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
