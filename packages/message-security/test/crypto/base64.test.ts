import { describe, expect, test, vi } from 'vitest';
import * as native from '../../src/crypto/base64.ts';
import { dice, noise, utf8 } from '../bytes.ts';

/** The module in a runtime that has only `atob` and `btoa`, such as Node 20 and 22. The pinned Node has native base64. */
async function withoutNative(): Promise<typeof native> {
  const ownFrom = Object.getOwnPropertyDescriptor(Uint8Array, 'fromBase64');
  const ownTo = Object.getOwnPropertyDescriptor(Uint8Array.prototype, 'toBase64');
  if (ownFrom === undefined || ownTo === undefined) throw new Error('expected a Node that has native base64');
  const without = <Result>(run: () => Result): Result => {
    Reflect.deleteProperty(Uint8Array, 'fromBase64');
    Reflect.deleteProperty(Uint8Array.prototype, 'toBase64');
    try {
      return run();
    } finally {
      Object.defineProperty(Uint8Array, 'fromBase64', ownFrom);
      Object.defineProperty(Uint8Array.prototype, 'toBase64', ownTo);
    }
  };
  vi.resetModules();
  Reflect.deleteProperty(Uint8Array, 'fromBase64');
  const own = await import('../../src/crypto/base64.ts').finally(() => without(() => undefined));
  return {
    decodeBase64: (text) => without(() => own.decodeBase64(text)),
    encodeBase64: (bytes) => without(() => own.encodeBase64(bytes)),
    encodeBase64Url: (bytes) => without(() => own.encodeBase64Url(bytes)),
  };
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

describe.each([
  ['with native base64', native],
  ['without it', await withoutNative()],
])('%s', (_, { decodeBase64, encodeBase64, encodeBase64Url }) => {
  test.each([
    ['an impossible length', 'A'],
    ['an impossible length after whole groups', 'QUJDR'],
    ['an impossible length with padding', 'QUJDR==='],
    ['one = in place of two', 'QQ='],
    ['two = in place of one', 'QUI=='],
    ['= after a whole group', 'QUJD='],
    ['== after a whole group', 'QUJD=='],
    ['= alone', '='],
    ['== alone', '=='],
    ['==== alone', '===='],
    ['= in the middle', 'QQ==QUJD'],
    ['= at the start', '=QUJD'],
    ['a character outside the alphabet', 'QU*D'],
    ['a percent sign', 'QU%3D'],
    ['a dot', 'QU.D'],
    ['a letter beyond ASCII', 'QUJé'],
    ['a full-width letter', 'ＱUJD'],
    ['half of a surrogate pair', 'QUJ\ud800'],
    ['a NUL', 'QUJD\0'],
    ['a vertical tab', 'QU\vJD'],
    ['a form feed', 'QU\fJD'],
    ['a no-break space', 'QU\u00a0JD'],
    ['a byte order mark', '\ufeffQUJD'],
  ])('decodeBase64 returns undefined for %s', (_, text) => {
    expect(decodeBase64(text)).toBeUndefined();
  });

  test('decodeBase64 accepts two digits only if no bits are left over', () => {
    const accepted = [...alphabet].filter((digit) => decodeBase64(`A${digit}`) !== undefined);
    expect(accepted.join('')).toBe('AQgw');
    expect([...alphabet].filter((digit) => decodeBase64(`A${digit}==`) !== undefined)).toEqual(accepted);
  });

  test('decodeBase64 accepts three digits only if no bits are left over', () => {
    const accepted = [...alphabet].filter((digit) => decodeBase64(`AA${digit}`) !== undefined);
    expect(accepted.join('')).toBe('AEIMQUYcgkosw048');
    expect([...alphabet].filter((digit) => decodeBase64(`AA${digit}=`) !== undefined)).toEqual(accepted);
  });

  test.each([
    ['', ''],
    ['f', 'Zg=='],
    ['fo', 'Zm8='],
    ['foo', 'Zm9v'],
    ['foob', 'Zm9vYg=='],
    ['fooba', 'Zm9vYmE='],
    ['foobar', 'Zm9vYmFy'],
  ])('encodeBase64 of %j is %j and decodes with and without padding (RFC 4648 §10)', (text, base64) => {
    expect(encodeBase64(utf8(text))).toBe(base64);
    expect(decodeBase64(base64)).toEqual(utf8(text));
    expect(decodeBase64(base64.replaceAll('=', ''))).toEqual(utf8(text));
  });

  test('decodeBase64 ignores blanks, tabs and line ends', () => {
    expect(decodeBase64(' Z g\t=\r\n=\n')).toEqual(utf8('f'));
    expect(decodeBase64('\n\r\t ')).toEqual(new Uint8Array());
  });

  test('decodeBase64 reads both alphabets, also in one text', () => {
    const bytes = Uint8Array.of(0xfb, 0xff, 0xbf, 0xfb, 0xff, 0xbf);
    for (const text of ['+/+/+/+/', '-_-_-_-_', '+_-/+_-/']) expect(decodeBase64(text)).toEqual(bytes);
  });

  test('encoding and decoding agree with Node at every length, in both alphabets', () => {
    for (let length = 0; length <= 100; length++) {
      const bytes = noise(length);
      const base64 = Buffer.from(bytes).toString('base64');
      const base64Url = Buffer.from(bytes).toString('base64url');
      expect(encodeBase64(bytes)).toBe(base64);
      expect(encodeBase64Url(bytes)).toBe(base64Url);
      expect(decodeBase64(base64)).toEqual(bytes);
      expect(decodeBase64(base64Url)).toEqual(bytes);
    }
  });

  test('encodeBase64 and decodeBase64 do not overflow the stack at 1 MiB', () => {
    const bytes = noise(1024 * 1024 + 1);
    const base64 = encodeBase64(bytes);
    expect(base64).toBe(Buffer.from(bytes).toString('base64'));
    expect(Buffer.from(decodeBase64(base64) ?? []).equals(bytes)).toBe(true);
  });

  test('decodeBase64 returns other bytes or undefined when one character changes', () => {
    const roll = dice(1);
    for (let round = 0; round < 500; round++) {
      const bytes = noise(1 + roll(12), round);
      const text = encodeBase64(bytes).replaceAll('=', '');
      const at = roll(text.length);
      const other = alphabet[roll(64)] as string;
      const changed = text.slice(0, at) + other + text.slice(at + 1);
      const decoded = decodeBase64(changed);
      if (changed === text) expect(decoded).toEqual(bytes);
      else expect(decoded).not.toEqual(bytes);
    }
  });
});
