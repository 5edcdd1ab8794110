/** keysIn of pem.ts: every key in a text, however it arrives. Which one is taken is key-text.test.ts's. */
import { expect, test } from 'vitest';
import { keysIn, plainText } from '../../src/keys/pem.ts';
import { integer, octetString, pem, sequence } from '../bytes.ts';
import { forms } from '../key-forms.ts';

// Its base64 has every character that some form escapes: + and /, and = at its end.
const element = sequence(integer(0n), octetString(Uint8Array.from({ length: 255 }, (_, at) => at)));
const text = pem('PRIVATE KEY', element);
const found = (input: string) => keysIn(plainText(input));

test('the key of these tests has a plus, a slash and an equals sign in base64', () => {
  for (const character of '+/=') expect(text).toContain(character);
});

test.each(forms(text))('keysIn finds the key in %s', (_, input) => {
  expect(found(input)).toMatchObject([{ tag: 0x30, content: element.subarray(4) }]);
});

test.each<[string, string]>([
  ['a label with digits', pem('PKCS7 2', element)],
  ['blanks around it', `\r\n \t${text}\n `],
  ['no line ends', text.replaceAll('\n', '')],
  ['doubly escaped line feeds', text.replaceAll('\n', '\\\\n')],
  ['base64url inside the lines of a PEM', text.replaceAll('/', '_')],
])('keysIn finds the key in a text with %s', (_, input) => {
  expect(found(input)).toMatchObject([{ content: element.subarray(4) }]);
});

test('keysIn finds each of many keys, in PEM, in base64 and in JSON', () => {
  const many = [1, 2, 3].map((each) => sequence(integer(BigInt(each)), octetString(new Uint8Array(30).fill(each))));
  const blocks = many.map((each) => pem('PRIVATE KEY', each)).join('and\n');
  const bare = many.map((each) => Buffer.from(each).toString('base64'));
  for (const input of [blocks, Buffer.from(blocks).toString('base64'), JSON.stringify(bare)]) {
    expect(found(input)).toMatchObject(many.map((each) => ({ content: each.subarray(2) })));
  }
});

test('keysIn unwraps base64 four times and no more', () => {
  const encode = (input: string): string => Buffer.from(input).toString('base64');
  const encoded = [text];
  for (let times = 1; times <= 5; times++) encoded.push(encode(encoded[times - 1] as string));
  expect(encoded.map((each) => found(each).length)).toEqual([1, 1, 1, 1, 0, 0]);
});
