import { expect, test } from 'vitest';
import { formatHeader, HeaderInvalid, parseHeader } from '../../src/index.ts';
import { dice, noise, refusalOf } from '../fixture.ts';

const value = Uint8Array.of(0xfb, 0xef, 0xff, 0x00, 0x01); // '++//AAE=': a plus, a slash and a padding
const base64 = '++//AAE=';

/** The sample on AlipayHK's page. */
const pageSample =
  'algorithm=RSA256, keyVersion=1, signature=KEhXthj4bJ801Hqw8kaLvEKc0Rii8KsNUazw7kZgjxyGSPuOZ48058UVJUkkR21iD9JkHBGRrWiHPae8ZRPuBagh2H3qu7fxY5GxVDWayJUhUYkr9m%2FOW4UQVmXaQ9yn%2Fw2dCtzwAW0htPHYrKMyrTpMk%2BfDDmRflA%2FAMJhQ71yeyhufIA2PCJV8%2FCMOa46303A0WHhH0YPJ9%2FI0UeLVMWlJ1XcBo3Jr%2FvFvcowXJNjRWIyUGtuyMTFdt3fWjqyNzDS4Zyzn9KkLZrFlJ7eDjXPRbMKdz5GIuYYG9HCpfp6xzPmkZh5HBRQaFxVbOaYSoFm%2Bo8rhEHBIWu7Nc0gXCQ%3D%3D';

test.each([
  ['nothing', ''],
  ['a word', 'RSA256'],
  ['the value alone', base64],
  ['a blank', ' '],
  ['a comma', ','],
  ['a comma at the end', `signature=${base64},`],
  ['a comma at the start', `,signature=${base64}`],
  ['two commas', `algorithm=RSA256,,signature=${base64}`],
  ['a pair without =', `algorithm, signature=${base64}`],
  ['a pair without a key', `=RSA256, signature=${base64}`],
  ['a pair with a blank key', ` =RSA256, signature=${base64}`],
  ['pairs joined by semicolons', `algorithm=RSA256; signature=${base64}; x`],
  ['no signature', 'algorithm=RSA256, keyVersion=1'],
  ['an empty signature', 'algorithm=RSA256, signature='],
  ['a blank signature', 'algorithm=RSA256, signature=  '],
  ['a signature under the other header’s key', `algorithm=RSA256, symmetricKey=${base64}`],
  ['a signature under a key in another case', `algorithm=RSA256, Signature=${base64}`],
  ['signature twice', `signature=${base64}, signature=${base64}`],
  ['signature twice, blanks around one key', `signature=${base64}, signature =${base64}`],
  ['algorithm twice', `algorithm=RSA256, algorithm=RSA256, signature=${base64}`],
  ['keyVersion twice', `keyVersion=1, signature=${base64}, keyVersion=`],
  ['an unknown key twice', `nonce=1, nonce=2, signature=${base64}`],
  [
    'the whole header twice, as runtimes join it',
    `algorithm=RSA256, signature=${base64}, algorithm=RSA256, signature=${base64}`,
  ],
  ['a value in quotes', `signature="${base64}"`],
  ['a character outside base64', `signature=*${base64}`],
  ['base64 of an impossible length', 'signature=AAAAA'],
  ['too much padding', 'signature=AAE=='],
  ['bits after the last byte', 'signature=AAF='],
  ['% at the end', 'signature=AAA%'],
  ['% with one digit', 'signature=AAA%2'],
  ['% with letters that are not hex', 'signature=%ZZAA'],
  ['an escape of bad UTF-8', 'signature=%FFAA'],
  ['a % that is escaped twice', 'signature=%252BAA'],
  ['a percent-encoded comma', 'signature=AAAA%2CAAAA'],
  ['= inside', 'signature=AA==AAAA'],
])('parseHeader throws HeaderInvalid for a Signature header with %s', async (_, text) => {
  const refusal = await refusalOf(() => parseHeader('Signature', text));
  expect(refusal).toBeInstanceOf(HeaderInvalid);
  expect(refusal).toMatchObject({ name: 'HeaderInvalid', code: 'HeaderInvalid', header: 'Signature' });
  expect(refusal.message).toMatch(/^Signature header (is not|repeats|has) /);
});

test('the error for an Encrypt header names the header and symmetricKey', async () => {
  for (const text of [
    'algorithm=RSA_AES',
    `algorithm=RSA_AES, signature=${base64}`,
    'symmetricKey=',
    'symmetricKey=*',
  ]) {
    const refusal = await refusalOf(() => parseHeader('Encrypt', text));
    expect(refusal).toMatchObject({ code: 'HeaderInvalid', header: 'Encrypt' });
    expect(refusal.message).toMatch(/^Encrypt header has .*symmetricKey/);
  }
});

test('the error for a header shows no part of its value', async () => {
  for (const text of ['c2VjcmV0', 'signature=c2VjcmV0c2VjcmV0*', 'c2VjcmV0=1, c2VjcmV0=1']) {
    expect((await refusalOf(() => parseHeader('Signature', text))).message).not.toContain('c2VjcmV0');
  }
});

test('parseHeader reads a signature of RSA-2048 from the sample of AlipayHK’s page', () => {
  const parsed = parseHeader('Signature', pageSample);
  expect(parsed).toMatchObject({ algorithm: 'RSA256', keyVersion: '1' });
  expect(parsed.value.length).toBe(256);
});

test.each([
  ['the form of AlipayHK’s page', `algorithm=RSA256, keyVersion=1, signature=${encodeURIComponent(base64)}`],
  ['no blank after the comma', `algorithm=RSA256,keyVersion=1,signature=${encodeURIComponent(base64)}`],
  ['blanks and tabs around everything', ` algorithm = RSA256 ,\t keyVersion\t=\t1 , signature = ${base64} `],
  ['another order', `signature=${encodeURIComponent(base64)}, keyVersion=1, algorithm=RSA256`],
  ['unknown keys', `nonce=abc, algorithm=RSA256, x=, keyVersion=1, signature=${base64}, y=1=2`],
  ['raw base64 with a plus', `algorithm=RSA256, keyVersion=1, signature=${base64}`],
  ['lower-case hex', 'algorithm=RSA256, keyVersion=1, signature=%2b%2b%2f%2fAAE%3d'],
  ['hex of both cases and raw characters', 'algorithm=RSA256, keyVersion=1, signature=%2b+%2F/AAE%3D'],
  ['needless escapes', 'algorithm=RSA256, keyVersion=1, signature=%2B%2B%2F%2F%41AE%3D'],
  ['base64url', 'algorithm=RSA256, keyVersion=1, signature=--__AAE'],
  ['base64 without padding', 'algorithm=RSA256, keyVersion=1, signature=++//AAE'],
  ['percent-encoded line feeds', 'algorithm=RSA256, keyVersion=1, signature=%2B%2B%0A%2F%2FAAE%3D%0A'],
  ['percent-encoded CRLF', 'algorithm=RSA256, keyVersion=1, signature=%2B%2B%0D%0A%2F%2FAAE%3D'],
  ['percent-encoded blanks', 'algorithm=RSA256, keyVersion=1, signature=%2B%2B%20%2F%2FAAE%3D'],
  [
    'blanks in the value, one of them inside an escape',
    'algorithm=RSA256, keyVersion=1, signature=%2B%2 B%2F% 2FAA E%3D',
  ],
])('parseHeader accepts %s', (_, text) => {
  expect(parseHeader('Signature', text)).toEqual({ algorithm: 'RSA256', keyVersion: '1', value });
  const encrypt = text.replace('signature', 'symmetricKey').replace('RSA256', 'RSA_AES');
  expect(parseHeader('Encrypt', encrypt)).toEqual({ algorithm: 'RSA_AES', keyVersion: '1', value });
});

test.each([
  ['absent', ''],
  ['empty', 'algorithm=, keyVersion=, '],
  ['blank', 'algorithm= , keyVersion= , '],
])('parseHeader returns undefined for an algorithm and a keyVersion that are %s', (_, pairs) => {
  expect(parseHeader('Signature', `${pairs}signature=${base64}`)).toEqual({
    algorithm: undefined,
    keyVersion: undefined,
    value,
  });
});

test('parseHeader returns algorithm and keyVersion as received', () => {
  for (const [algorithm, keyVersion] of [
    ['rsa256', '0'],
    ['Rsa256', '2'],
    ['ECC224', 'v1.2_3-x'],
    ['a=b', 'a b'],
  ]) {
    const text = `algorithm=${algorithm}, keyVersion=${keyVersion}, signature=${base64}`;
    expect(parseHeader('Signature', text)).toMatchObject({ algorithm, keyVersion });
  }
});

test('formatHeader writes the form of AlipayHK’s page', () => {
  expect(formatHeader('Signature', { algorithm: 'RSA256', keyVersion: '1', value })).toBe(
    'algorithm=RSA256, keyVersion=1, signature=%2B%2B%2F%2FAAE%3D',
  );
  expect(formatHeader('Encrypt', { algorithm: 'RSA_AES', keyVersion: '2', value })).toBe(
    'algorithm=RSA_AES, keyVersion=2, symmetricKey=%2B%2B%2F%2FAAE%3D',
  );
});

test('formatHeader leaves out a keyVersion that is undefined', () => {
  for (const header of [
    { algorithm: 'RSA256', value },
    { algorithm: 'RSA256', keyVersion: undefined, value },
  ]) {
    expect(formatHeader('Signature', header)).toBe('algorithm=RSA256, signature=%2B%2B%2F%2FAAE%3D');
  }
});

test('parseHeader reads what formatHeader wrote, for values of 1 to 300 bytes', () => {
  for (let length = 1; length <= 300; length++) {
    const header = { algorithm: 'RSA_AES', keyVersion: String(length), value: noise(length) };
    expect(parseHeader('Encrypt', formatHeader('Encrypt', header))).toEqual(header);
  }
});

test('parseHeader reads any text or throws HeaderInvalid', () => {
  const pieces = [
    'signature=',
    'signature=AAAA',
    'algorithm=',
    'keyVersion=',
    '=',
    ',',
    ', ',
    ', ',
    ' ',
    '%',
    '%2B',
    '%zz',
  ];
  pieces.push('%ff', '+', '/', 'AAAA', 'QQ', '==', '\t', '-', '_', '"', 'é', '\ud800', '__proto__', 'constructor');
  const roll = dice(7);
  let read = 0;
  for (let round = 0; round < 3000; round++) {
    const text = Array.from({ length: roll(14) }, () => pieces[roll(pieces.length)]).join('');
    try {
      expect(parseHeader('Signature', text).value.length).toBeGreaterThan(0);
      read++;
    } catch (error) {
      expect(error).toBeInstanceOf(HeaderInvalid);
    }
  }
  expect(read).toBeGreaterThan(10);
});

test('parseHeader ignores keys that are names of Object.prototype', () => {
  expect(parseHeader('Signature', `__proto__=1, constructor=2, toString=3, signature=${base64}`).value).toEqual(value);
  expect(() => parseHeader('Signature', 'constructor=1')).toThrow(HeaderInvalid);
});

test.each(['=', ',', '%', ' ', '+', 'A', '%2B', 'a=b,', '= ', 'x,'])(
  'parseHeader takes linear time for two million characters of %j: quadratic time would not end',
  (piece) => {
    try {
      parseHeader('Signature', `signature=${piece.repeat(2_000_000 / piece.length)}`);
    } catch (error) {
      expect(error).toBeInstanceOf(HeaderInvalid);
    }
  },
);
