import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { toJwk } from '../../src/crypto/rsa-numbers.ts';
import { readJwk, readKeyText } from '../../src/keys/rsa-key.ts';
import {
  type Bytes,
  bitString,
  concat,
  der,
  fromHex,
  integer,
  keys,
  nothing,
  octetString,
  pem,
  privateNumbers,
  rsaEncryption,
  sequence,
  spellings,
  utf8,
  wrongPairs,
} from '../fixture.ts';
import { bagged, forms } from '../key-forms.ts';
import {
  certificate,
  certificateRequest,
  certificateV1,
  certifiedPrivateKey,
  openSshPrivateKey,
  pkcs12,
} from '../tool-keys.ts';

type Jwk = JsonWebKey & Record<string, unknown>;
const jwk = createPrivateKey(keys.gateway.privateKey).export({ format: 'jwk' }) as Jwk;
const names = ['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi'] as const;
const fromJwk = (from: Jwk, name: string): bigint =>
  BigInt(`0x${Buffer.from(from[name] as string, 'base64url').toString('hex')}`);
/** The numbers as OpenSSL has them, in the order of PKCS#1. */
const numbers = names.map((name) => fromJwk(jwk, name));
const [n, e] = numbers as [bigint, bigint];

const bare = (text: string): string => text.replace(/-----[^-]+-----/g, '').replace(/\s/g, '');
const derOf = (text: string): Bytes => new Uint8Array(Buffer.from(bare(text), 'base64'));
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

// ------------------------------------------------------------------------------- what a text is that is no RSA key

const ec = wrongPairs.ec();
const pss = wrongPairs.pss();
const ed25519 = wrongPairs.ed25519();
const dsa = generateKeyPairSync('dsa', { modulusLength: 2048, divisorLength: 256 });
const legacyEncrypted = createPrivateKey(keys.gateway.privateKey).export({
  type: 'pkcs1',
  format: 'pem',
  cipher: 'aes-256-cbc',
  passphrase: 'test',
}) as string;

test.each([
  ['an empty text', '', 'empty'],
  ['blanks', ' \n\t ', 'empty'],
  ['words', 'my private key!', 'neither PEM nor whole base64'],
  ['a path', './keys/private.pem', 'neither PEM nor whole base64'],
  ['an SSH public key', 'ssh-rsa AAAAB3NzaC1yc2E= me@host', 'neither PEM nor whole base64'],
  ['base64 of something else', base64(utf8('my private key!')), 'base64 that is cut short or is not DER'],
  ['base64 cut inside a group', bare(spellings.pkcs8).slice(0, 801), 'neither PEM nor whole base64'],
  ['base64 cut between groups', bare(spellings.pkcs8).slice(0, 800), 'base64 that is cut short or is not DER'],
  ['base64 without its first line', bare(spellings.pkcs8).slice(64), 'base64 that is cut short or is not DER'],
  [
    'a PEM without its last line of base64',
    spellings.spki.replace(/[^\n]+\n(?=-----END)/, ''),
    'base64 that is cut short or is not DER',
  ],
  ['a PEM without its END', spellings.pkcs8.replace(/-----END.*/s, ''), 'PEM that is cut short'],
  ['a PEM without its BEGIN', spellings.pkcs8.replace(/-----BEGIN.*?-----\n/, ''), 'PEM that is cut short'],
  ['a PEM cut in its END line', spellings.pkcs8.trimEnd().slice(0, -9), 'PEM that is cut short'],
  [
    'a PEM that ends under another label',
    spellings.pkcs8.replace('END PRIVATE', 'END PUBLIC'),
    'PEM that is cut short',
  ],
  ['an empty PEM', '-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----', 'neither PEM nor whole base64'],
  ['an OpenSSH key', openSshPrivateKey, 'a key in OpenSSH format'],
  [
    'an encrypted PKCS#8',
    createPrivateKey(keys.gateway.privateKey).export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: 'test',
    }) as string,
    'an encrypted private key',
  ],
  [
    'an encrypted PKCS#8 without its PEM lines',
    base64(
      createPrivateKey(keys.gateway.privateKey).export({
        type: 'pkcs8',
        format: 'der',
        cipher: 'aes-256-cbc',
        passphrase: 'test',
      }),
    ),
    'an encrypted private key',
  ],
  ['an EC private key in PKCS#8', ec.privateKey, 'an EC key'],
  [
    'an EC private key in SEC1',
    createPrivateKey(ec.privateKey).export({ type: 'sec1', format: 'pem' }) as string,
    'an EC key',
  ],
  ['an EC public key', ec.publicKey, 'an EC key'],
  ['an RSA-PSS private key', pss.privateKey, 'a key that is not rsaEncryption'],
  ['an RSA-PSS public key', pss.publicKey, 'a key that is not rsaEncryption'],
  ['an Ed25519 private key', ed25519.privateKey, 'a key that is not rsaEncryption'],
  ['an Ed25519 public key', ed25519.publicKey, 'a key that is not rsaEncryption'],
  [
    'a DSA private key',
    dsa.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    'a key that is not rsaEncryption',
  ],
  [
    'a DSA public key',
    dsa.publicKey.export({ type: 'spki', format: 'pem' }) as string,
    'a key that is not rsaEncryption',
  ],
  ['a certificate request', certificateRequest, 'a certificate request'],
])('readKeyText names %s', (_, text, words) => {
  expect(readKeyText(text, 'private')).toBe(words);
  expect(readKeyText(text, 'public')).toBe(words);
});

test('readKeyText names a legacy encrypted PEM an encrypted private key', () => {
  expect(legacyEncrypted).toContain('Proc-Type: 4,ENCRYPTED');
  expect(readKeyText(legacyEncrypted, 'private')).toBe('an encrypted private key');
});

// ------------------------------------------------------------------------------------------------ DER, to the letter

const pkcs1 = [integer(0n), ...numbers.map(integer)];
const pkcs8 = (inner: Uint8Array, ...more: Uint8Array[]): Bytes =>
  sequence(integer(0n), rsaEncryption, octetString(inner), ...more);
const publicIntegers = sequence(integer(n), integer(e));
const replaced = (index: number, element: Bytes): Bytes[] => pkcs1.map((each, at) => (at === index ? element : each));

test('the DER of these tests is the key when nothing is changed', () => {
  expect(readKeyText(base64(sequence(...pkcs1)), 'private')).toEqual(numbers);
  expect(readKeyText(base64(pkcs8(sequence(...pkcs1))), 'private')).toEqual(numbers);
  expect(readKeyText(base64(publicIntegers), 'private')).toEqual([n, e]);
  expect(readKeyText(base64(sequence(rsaEncryption, bitString(publicIntegers))), 'private')).toEqual([n, e]);
});

test.each<[string, Bytes, string]>([
  ['an integer', integer(5n), 'DER without a key'],
  ['an empty sequence', sequence(), 'DER without a key'],
  ['a sequence of one', sequence(integer(5n)), 'DER without a key'],
  ['a set in place of the sequence', der(0x31, integer(n), integer(e)), 'DER without a key'],
  ['three sequences', sequence(sequence(), sequence(), sequence()), 'DER without a key'],
  ['SPKI with something after it', sequence(rsaEncryption, bitString(publicIntegers), nothing), 'DER without a key'],
  ['SPKI with unused bits', sequence(rsaEncryption, der(0x03, Uint8Array.of(1), publicIntegers)), 'malformed SPKI'],
  ['SPKI with an empty bit string', sequence(rsaEncryption, der(0x03)), 'malformed SPKI'],
  [
    'SPKI with bytes after the key',
    sequence(rsaEncryption, bitString(publicIntegers, Uint8Array.of(0))),
    'a malformed RSA key',
  ],
  ['SPKI around no sequence', sequence(rsaEncryption, bitString(integer(n))), 'a malformed RSA key'],
  [
    'SPKI without the NULL',
    sequence(sequence(der(0x06, fromHex('2a864886f70d010101'))), bitString(publicIntegers)),
    'a key that is not rsaEncryption',
  ],
  [
    'SPKI with a NULL that is not empty',
    sequence(
      sequence(der(0x06, fromHex('2a864886f70d010101')), der(0x05, Uint8Array.of(0))),
      bitString(publicIntegers),
    ),
    'a key that is not rsaEncryption',
  ],
  ['SPKI with an empty algorithm', sequence(sequence(), bitString(publicIntegers)), 'a key that is not rsaEncryption'],
  [
    'SPKI of md5WithRSAEncryption',
    sequence(sequence(der(0x06, fromHex('2a864886f70d010104')), nothing), bitString(publicIntegers)),
    'a key that is not rsaEncryption',
  ],
  ['PKCS#8 of version 1', sequence(integer(1n), rsaEncryption, octetString(sequence(...pkcs1))), 'malformed PKCS#8'],
  [
    'PKCS#8 of a negative version',
    sequence(der(0x02, Uint8Array.of(0xff)), rsaEncryption, octetString(sequence(...pkcs1))),
    'malformed PKCS#8',
  ],
  ['PKCS#8 with something after it that is no attributes', pkcs8(sequence(...pkcs1), nothing), 'malformed PKCS#8'],
  ['PKCS#8 with bytes after the key', pkcs8(concat(sequence(...pkcs1), Uint8Array.of(0))), 'a malformed RSA key'],
  ['PKCS#8 around nothing', pkcs8(new Uint8Array()), 'a malformed RSA key'],
  [
    'PKCS#8 around a public key’s SPKI',
    pkcs8(sequence(rsaEncryption, bitString(publicIntegers))),
    'a malformed RSA key',
  ],
  ['PKCS#1 of three primes', sequence(integer(1n), ...pkcs1.slice(1), sequence()), 'DER without a key'],
  ['PKCS#1 that says it has more than two primes', sequence(...replaced(0, integer(1n))), 'a malformed RSA key'],
  ['PKCS#1 without its last number', sequence(...pkcs1.slice(0, 8)), 'a malformed RSA key'],
  ['PKCS#1 with a number too many', sequence(...pkcs1, integer(1n)), 'a malformed RSA key'],
  ['PKCS#1 without its version', sequence(...pkcs1.slice(1)), 'a malformed RSA key'],
  ['PKCS#1 with a negative number', sequence(...replaced(3, der(0x02, Uint8Array.of(0x80)))), 'a malformed RSA key'],
  ['PKCS#1 with a leading zero too many', sequence(...replaced(2, fromHex('0204 00010001'))), 'a malformed RSA key'],
  ['PKCS#1 with an empty number', sequence(...replaced(2, der(0x02))), 'a malformed RSA key'],
  ['PKCS#1 public with three numbers', sequence(integer(n), integer(e), integer(e)), 'a malformed RSA key'],
  [
    'a certificate without a key',
    sequence(sequence(der(0xa0, integer(2n)), nothing, nothing, nothing, nothing, nothing), sequence(), bitString()),
    'a malformed certificate',
  ],
  [
    'a certificate of an EC key',
    sequence(
      sequence(nothing, nothing, nothing, nothing, nothing, new Uint8Array(derOf(ec.publicKey))),
      sequence(),
      bitString(),
    ),
    'an EC key',
  ],
])('readKeyText refuses %s', (_, bytes, words) => {
  expect(readKeyText(base64(bytes), 'private')).toBe(words);
  expect(readKeyText(pem('PRIVATE KEY', bytes), 'private')).toBe(words);
});

test('readKeyText refuses a byte after any form of key, and a length in more octets than it needs', () => {
  for (const text of Object.values(spellings)) {
    const bytes = derOf(text);
    expect(typeof readKeyText(base64(concat(bytes, Uint8Array.of(0))), 'private')).toBe('string');
    const [tag, , ...rest] = bytes; // 30 82 xx xx …: the same length in three octets
    expect(bytes[1]).toBe(0x82);
    expect(readKeyText(base64(Uint8Array.of(tag as number, 0x83, 0, ...rest)), 'private')).toBe(
      'base64 that is cut short or is not DER',
    );
  }
});

test('an algorithm with a third part is refused', () => {
  const algorithm = sequence(der(0x06, fromHex('2a864886f70d010101')), nothing, nothing);
  expect(typeof readKeyText(base64(sequence(algorithm, bitString(publicIntegers))), 'private')).toBe('string');
});

test.each(['\\', '-', '=', ' ', '-----BEGIN A-----', 'A'])(
  'readKeyText refuses %j fifty thousand times over',
  (piece) => {
    expect(typeof readKeyText(piece.repeat(50_000), 'private')).toBe('string');
  },
);

// ------------------------------------------------------------------------------------------------------ accepted

const places = forms(spellings.pkcs8).map(([place]) => place);

test.each(places)('readKeyText reads all four kinds of key from %s', (place) => {
  for (const [text, half, expected] of [
    [spellings.pkcs8, 'private', numbers],
    [spellings.pkcs1, 'private', numbers],
    [spellings.spki, 'public', [n, e]],
    [spellings.pkcs1Public, 'public', [n, e]],
  ] as const) {
    expect(readKeyText(new Map(forms(text)).get(place) as string, half)).toEqual(expected);
  }
});

test('readKeyText reads the key and the certificate in what openssl pkcs12 writes, whichever is wanted', () => {
  const text = bagged(certifiedPrivateKey, certificate);
  expect(readKeyText(text, 'private')).toEqual(readKeyText(certifiedPrivateKey, 'private'));
  expect(readKeyText(text, 'public')).toEqual(readKeyText(certificate, 'public'));
  expect(readKeyText(certifiedPrivateKey, 'private')).toHaveLength(8);
});

test('readKeyText refuses two private keys, and two public ones', () => {
  expect(readKeyText(certifiedPrivateKey + spellings.pkcs1, 'private')).toBe('text with several private keys');
  expect(readKeyText(certificate + spellings.spki, 'public')).toBe('text with several public keys');
});

test('readKeyText names a PKCS#12 file', () => {
  expect(readKeyText(pkcs12, 'private')).toBe('a PKCS#12 file');
  expect(readKeyText(pkcs12, 'public')).toBe('a PKCS#12 file');
});

test('readKeyText ignores the label of a PEM', () => {
  expect(readKeyText(pem('RSA PRIVATE KEY', derOf(spellings.pkcs8)), 'private')).toEqual(numbers);
  expect(readKeyText(pem('PUBLIC KEY', derOf(spellings.pkcs1Public)), 'public')).toEqual([n, e]);
});

test('readKeyText accepts PKCS#8 with attributes', () => {
  const attributes = der(0xa0, sequence(der(0x06, fromHex('551d0f')), der(0x31, bitString(Uint8Array.of(0x80)))));
  expect(readKeyText(base64(pkcs8(sequence(...pkcs1), attributes)), 'private')).toEqual(numbers);
});

test('readKeyText reads the public key of a certificate with and without a version field', () => {
  const [modulus, exponent] = readKeyText(certifiedPrivateKey, 'private') as bigint[];
  expect(readKeyText(certificate, 'public')).toEqual([modulus, exponent]);
  expect(readKeyText(certificateV1, 'public')).toEqual([modulus, exponent]);
});

// ----------------------------------------------------------------------------------------------------------- JWK

test.each<[string, Jwk, string]>([
  ['no key type', { ...jwk, kty: undefined } as Jwk, 'an object that is not an RSA JWK'],
  ['bytes', utf8(spellings.pkcs8) as unknown as Jwk, 'an object that is not an RSA JWK'],
  ['an object that is no JWK', {}, 'an object that is not an RSA JWK'],
  ['a symmetric key', { kty: 'oct', k: 'AAAA' }, 'an object that is not an RSA JWK'],
  ['an Ed25519 key', { kty: 'OKP', crv: 'Ed25519' }, 'an object that is not an RSA JWK'],
  ['a key type in another case', { ...jwk, kty: 'rsa' }, 'an object that is not an RSA JWK'],
  ['an EC key', createPrivateKey(ec.privateKey).export({ format: 'jwk' }) as Jwk, 'an EC key'],
  ...names
    .filter((name) => name !== 'd')
    .map((name): [string, Jwk, string] => [
      `no ${name}`,
      { ...jwk, [name]: undefined },
      `a JWK without a valid ${name}`,
    ]),
  ...names.map((name): [string, Jwk, string] => [
    `an empty ${name}`,
    { ...jwk, [name]: '' },
    `a JWK without a valid ${name}`,
  ]),
  ...names.map((name): [string, Jwk, string] => [
    `a ${name} that is no base64`,
    { ...jwk, [name]: '!' },
    `a JWK without a valid ${name}`,
  ]),
])('readJwk names a JWK with %s', (_, input, words) => {
  expect(readJwk(input)).toBe(words);
});

test('readJwk names a number that is not text', () => {
  expect(readJwk({ ...jwk, n: 5 } as unknown as JsonWebKey)).toBe('a JWK without a valid n');
});

test('readJwk reads a number of 4,092 digits and refuses one of 4,096', () => {
  expect(readJwk({ ...jwk, n: 'A'.repeat(4096) })).toBe('a JWK without a valid n');
  expect(readJwk({ ...jwk, n: 'A'.repeat(4092) })).toEqual([0n, ...numbers.slice(1)]);
});

test('readJwk reads a private key when there is a d, and else a public one', () => {
  expect(readJwk(jwk)).toEqual(numbers);
  expect(readJwk({ kty: 'RSA', n: jwk.n as string, e: jwk.e as string, kid: '1', use: 'sig' } as JsonWebKey)).toEqual([
    n,
    e,
  ]);
});

test('toJwk writes the JWK that OpenSSL writes', () => {
  expect(toJwk(privateNumbers(keys.gateway.privateKey))).toEqual(jwk);
  expect(toJwk({ n, e, size: 256 })).toEqual({ kty: 'RSA', n: jwk.n, e: 'AQAB' });
});
