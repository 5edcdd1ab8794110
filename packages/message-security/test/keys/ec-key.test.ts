import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { keys } from '@alipayhk-pass/spec/vectors/ecc224';
import { expect, test } from 'vitest';
import { readEcKey } from '../../src/keys/ec-key.ts';
import {
  certificate,
  certificateRequest,
  ecparamPrivateKey,
  explicitPkcs8,
  explicitSec1,
  explicitSpki,
  hybridSpki,
  openSshPrivateKey,
} from '../ec-tool-keys.ts';
import {
  type Bytes,
  bitString,
  concat,
  der,
  fromHex,
  integer,
  nothing,
  octetString,
  pem,
  rsaEncryption,
  sequence,
  toHex,
} from '../fixture.ts';
import { bagged, forms } from '../key-forms.ts';

const { merchant, gateway } = keys;
const bare = (text: string): string => text.replace(/-----[^-]+-----/g, '').replace(/\s/g, '');
const derOf = (text: string): Bytes => new Uint8Array(Buffer.from(bare(text), 'base64'));
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/** The numbers as OpenSSL has them. */
const numbersOf = (key: string): { d: Bytes; point: Bytes } => {
  const sec1 = createPrivateKey(key).export({ type: 'sec1', format: 'der' });
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  return { d: new Uint8Array(sec1.subarray(7, 35)), point: new Uint8Array(spki.subarray(-57)) };
};
const { d, point } = numbersOf(merchant.privateKey);
const other = numbersOf(gateway.privateKey);

// ----------------------------------------------------------------------------------- what a text is that is no such key

const pairs = (curve: string) => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: curve });
  return [
    privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    privateKey.export({ type: 'sec1', format: 'pem' }) as string,
    publicKey.export({ type: 'spki', format: 'pem' }) as string,
  ] as const;
};
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pss = generateKeyPairSync('rsa-pss', { modulusLength: 2048 });
const ed25519 = generateKeyPairSync('ed25519');
const cipher = { cipher: 'aes-256-cbc', passphrase: 'test', format: 'pem' } as const;

const neither: [string, string, string][] = [
  ['an empty text', '', 'empty'],
  ['words', 'my private key!', 'neither PEM nor whole base64'],
  ['base64 cut inside a group', bare(merchant.privateKey).slice(0, 101), 'neither PEM nor whole base64'],
  ['base64 cut between groups', bare(merchant.privateKey).slice(0, 100), 'base64 that is cut short or is not DER'],
  ['a public key cut short', bare(merchant.publicKey).slice(0, 80), 'base64 that is cut short or is not DER'],
  ['a PEM without its END', merchant.publicKey.replace(/-----END.*/s, ''), 'PEM that is cut short'],
  ['the curve without the key', ecparamPrivateKey.replace(/-----BEGIN EC PRIVATE.*/s, ''), 'DER without a key'],
  ['an OpenSSH key', openSshPrivateKey, 'a key in OpenSSH format'],
  [
    'an encrypted PKCS#8',
    createPrivateKey(merchant.privateKey).export({ type: 'pkcs8', ...cipher }) as string,
    'an encrypted private key',
  ],
  [
    'an encrypted SEC1',
    createPrivateKey(merchant.privateKey).export({ type: 'sec1', ...cipher }) as string,
    'an encrypted private key',
  ],
  ['a certificate request', certificateRequest, 'a certificate request'],
  ['an RSA private key in PKCS#8', rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string, 'an RSA key'],
  ['an RSA private key in PKCS#1', rsa.privateKey.export({ type: 'pkcs1', format: 'pem' }) as string, 'an RSA key'],
  ['an RSA public key in SPKI', rsa.publicKey.export({ type: 'spki', format: 'pem' }) as string, 'an RSA key'],
  ['an RSA public key in PKCS#1', rsa.publicKey.export({ type: 'pkcs1', format: 'pem' }) as string, 'an RSA key'],
  ['an RSA-PSS key', pss.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string, 'an RSA key'],
  [
    'an Ed25519 private key',
    ed25519.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    'a key that is not id-ecPublicKey',
  ],
  [
    'an Ed25519 public key',
    ed25519.publicKey.export({ type: 'spki', format: 'pem' }) as string,
    'a key that is not id-ecPublicKey',
  ],
  ...['P-256', 'P-384', 'P-521', 'secp256k1'].flatMap((curve): [string, string, string][] => {
    const [pkcs8, , spki] = pairs(curve);
    return [
      [`a ${curve} private key in PKCS#8`, pkcs8, `an EC key on ${curve}`],
      [`a ${curve} public key`, spki, `an EC key on ${curve}`],
    ];
  }),
  ['a private key on a curve that few use', pairs('brainpoolP224r1')[0], 'an EC key on another curve'],
  ['PKCS#8 with the numbers of the curve', explicitPkcs8, 'an EC key that does not name its curve'],
  ['SPKI with the numbers of the curve', explicitSpki, 'an EC key that does not name its curve'],
];

test.each(neither)('readEcKey names %s, whichever half was wanted', (_, text, words) => {
  expect(readEcKey(text, 'private')).toBe(words);
  expect(readEcKey(text, 'public')).toBe(words);
});

test.each<[string, string, string]>([
  ['SPKI', merchant.publicKey, 'a public key'],
  ['a certificate', certificate, 'a public key'],
  ['a P-256 key in SEC1', pairs('P-256')[1], 'an EC key on P-256'],
  ['SEC1 with the numbers of the curve', explicitSec1, 'an EC key that does not name its curve'],
])('readEcKey names %s instead of a private key on P-224', (_, text, words) => {
  expect(readEcKey(text, 'private')).toBe(words);
});

test.each<[string, string, string]>([
  ['PKCS#8', merchant.privateKey, 'a private key'],
  ['SEC1', merchant.privateKeySec1, 'a private key'],
  ['what openssl ecparam writes', ecparamPrivateKey, 'a private key'],
  ['SPKI with a hybrid point', hybridSpki, 'an EC key with a point that is not on P-224'],
])('readEcKey names %s instead of a public key on P-224', (_, text, words) => {
  expect(readEcKey(text, 'public')).toBe(words);
});

// ------------------------------------------------------------------------------------------------ DER, to the letter

const ecPublicKey = der(0x06, fromHex('2a8648ce3d0201'));
const secp224r1 = der(0x06, fromHex('2b81040021'));
const prime256v1 = der(0x06, fromHex('2a8648ce3d030107'));
const algorithm = sequence(ecPublicKey, secp224r1);
const parameters = der(0xa0, secp224r1);
const publicHalf = der(0xa1, bitString(point));
const version = integer(1n);
const sec1 = (secret: Uint8Array = d, ...more: Uint8Array[]): Bytes => sequence(version, octetString(secret), ...more);
const pkcs8 = (inner: Uint8Array, ...more: Uint8Array[]): Bytes =>
  sequence(integer(0n), algorithm, octetString(inner), ...more);
const spki = (bytes: Uint8Array): Bytes => sequence(algorithm, bitString(bytes));

test.each<[string, Bytes]>([
  ['PKCS#8', pkcs8(sec1())],
  ['PKCS#8 that names the curve twice', pkcs8(sec1(d, parameters))],
  ['PKCS#8 with the public half', pkcs8(sec1(d, publicHalf))],
  ['PKCS#8 with both', pkcs8(sec1(d, parameters, publicHalf))],
  ['PKCS#8 that ends in attributes', pkcs8(sec1(), der(0xa0, sequence(der(0x06, fromHex('551d0f')))))],
  ['SEC1 with the curve', sec1(d, parameters)],
  ['SEC1 with the curve and the public half', sec1(d, parameters, publicHalf)],
])('the DER of these tests is the key when nothing is changed: %s', (_, bytes) => {
  expect(toHex(readEcKey(base64(bytes), 'private') as Bytes)).toBe(toHex(d));
});

test('the point of these tests is the key when nothing is changed', () => {
  expect(toHex(readEcKey(base64(spki(point)), 'public') as Bytes)).toBe(toHex(point));
});

const n = 0xffffffffffffffffffffffffffff16a2e0b8f03e13dd29455c5c2a3dn;
const p = (1n << 224n) - (1n << 96n) + 1n;
const bytesOf = (value: bigint, length = 28): Bytes => fromHex(value.toString(16).padStart(length * 2, '0'));

const malformed = 'a malformed EC private key';
const outOfRange = 'an EC private key that is out of range';
test.each<[string, Bytes, string]>([
  ['SEC1 that does not name its curve', sec1(), 'an EC private key that does not name its curve'],
  ['SEC1 that has its public half only', sec1(d, publicHalf), 'an EC private key that does not name its curve'],
  ['SEC1 of P-256', sec1(d, der(0xa0, prime256v1)), 'an EC key on P-256'],
  ['SEC1 with an empty curve', sec1(d, der(0xa0)), malformed],
  ['SEC1 with two curves', sec1(d, der(0xa0, secp224r1, secp224r1)), malformed],
  ['SEC1 with NULL for a curve', sec1(d, der(0xa0, nothing)), 'an EC key that does not name its curve'],
  ['SEC1 with its parts swapped', sec1(d, publicHalf, parameters), malformed],
  ['SEC1 with a third part', sec1(d, parameters, publicHalf, nothing), malformed],
  ['SEC1 with the curve twice', sec1(d, parameters, parameters), malformed],
  ['SEC1 of version 0', sequence(integer(0n), octetString(d), parameters), malformed],
  ['SEC1 of version 2', sequence(integer(2n), octetString(d), parameters), malformed],
  ['a key of 27 bytes', sec1(d.subarray(1), parameters), outOfRange],
  ['a key of 29 bytes', sec1(concat(Uint8Array.of(0), d), parameters), outOfRange],
  ['an empty key', sec1(new Uint8Array(), parameters), outOfRange],
  ['the key 0', sec1(bytesOf(0n), parameters), outOfRange],
  ['the order as key', sec1(bytesOf(n), parameters), outOfRange],
  ['a key above the order', sec1(bytesOf((1n << 224n) - 1n), parameters), outOfRange],
  [
    'the public half of another',
    sec1(d, parameters, der(0xa1, bitString(other.point))),
    'an EC private key with the public half of another key',
  ],
  [
    'the public half mirrored',
    sec1(
      d,
      parameters,
      der(0xa1, bitString(concat(point.subarray(0, 29), bytesOf(p - BigInt(`0x${toHex(point.subarray(29))}`))))),
    ),
    'an EC private key with the public half of another key',
  ],
  [
    'a public half that is not on the curve',
    sec1(d, parameters, der(0xa1, bitString(point.with(56, (point[56] as number) ^ 1)))),
    'an EC key with a point that is not on P-224',
  ],
  ['a public half with unused bits', sec1(d, parameters, der(0xa1, der(0x03, Uint8Array.of(1), point))), malformed],
  ['a public half that is no bit string', sec1(d, parameters, der(0xa1, octetString(point))), malformed],
  ['an empty public half', sec1(d, parameters, der(0xa1)), malformed],
  ['two public halves', sec1(d, parameters, der(0xa1, bitString(point), bitString(point))), malformed],
  ['PKCS#8 of version 1', sequence(integer(1n), algorithm, octetString(sec1())), 'malformed PKCS#8'],
  ['PKCS#8 with something after it that is no attributes', pkcs8(sec1(), nothing), 'malformed PKCS#8'],
  ['PKCS#8 with bytes after the key', pkcs8(concat(sec1(), Uint8Array.of(0))), malformed],
  ['PKCS#8 around nothing', pkcs8(new Uint8Array()), malformed],
  ['PKCS#8 around the bare number', pkcs8(d), malformed],
  ['PKCS#8 around another curve', pkcs8(sec1(d, der(0xa0, prime256v1))), 'an EC key on P-256'],
  [
    'PKCS#8 without a curve',
    sequence(integer(0n), sequence(ecPublicKey), octetString(sec1())),
    'an EC key that does not name its curve',
  ],
  [
    'PKCS#8 with a NULL for a curve',
    sequence(integer(0n), sequence(ecPublicKey, nothing), octetString(sec1())),
    'an EC key that does not name its curve',
  ],
  [
    'PKCS#8 with an algorithm of three parts',
    sequence(integer(0n), sequence(ecPublicKey, secp224r1, nothing), octetString(sec1())),
    'a key that is not id-ecPublicKey',
  ],
  ['PKCS#8 of rsaEncryption', sequence(integer(0n), rsaEncryption, octetString(sec1())), 'an RSA key'],
  [
    'PKCS#8 of id-ecDH',
    sequence(integer(0n), sequence(der(0x06, fromHex('2b8104010c')), secp224r1), octetString(sec1())),
    'a key that is not id-ecPublicKey',
  ],
  ['PKCS#8 around a set', pkcs8(der(0x31, version, octetString(d))), malformed],
  ['PKCS#8 around a number that is no octet string', pkcs8(sequence(version, der(0x0c, d))), malformed],
  ['a set in place of SEC1', der(0x31, version, octetString(d), parameters), 'DER without a key'],
  ['a set of two integers', der(0x31, version, version), 'DER without a key'],
  ['an integer', integer(5n), 'DER without a key'],
  ['an empty sequence', sequence(), 'DER without a key'],
])('readEcKey refuses a private key with %s', (_, bytes, words) => {
  expect(readEcKey(base64(bytes), 'private')).toBe(words);
  expect(readEcKey(pem('PRIVATE KEY', bytes), 'private')).toBe(words);
});

const notOnCurve = 'an EC key with a point that is not on P-224';
test.each<[string, Bytes, string]>([
  ['a point with another y', spki(point.with(56, (point[56] as number) ^ 1)), notOnCurve],
  [
    'a point with its coordinates swapped',
    spki(concat(Uint8Array.of(4), point.subarray(29), point.subarray(1, 29))),
    notOnCurve,
  ],
  ['the point 0, 0', spki(concat(Uint8Array.of(4), new Uint8Array(56))), notOnCurve],
  ['the point at infinity', spki(Uint8Array.of(0)), notOnCurve],
  ['no point', spki(new Uint8Array()), notOnCurve],
  ['a point without its form', spki(point.subarray(1)), notOnCurve],
  ['a point cut short', spki(point.subarray(0, 56)), notOnCurve],
  ['a byte after the point', spki(concat(point, Uint8Array.of(0))), notOnCurve],
  ['a compressed point with both coordinates', spki(point.with(0, 2)), notOnCurve],
  ['an uncompressed point with one coordinate', spki(point.subarray(0, 29)), notOnCurve],
  ['an x of no point', spki(concat(Uint8Array.of(2), bytesOf(0n))), notOnCurve],
  ['an x that is the field’s prime', spki(concat(Uint8Array.of(2), bytesOf(p))), notOnCurve],
  ['a hybrid point', spki(point.with(0, 6 + ((point[56] as number) & 1))), notOnCurve],
  ['SPKI with unused bits', sequence(algorithm, der(0x03, Uint8Array.of(1), point)), 'malformed SPKI'],
  ['SPKI with an empty bit string', sequence(algorithm, der(0x03)), 'malformed SPKI'],
  ['SPKI with something after it', sequence(algorithm, bitString(point), nothing), 'DER without a key'],
  ['SPKI of P-256', sequence(sequence(ecPublicKey, prime256v1), bitString(point)), 'an EC key on P-256'],
  ['SPKI without a curve', sequence(sequence(ecPublicKey), bitString(point)), 'an EC key that does not name its curve'],
  ['SPKI with an empty algorithm', sequence(sequence(), bitString(point)), 'a key that is not id-ecPublicKey'],
  [
    'a certificate of an RSA key',
    sequence(
      sequence(nothing, nothing, nothing, nothing, nothing, sequence(rsaEncryption, bitString(sequence()))),
      sequence(),
      bitString(),
    ),
    'an RSA key',
  ],
])('readEcKey refuses a public key with %s', (_, bytes, words) => {
  expect(readEcKey(base64(bytes), 'public')).toBe(words);
  expect(readEcKey(pem('PUBLIC KEY', bytes), 'public')).toBe(words);
});

test('readEcKey refuses a coordinate that is not below the prime of the field', () => {
  // x = 1 is on no point's list of small ones by chance: look for one, and p + x still has 224 bits.
  const small = [...Array(50).keys()].find(
    (x) => typeof readEcKey(base64(spki(concat(Uint8Array.of(2), bytesOf(BigInt(x))))), 'public') !== 'string',
  );
  expect(small).toBeDefined();
  expect(readEcKey(base64(spki(concat(Uint8Array.of(2), bytesOf(p + BigInt(small as number))))), 'public')).toBe(
    notOnCurve,
  );
});

test('readEcKey refuses a byte after any form of key, and a length in more octets than it needs', () => {
  for (const [half, text] of [
    ['private', merchant.privateKey],
    ['private', merchant.privateKeySec1],
    ['public', merchant.publicKey],
  ] as const) {
    const [tag, ...rest] = derOf(text);
    expect(rest[0]).toBeLessThan(0x80);
    expect(readEcKey(base64(concat(derOf(text), Uint8Array.of(0))), half)).toBe(
      'base64 that is cut short or is not DER',
    );
    expect(readEcKey(base64(Uint8Array.of(tag as number, 0x81, ...rest)), half)).toBe(
      'base64 that is cut short or is not DER',
    );
  }
});

// ---------------------------------------------------------------------------------------------------------- accepted

const places = forms(merchant.privateKey).map(([place]) => place);
const formOf = (text: string, place: string): string => new Map(forms(text)).get(place) as string;

test.each(places)('readEcKey reads all four kinds of key from %s', (place) => {
  expect(toHex(readEcKey(formOf(merchant.privateKey, place), 'private') as Bytes)).toBe(toHex(d));
  expect(toHex(readEcKey(formOf(merchant.privateKeySec1, place), 'private') as Bytes)).toBe(toHex(d));
  expect(toHex(readEcKey(formOf(merchant.publicKey, place), 'public') as Bytes)).toBe(toHex(point));
  expect(toHex(readEcKey(formOf(merchant.publicKeyCompressed, place), 'public') as Bytes)).toBe(toHex(point));
});

test.each(places.filter((place) => !/bare|console|base64url/.test(place)))(
  'readEcKey reads both blocks that openssl ecparam writes, from %s',
  (place) => {
    expect(readEcKey(formOf(ecparamPrivateKey, place), 'private')).toEqual(numbersOf(ecparamPrivateKey).d);
  },
);

test('readEcKey reads the key and the certificate in what openssl pkcs12 writes, whichever is wanted', () => {
  const text = bagged(ecparamPrivateKey, certificate);
  expect(readEcKey(text, 'private')).toEqual(numbersOf(ecparamPrivateKey).d);
  expect(readEcKey(text, 'public')).toEqual(numbersOf(ecparamPrivateKey).point);
});

test('readEcKey refuses two private keys, and two public ones', () => {
  const { privateKey, privateKeySec1, publicKey } = merchant;
  expect(readEcKey(privateKey + privateKeySec1, 'private')).toBe('text with several private keys');
  expect(readEcKey(publicKey + certificate, 'public')).toBe('text with several public keys');
});

test('readEcKey reads the public key of a certificate', () => {
  expect(readEcKey(certificate, 'public')).toEqual(numbersOf(ecparamPrivateKey).point);
});

test('readEcKey ignores the label of a PEM', () => {
  expect(readEcKey(pem('EC PRIVATE KEY', derOf(merchant.privateKey)), 'private')).toEqual(d);
  expect(readEcKey(pem('PRIVATE KEY', derOf(merchant.privateKeySec1)), 'private')).toEqual(d);
});

test('readEcKey reads the smallest and the largest private key', () => {
  for (const value of [1n, n - 1n])
    expect(readEcKey(base64(pkcs8(sec1(bytesOf(value)))), 'private')).toEqual(bytesOf(value));
});

test('readEcKey reads the points that OpenSSL writes, compressed and not', () => {
  for (let i = 0; i < 20; i++) {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'secp224r1' });
    const text = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
    const fresh = numbersOf(text);
    expect(readEcKey(text, 'private')).toEqual(fresh.d); // with its public half checked
    const compressed = concat(Uint8Array.of(2 + ((fresh.point[56] as number) & 1)), fresh.point.subarray(1, 29));
    expect(readEcKey(base64(spki(compressed)), 'public')).toEqual(fresh.point);
  }
});
