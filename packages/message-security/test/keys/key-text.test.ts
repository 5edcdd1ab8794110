import { expect, test } from 'vitest';
import { readDerText, unwrapDer } from '../../src/keys/key-text.ts';
import { type Bytes, bitString, concat, der, integer, nothing, octetString, pem, sequence, utf8 } from '../bytes.ts';
import { bagged } from '../key-forms.ts';

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const element = sequence(integer(5n), octetString(utf8('a key, for all that this file knows')));
const block = pem('PRIVATE KEY', element);

// ------------------------------------------------------------------------------------------------ from text to DER

const notPem = 'PEM that is cut short';
const notBase64 = 'neither PEM nor whole base64';
const notDer = 'base64 that is cut short or is not DER';

test.each<[string, string, string]>([
  ['nothing', '', 'empty'],
  ['blanks alone', ' \r\n\t', 'empty'],
  ['escaped line ends alone', '\\r\\n\\n', 'empty'],
  ['quotes alone', '""', 'empty'],
  ['a byte-order mark alone', '\ufeff', 'empty'],
  ['a text of 65,537 characters', 'A'.repeat(65_537), 'text of more than 64 KiB'],
  ['a text of 65,536 characters, which is read', 'A'.repeat(65_536), notDer],
  ['words', 'my key', notBase64],
  ['the name of a variable', `\${MERCHANT_PRIVATE_KEY}`, notBase64],
  ['JSON without a key', '{"client_id":"4Q5Y8W0WSG45P907917"}', notBase64],
  ['a PEM with nothing in it', '-----BEGIN PRIVATE KEY----------END PRIVATE KEY-----', notBase64],
  ['a PEM with blanks in it', '-----BEGIN PRIVATE KEY-----\n \n-----END PRIVATE KEY-----', notBase64],
  ['a PEM of words', '-----BEGIN PRIVATE KEY-----\nmy key!\n-----END PRIVATE KEY-----', notBase64],
  ['base64 of words', base64(utf8('my key')), notDer],
  ['base64 of DER that is no sequence', base64(octetString(utf8('my key'))), 'DER without a key'],
  ['a PEM without its BEGIN', block.slice(block.indexOf('\n') + 1), notPem],
  ['a PEM without its END', block.slice(0, block.indexOf('-----END')), notPem],
  ['base64 of a PEM without its END', base64(utf8(block.slice(0, block.indexOf('-----END')))), notPem],
  ['a PEM cut in its END line', block.trimEnd().slice(0, -9), notPem],
  ['a PEM of two labels', block.replace('END PRIVATE', 'END PUBLIC'), notPem],
  ['a whole PEM before one that is cut short', block + block.slice(0, 100), notPem],
  ['two BEGIN lines before one END line', block.slice(0, 100) + block, notPem],
  ['a PEM with a label in lower case', block.replaceAll('PRIVATE', 'private'), notDer],
  ['a PEM without a label', block.replaceAll('PRIVATE KEY', ''), notDer],
  ['quoted base64 that is cut short', `"${base64(element).slice(0, 32)}"`, notDer],
  ['an OpenSSH key', pem('OPENSSH PRIVATE KEY', element), 'a key in OpenSSH format'],
  ['an SSH2 key', '---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n---- END SSH2 PUBLIC KEY ----', 'a key in OpenSSH format'],
  ['a PEM that says it is encrypted', block.replace('\n', '\nProc-Type: 4,ENCRYPTED\n\n'), 'an encrypted private key'],
])('readDerText names %s', (_, text, words) => {
  for (const want of ['private', 'public'] as const) {
    const read = readDerText(text, want);
    expect(typeof read === 'string' ? read : unwrapDer(read, () => undefined)).toBe(words);
  }
});

test('readDerText refuses base64 in which a character became a blank, an escape, a dash or a quote', () => {
  const text = base64(element);
  for (const damage of [' ', '\\', '\\n', '%0A', '\u200b', '"', '\u201c', '!', '\0']) {
    for (let at = 0; at < text.length - 1; at++) {
      const damaged = text.slice(0, at) + damage + text.slice(at + 1);
      expect(typeof readDerText(damaged, 'private'), damaged).toBe('string');
      expect(typeof readDerText(pem('PRIVATE KEY', element).replace(text, damaged), 'private'), damaged).toBe('string');
    }
  }
});

// ------------------------------------------------------------------------------------ of several keys the one wanted

const spkiOf = (text: string): Bytes => sequence(sequence(nothing), bitString(utf8(text)));
const pkcs8Of = (text: string): Bytes => sequence(integer(0n), sequence(nothing), octetString(utf8(text)));
const privateBlock = pem('PRIVATE KEY', pkcs8Of('ours'));
const publicBlock = pem('PUBLIC KEY', spkiOf('theirs'));
const contentOf = (text: string, want: 'private' | 'public') => {
  const read = readDerText(text, want);
  const key = typeof read === 'string' ? read : unwrapDer(read, () => undefined);
  return typeof key === 'string' ? key : new TextDecoder().decode(key.content);
};
const bareJson = {
  publicKey: base64(spkiOf('theirs, as bare base64 in JSON')),
  privateKey: base64(pkcs8Of('ours, as bare base64 in JSON')),
};

test.each<[string, string, string, string]>([
  ['a private and a public key', privateBlock + publicBlock, 'ours', 'theirs'],
  ['a public and a private key', publicBlock + privateBlock, 'ours', 'theirs'],
  ['both in base64', base64(utf8(publicBlock + privateBlock)), 'ours', 'theirs'],
  ['both in JSON', JSON.stringify({ public: publicBlock, private: privateBlock }), 'ours', 'theirs'],
  [
    'both in JSON as bare base64',
    JSON.stringify(bareJson),
    'ours, as bare base64 in JSON',
    'theirs, as bare base64 in JSON',
  ],
  ['what openssl pkcs12 writes', bagged(privateBlock, publicBlock), 'ours', 'theirs'],
  [
    'a private key in a label that lies',
    pem('PUBLIC KEY', pkcs8Of('ours')) + pem('PRIVATE KEY', spkiOf('theirs')),
    'ours',
    'theirs',
  ],
  [
    'a private key and two public ones',
    privateBlock + publicBlock + publicBlock,
    'ours',
    'text with several public keys',
  ],
  ['two private keys', privateBlock + pem('PRIVATE KEY', pkcs8Of('old')), 'text with several private keys', 'ours old'],
  ['one private key twice', privateBlock + privateBlock, 'text with several private keys', 'ours'],
  ['one private key twice in base64', base64(utf8(privateBlock.repeat(2))), 'text with several private keys', 'ours'],
  [
    'an encrypted key and a public one',
    pem('RSA PRIVATE KEY', element).replace('\n', '\nProc-Type: 4,ENCRYPTED\n\n') + publicBlock,
    'an encrypted private key',
    'theirs',
  ],
  [
    'a public key and a private one of which a line is lost',
    publicBlock + privateBlock.replace(/\nM.*\n/, '\n'),
    'neither PEM nor whole base64',
    'theirs',
  ],
])('readDerText, given %s, returns the one that is wanted or says why not', (_, text, ours, theirs) => {
  expect(contentOf(text, 'private')).toBe(ours);
  if (theirs.startsWith('ours')) expect(contentOf(text, 'public')).not.toBe('theirs');
  else expect(contentOf(text, 'public')).toBe(theirs);
});

// ------------------------------------------------------------------------------------------ from DER to the key inside

const algorithm = sequence(nothing);
const inner = utf8('a key');
const any = (): undefined => undefined;
const unwrap = (bytes: Bytes, wrongAlgorithm: () => string | undefined = any) => {
  const read = readDerText(base64(bytes), 'private');
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
  ['PKCS#12', sequence(integer(3n), sequence(nothing), sequence(nothing)), 'a PKCS#12 file'],
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
  expect(readDerText(base64(concat(element, Uint8Array.of(0))), 'private')).toBe(notDer);
});
