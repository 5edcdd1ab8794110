import { expect, test } from 'vitest';
import { readDerText, unwrapDer } from '../../src/keys/key-text.ts';
import { type Bytes, bitString, concat, der, integer, nothing, octetString, pem, sequence, utf8 } from '../bytes.ts';

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const element = sequence(integer(5n), octetString(utf8('a key, for all that this file knows')));
const block = pem('PRIVATE KEY', element);

// ------------------------------------------------------------------------------------------------ from text to DER

const notPem = 'PEM that is cut short or holds more than one block';
const notBase64 = 'neither PEM nor whole base64';
const notDer = 'base64 that is cut short or is not DER';

test.each<[string, string, string]>([
  ['nothing', '', 'empty'],
  ['blanks alone', ' \r\n\t', 'empty'],
  ['escaped line ends alone', '\\r\\n\\n', 'empty'],
  ['a text of 65,537 characters', 'A'.repeat(65_537), 'text of more than 64 KiB'],
  ['a text of 65,536 characters, which is read', 'A'.repeat(65_536), notDer],
  ['words', 'my key', notBase64],
  ['a PEM with nothing in it', '-----BEGIN PRIVATE KEY----------END PRIVATE KEY-----', notBase64],
  ['a PEM with blanks in it', '-----BEGIN PRIVATE KEY-----\n \n-----END PRIVATE KEY-----', notBase64],
  ['a PEM of words', '-----BEGIN PRIVATE KEY-----\nmy key!\n-----END PRIVATE KEY-----', notBase64],
  ['base64 of words', base64(utf8('my key')), notDer],
  ['a PEM without its BEGIN', block.slice(block.indexOf('\n') + 1), notPem],
  ['a PEM without its END', block.slice(0, block.indexOf('-----END')), notPem],
  ['a PEM with words before it', `my key: ${block}`, notPem],
  ['a PEM with words after it', `${block}that was it`, notPem],
  ['a PEM of two labels', block.replace('END PRIVATE', 'END PUBLIC'), notPem],
  ['a PEM with a label in lower case', block.replaceAll('PRIVATE', 'private'), notPem],
  ['a PEM without a label', block.replaceAll('PRIVATE KEY', ''), notPem],
  ['a PEM with dashes in it', block.replace('\n', '\n-----\n'), notPem],
  ['two PEMs under one label', block + block, notPem],
  ['an OpenSSH key', pem('OPENSSH PRIVATE KEY', element), 'a key in OpenSSH format'],
  ['a PEM that says it is encrypted', block.replace('\n', '\nProc-Type: 4,ENCRYPTED\n\n'), 'an encrypted private key'],
])('readDerText names %s', (_, text, words) => {
  expect(readDerText(text)).toBe(words);
});

test.each<[string, string]>([
  ['PEM', block],
  ['bare base64', base64(element)],
  ['a label with digits', pem('PKCS7 2', element)],
  ['blanks around it', `\r\n \t${block}\n `],
  ['no line ends', block.replaceAll('\n', '')],
  ['CRLF', block.replaceAll('\n', '\r\n')],
  ['escaped line feeds', block.replaceAll('\n', '\\n')],
  ['doubly escaped line feeds', block.replaceAll('\n', '\\\\n')],
  ['escaped CRLF', block.replaceAll('\n', '\\r\\n')],
  ['escaped line ends around bare base64', `\\n${base64(element)}\\r\\n`],
])('readDerText reads text with %s', (_, text) => {
  expect(readDerText(text)).toMatchObject({ tag: 0x30, parts: [{ tag: 0x02 }, { tag: 0x04 }] });
});

test('readDerText refuses a backslash that escapes no line end', () => {
  const text = base64(element);
  for (const stray of ['\\', '\\\\', '\\t'])
    expect(readDerText(text.slice(0, 8) + stray + text.slice(8))).toBe(notBase64);
});

// ------------------------------------------------------------------------------------------ from DER to the key inside

const algorithm = sequence(nothing);
const inner = utf8('a key');
const any = (): undefined => undefined;
const unwrap = (bytes: Bytes, wrongAlgorithm: () => string | undefined = any) => {
  const read = readDerText(base64(bytes));
  return typeof read === 'string' ? read : unwrapDer(read, wrongAlgorithm);
};

const version = integer(0n);
const attributes = der(0xa0, nothing);
const pkcs8 = sequence(version, algorithm, octetString(inner));
const spki = sequence(algorithm, bitString(inner));
const fields = [version, nothing, nothing, nothing, nothing];
const certificate = (...parts: Uint8Array[]): Bytes => sequence(sequence(...parts), algorithm, bitString());
const noKey = 'DER without a key';

test.each<[string, Bytes, string]>([
  ['a set', der(0x31, version, algorithm, octetString(inner)), noKey],
  ['an empty sequence', sequence(), noKey],
  ['a sequence of one sequence', sequence(sequence()), noKey],
  ['PKCS#8 with text for a version', sequence(octetString(), algorithm, octetString(inner)), noKey],
  ['PKCS#8 without an algorithm', sequence(version, octetString(inner), octetString(inner)), noKey],
  ['PKCS#8 with bits for a key', sequence(version, algorithm, bitString(inner)), noKey],
  ['PKCS#8 without a key', sequence(version, algorithm), noKey],
  ['PKCS#8 of version 1', sequence(integer(1n), algorithm, octetString(inner)), 'malformed PKCS#8'],
  ['PKCS#8 of a version that is no number', sequence(der(2), algorithm, octetString(inner)), 'malformed PKCS#8'],
  ['PKCS#8 with more than attributes', sequence(version, algorithm, octetString(), nothing), 'malformed PKCS#8'],
  [
    'PKCS#8 with more behind its attributes',
    sequence(version, algorithm, octetString(), attributes, nothing),
    'malformed PKCS#8',
  ],
  ['an algorithm and bytes', sequence(algorithm, octetString(inner)), 'an encrypted private key'],
  ['a number and bytes', sequence(version, octetString(inner)), noKey],
  ['SPKI without an algorithm', sequence(version, bitString(inner)), noKey],
  ['SPKI with more than a key', sequence(algorithm, bitString(inner), nothing), noKey],
  ['SPKI with bits that are not used', sequence(algorithm, der(0x03, Uint8Array.of(7), inner)), 'malformed SPKI'],
  ['SPKI without bits', sequence(algorithm, der(0x03)), 'malformed SPKI'],
  ['three sequences', sequence(algorithm, algorithm, algorithm), noKey],
  ['a certificate without an algorithm', sequence(sequence(...fields, spki), version, bitString()), noKey],
  ['a certificate without a signature', sequence(sequence(...fields, spki), algorithm), noKey],
  ['a certificate with a number as its content', sequence(version, algorithm, bitString()), noKey],
  ['a certificate request', certificate(version, nothing, spki, nothing), 'a certificate request'],
  ['a certificate request with a part more', certificate(...fields), 'a certificate request'],
  ['a certificate without a key', certificate(attributes, ...fields), 'a malformed certificate'],
  ['a certificate with something else for a key', certificate(...fields, nothing), noKey],
])('unwrapDer names %s', (_, bytes, words) => {
  expect(unwrap(bytes)).toBe(words);
});

test('unwrapDer names the algorithm of a key that is malformed and of another algorithm', () => {
  const wrong = (): string => 'an EC key';
  for (const bytes of [
    pkcs8,
    spki,
    sequence(integer(1n), algorithm, octetString(inner)),
    sequence(algorithm, der(0x03)),
    certificate(...fields, spki),
  ]) {
    expect(unwrap(bytes, wrong)).toBe('an EC key');
  }
});

test('unwrapDer passes the algorithm beside the key to wrongAlgorithm', () => {
  const seen: number[] = [];
  const judge = ({ parts }: { parts: unknown[] }): undefined => void seen.push(parts.length);
  const beside = sequence(nothing, nothing, nothing);
  for (const bytes of [
    sequence(version, beside, octetString(inner)),
    sequence(beside, bitString(inner)),
    certificate(...fields, sequence(beside, bitString(inner))),
  ]) {
    unwrap(bytes, judge as () => undefined);
  }
  expect(seen).toEqual([3, 3, 3]);
});

test.each<[string, Bytes, 'private' | 'public']>([
  ['PKCS#8', pkcs8, 'private'],
  ['PKCS#8 with attributes', sequence(version, algorithm, octetString(inner), attributes), 'private'],
  ['SPKI', spki, 'public'],
  ['a certificate of version 1', certificate(...fields, spki), 'public'],
  ['a certificate of version 1 with something after the key', certificate(...fields, spki, nothing), 'public'],
  ['a certificate of version 3', certificate(attributes, ...fields, spki, nothing), 'public'],
])('unwrapDer returns the key in %s, and which half it is', (_, bytes, half) => {
  expect(unwrap(bytes)).toEqual({ half, content: inner });
});

test('readDerText refuses base64 that goes on after its element', () => {
  expect(readDerText(base64(concat(element, Uint8Array.of(0))))).toBe(notDer);
});
