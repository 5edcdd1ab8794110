import { expect, test } from 'vitest';
import { headerParts, visible } from '../../../page/src/wire.ts';

test('visible shows control characters by name', () => {
  const pieces = visible('a\n\u0000\t\u007f\ufeffb\u0085');
  expect(
    pieces
      .map(({ text }) => text)
      .join(' ')
      .trim()
      .split(/ +/),
  ).toEqual('a LF NUL TAB DEL BOM b U+85'.split(' '));
  expect(pieces.filter(({ breaks }) => breaks)).toHaveLength(1);
});

test('headerParts splits headers and notes their length or time', () => {
  const value = `algorithm=RSA256, keyVersion=1, signature=${'A'.repeat(342)}%3D%3D`;
  expect(headerParts('signature', value, 0)).toEqual([
    { name: 'algorithm', value: 'RSA256' },
    { name: 'keyVersion', value: '1' },
    { name: 'signature', value: `${'A'.repeat(342)}%3D%3D`, note: { bytes: 256 } },
  ]);
  expect(headerParts('Encrypt', 'algorithm=RSA_AES', 0)[0]?.note).toEqual({
    problem: 'Encrypt header has no symmetricKey',
  });
  const time = Date.parse('2026-11-22T00:00:00Z');
  expect(headerParts('response-time', '2026-11-22T08:10:00+08:00', time)[0]?.note).toEqual({ seconds: 600 });
});
