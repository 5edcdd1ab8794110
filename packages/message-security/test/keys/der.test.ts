import { createPublicKey } from 'node:crypto';
import { expect, test } from 'vitest';
import { derInteger, parseDer } from '../../src/keys/der.ts';
import { type Bytes, concat, der, fromHex, keys, noise, nothing, sequence, toHex } from '../fixture.ts';

const spki: Bytes = new Uint8Array(createPublicKey(keys.gateway.publicKey).export({ type: 'spki', format: 'der' }));

test.each([
  ['nothing at all', ''],
  ['a tag alone', '30'],
  ['a length that goes beyond the end', '30 02 05'],
  ['a long length that goes beyond the end', '04 81 80 00'],
  ['a length in octets that are cut short', '30 82 01'],
  ['a byte after the element', '05 00 00'],
  ['an element after the element', '05 00 05 00'],
  ['a byte after an inner element', '30 03 05 00 00'],
  ['an inner length that goes beyond its parent', '30 02 04 01 00'],
  ['an indefinite length', '30 80 05 00 00 00'],
  ['an indefinite length of a primitive', '04 80 00 00'],
  ['a length in four octets', '04 84 00 00 00 01 00'],
  ['the reserved length ff', '04 ff 00'],
  ['a tag number in more than one octet', '1f 01 00'],
  ['an inner tag number in more than one octet', '30 03 3f 01 00'],
])('parseDer returns undefined for %s', (_, hex) => {
  expect(parseDer(fromHex(hex))).toBeUndefined();
});

test.each([
  ['81, below 80', `04 81 7f ${'00'.repeat(0x7f)}`],
  ['81 00', '04 81 00'],
  ['82, with a leading zero', `04 82 00 ff ${'00'.repeat(0xff)}`],
  ['83, with a leading zero', `04 83 00 ff ff ${'00'.repeat(0xffff)}`],
])('parseDer returns undefined for a length that is not in its shortest form: %s', (_, hex) => {
  expect(parseDer(fromHex(hex))).toBeUndefined();
});

test.each([0, 1, 0x7f, 0x80, 0xff, 0x100, 0xffff, 0x10000])(
  'parseDer reads a length of %i in its shortest form',
  (length) => {
    const element = parseDer(der(0x04, noise(length)));
    expect(element?.tag).toBe(0x04);
    expect(element?.parts).toEqual([]);
    expect(Buffer.from(element?.content ?? []).equals(noise(length))).toBe(true);
  },
);

test('parseDer returns undefined for a real key that is cut short anywhere or followed by a byte', () => {
  expect(parseDer(spki)).toBeDefined();
  for (let length = 0; length < spki.length; length++) expect(parseDer(spki.slice(0, length))).toBeUndefined();
  for (const byte of [0x00, 0x05, 0x30, 0xff]) expect(parseDer(concat(spki, Uint8Array.of(byte)))).toBeUndefined();
});

test('parseDer returns undefined for a length in four octets', () => {
  expect(parseDer(concat(fromHex('04 84 01 00 00 00'), new Uint8Array(2 ** 24)))).toBeUndefined();
});

test('parseDer reads twelve levels of nesting and refuses thirteen', () => {
  const nested = (levels: number): Bytes => {
    let element = sequence();
    for (let level = 1; level < levels; level++) element = sequence(element);
    return element;
  };
  expect(parseDer(nested(12))).toBeDefined();
  expect(parseDer(nested(13))).toBeUndefined();
});

test('parseDer refuses 100,000 levels of nesting within a second', () => {
  const levels = 100_000;
  const head: number[] = [];
  // From the inside out, each header before what it holds; built backwards because a copy per level would be the bomb.
  let length = 0;
  for (let level = 0; level < levels; level++) {
    const octets = length < 0x80 ? [length] : length <= 0xff ? [0x81, length] : [];
    const long =
      length > 0xffff ? [0x83, length >> 16, (length >> 8) & 255, length & 255] : [0x82, length >> 8, length & 255];
    const header = [0x30, ...(octets.length > 0 ? octets : long)];
    head.push(...header.toReversed());
    length += header.length;
  }
  const bomb = Uint8Array.from(head.toReversed());
  expect(parseDer(bomb)).toBeUndefined();
});

test('parseDer reads a sequence of 100,000 parts', () => {
  expect(parseDer(sequence(new Uint8Array(200_000)))?.parts.length).toBe(100_000);
});

test('parseDer refuses random bytes or reads exactly those bytes', () => {
  for (let seed = 0; seed < 2000; seed++) {
    const bytes = noise(1 + (seed % 40), seed);
    const element = parseDer(bytes);
    if (element !== undefined) expect(toHex(der(element.tag, element.content))).toBe(toHex(bytes));
  }
});

test('parseDer returns the parts of a constructed element in order', () => {
  const element = parseDer(sequence(der(0x02, Uint8Array.of(7)), nothing, sequence(der(0x04))));
  expect(element?.parts.map((part) => [part.tag, part.content.length, part.parts.length])).toEqual([
    [0x02, 1, 0],
    [0x05, 0, 0],
    [0x30, 2, 1],
  ]);
});

test.each([
  ['no content', '02 00'],
  ['a negative number', '02 01 80'],
  ['a negative number in two octets', '02 02 ff 7f'],
  ['a leading zero too many', '02 02 00 7f'],
  ['two leading zeros', '02 03 00 00 80'],
  ['another tag', '04 01 05'],
  ['a constructed integer', '22 03 02 01 05'],
  ['an enumerated', '0a 01 05'],
])('derInteger returns undefined for %s', (_, hex) => {
  expect(derInteger(parseDer(fromHex(hex)))).toBeUndefined();
});

test('derInteger returns undefined for no element', () => {
  expect(derInteger(undefined)).toBeUndefined();
});

test.each([
  ['02 01 00', 0n],
  ['02 01 7f', 127n],
  ['02 02 00 80', 128n],
  ['02 02 01 00', 256n],
  ['02 03 00 ff ff', 65535n],
])('derInteger reads %s as %i', (hex, value) => {
  expect(derInteger(parseDer(fromHex(hex)))).toBe(value);
});
