import { createPrivateKey, generateKeyPairSync, sign as nodeSign } from 'node:crypto';
import { inspect } from 'node:util';
import { Crypto as PeculiarCrypto } from '@peculiar/webcrypto';
import { expect, test } from 'vitest';
import { brand } from '../../src/copies.ts';
import {
  importPrivateKey,
  importPublicKey,
  type KeyOptions,
  openRequest,
  RSA_AES,
  sealRequest,
} from '../../src/index.ts';
import {
  gateway,
  keys,
  noise,
  observedCrypto,
  ofGateway,
  ofMerchant,
  post,
  refusalOf,
  spellings,
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

const rs256 = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
const jwk = createPrivateKey(keys.gateway.privateKey).export({ format: 'jwk' }) as JsonWebKey;
const publicJwk: JsonWebKey = { kty: 'RSA', n: jwk.n as string, e: jwk.e as string };

const cryptoKey = (type: 'private' | 'public', extractable: boolean, algorithm = rs256): Promise<CryptoKey> =>
  crypto.subtle.importKey('jwk', type === 'private' ? jwk : publicJwk, algorithm, extractable, [
    type === 'private' ? 'sign' : 'verify',
  ]);
const generate = (algorithm: object, usages: KeyUsage[]): Promise<CryptoKeyPair> =>
  crypto.subtle.generateKey(algorithm as RsaHashedKeyGenParams, true, usages) as Promise<CryptoKeyPair>;
const rsa = { modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) };

const [ec, pss, rsa1024, exponent17] = [
  wrongPairs.ec(),
  wrongPairs.pss(),
  wrongPairs.rsa1024(),
  wrongPairs.exponent17(),
];
const encrypted = (type: 'pkcs8' | 'pkcs1'): string =>
  createPrivateKey(keys.gateway.privateKey).export({
    type,
    format: 'pem',
    cipher: 'aes-128-cbc',
    passphrase: 'x',
  }) as string;

test.each([
  ['a public key', spellings.spki, 'a public key'],
  ['a public key in PKCS#1', spellings.pkcs1Public, 'a public key'],
  ['a public key as JWK', publicJwk, 'a public key'],
  ['a certificate', certificate, 'a public key'],
  ['a certificate request', certificateRequest, 'a certificate request'],
  ['an encrypted PKCS#8', encrypted('pkcs8'), 'an encrypted private key'],
  ['a legacy encrypted PEM', encrypted('pkcs1'), 'an encrypted private key'],
  ['an RSA-PSS key', pss.privateKey, 'a key that is not rsaEncryption'],
  ['an OpenSSH key', openSshPrivateKey, 'a key in OpenSSH format'],
  ['1024 bits', rsa1024.privateKey, 'an RSA key of 1024 bits'],
  ['exponent 17', exponent17.privateKey, 'an RSA key with a public exponent other than 65537 and 3'],
  ['a JWK without its primes', { ...publicJwk, d: jwk.d as string }, 'a JWK without a valid p'],
  [
    'a JWK with numbers that contradict',
    { ...jwk, dp: jwk.dq as string },
    'an RSA private key with inconsistent numbers',
  ],
  [
    'truncated base64',
    spellings.pkcs8.replace(/-----[^-]+-----|\s/g, '').slice(0, 1000),
    'base64 that is cut short or is not DER',
  ],
  ['an empty text', '', 'empty'],
  ['the bytes of a PEM', Buffer.from(spellings.pkcs8) as unknown as string, 'an object that is not an RSA JWK'],
  ['a PKCS#12 file', pkcs12, 'a PKCS#12 file'],
  ['two private keys', spellings.pkcs8 + certifiedPrivateKey, 'text with several private keys'],
])('importPrivateKey throws TypeError that names what it was given: %s', async (_, input, received) => {
  const refusal = await refusalOf(importPrivateKey(input));
  expect(refusal).toBeInstanceOf(TypeError);
  expect(refusal.message).toBe(`privateKey is ${received}; expected an RSA private key of 2048 bits or more`);
});

test.each([
  ['a private key', spellings.pkcs8, 'a private key'],
  ['a private key in PKCS#1', spellings.pkcs1, 'a private key'],
  ['a private key as JWK', jwk, 'a private key'],
  ['an encrypted private key', encrypted('pkcs8'), 'an encrypted private key'],
  ['a legacy encrypted PEM', encrypted('pkcs1'), 'an encrypted private key'],
  ['a certificate request', certificateRequest, 'a certificate request'],
  ['an RSA-PSS key', pss.publicKey, 'a key that is not rsaEncryption'],
  ['an OpenSSH key', openSshPrivateKey, 'a key in OpenSSH format'],
  ['1024 bits', rsa1024.publicKey, 'an RSA key of 1024 bits'],
  ['exponent 17', exponent17.publicKey, 'an RSA key with a public exponent other than 65537 and 3'],
  ['a JWK without its modulus', { kty: 'RSA', e: 'AQAB' }, 'a JWK without a valid n'],
  [
    'truncated base64',
    spellings.spki.replace(/-----[^-]+-----|\s/g, '').slice(0, 100),
    'base64 that is cut short or is not DER',
  ],
])('importPublicKey throws TypeError that names what it was given: %s', async (_, input, received) => {
  const refusal = await refusalOf(importPublicKey(input));
  expect(refusal).toBeInstanceOf(TypeError);
  expect(refusal.message).toBe(`publicKey is ${received}; expected an RSA public key of 2048 bits or more`);
});

test.each([
  ['importPrivateKey', importPrivateKey, 'private', ec.privateKey, 'importEcc224PrivateKey'],
  ['importPublicKey', importPublicKey, 'public', ec.publicKey, 'importEcc224PublicKey'],
  ['importPublicKey', importPublicKey, 'public', { kty: 'EC', crv: 'P-256' }, 'importEcc224PublicKey'],
] as const)('%s throws TypeError that names the function for EC keys: %#', async (_, importKey, half, input, other) => {
  const refusal = await refusalOf(importKey(input));
  expect(refusal).toBeInstanceOf(TypeError);
  expect(refusal.message).toBe(
    `${half}Key is an EC key; expected an RSA ${half} key of 2048 bits or more, or ${other} of @alipayhk-pass/message-security/ecc224`,
  );
});

test.each([
  [undefined, 'undefined'],
  [null, 'null'],
  [5, 'a number'],
  [true, 'a boolean'],
])('importPrivateKey and importPublicKey throw TypeError for %s', async (input, received) => {
  for (const [importKey, argument] of [
    [importPrivateKey, 'privateKey'],
    [importPublicKey, 'publicKey'],
  ] as const) {
    const refusal = await refusalOf(importKey(input as unknown as string));
    expect(refusal).toBeInstanceOf(TypeError);
    expect(refusal.message).toMatch(new RegExp(`^${argument} is ${received}; expected an RSA `));
  }
});

test('the error for a refused key holds nothing of the key', async () => {
  const secret = spellings.pkcs8.split('\n')[5] as string;
  for (const input of [
    secret,
    `${secret}!`,
    { kty: 'RSA', n: jwk.n as string, e: 'AQAB', d: secret },
    { kty: secret },
  ]) {
    expect((await refusalOf(importPrivateKey(input))).message).not.toContain(secret.slice(0, 12));
  }
});

test('a CryptoKey for anything but RSASSA-PKCS1-v1_5 with SHA-256 is refused', async () => {
  const wrong = await Promise.all([
    generate({ ...rsa, name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-1' }, ['sign', 'verify']),
    generate({ ...rsa, name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-512' }, ['sign', 'verify']),
    generate({ ...rsa, name: 'RSA-PSS', hash: 'SHA-256' }, ['sign', 'verify']),
    generate({ ...rsa, name: 'RSA-OAEP', hash: 'SHA-256' }, ['encrypt', 'decrypt']),
    generate({ name: 'ECDSA', namedCurve: 'P-256' }, ['sign', 'verify']),
  ]);
  for (const { privateKey, publicKey } of wrong) {
    expect((await refusalOf(importPrivateKey(privateKey))).message).toBe(
      'privateKey is a CryptoKey that is not for RSASSA-PKCS1-v1_5 with SHA-256 and "sign"; expected an RSA private key of 2048 bits or more',
    );
    expect((await refusalOf(importPublicKey(publicKey))).message).toBe(
      'publicKey is a CryptoKey that is not for RSASSA-PKCS1-v1_5 with SHA-256 and "verify"; expected an RSA public key of 2048 bits or more',
    );
  }
});

test('a CryptoKey of the other half, of a secret key or without the usage is refused', async () => {
  expect(await refusalOf(importPrivateKey(await cryptoKey('public', true)))).toBeInstanceOf(TypeError);
  expect(await refusalOf(importPublicKey(await cryptoKey('private', true)))).toBeInstanceOf(TypeError);
  const hmac = await crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, true, ['sign', 'verify']);
  expect(await refusalOf(importPrivateKey(hmac))).toBeInstanceOf(TypeError);
  expect(await refusalOf(importPublicKey(hmac))).toBeInstanceOf(TypeError);
  const useless = await crypto.subtle.importKey('jwk', publicJwk, rs256, true, []);
  expect((await refusalOf(importPublicKey(useless))).message).toContain('"verify"');
});

test('a CryptoKey of 1024 bits is refused, extractable or not', async () => {
  for (const extractable of [true, false]) {
    const pair = await crypto.subtle.generateKey({ ...rsa, ...rs256, modulusLength: 1024 }, extractable, [
      'sign',
      'verify',
    ]);
    expect((await refusalOf(importPrivateKey(pair.privateKey))).message).toContain(
      'is an RSA key of 1024 bits; expected',
    );
    expect((await refusalOf(importPublicKey(pair.publicKey))).message).toContain(
      'is an RSA key of 1024 bits; expected',
    );
  }
});

test('a CryptoKey with exponent 17 is refused, extractable or not', async () => {
  for (const extractable of [true, false]) {
    const publicExponent = Uint8Array.of(17);
    const pair = await crypto.subtle.generateKey({ ...rsa, ...rs256, publicExponent }, extractable, ['sign', 'verify']);
    expect((await refusalOf(importPublicKey(pair.publicKey))).message).toContain('with a public exponent other than');
    expect((await refusalOf(importPrivateKey(pair.privateKey))).message).toContain('with a public exponent other than');
  }
});

test.each(['', ' ', '1 ', ' 1', '1,2', '1=2', '1\n', 'é', '一', '1;', '"1"', 1, null])(
  'importPrivateKey and importPublicKey throw TypeError for the keyVersion %j',
  async (keyVersion) => {
    const options = { keyVersion } as KeyOptions; // a number is a frequent mistake in JavaScript
    for (const refused of [importPrivateKey(spellings.pkcs8, options), importPublicKey(spellings.spki, options)]) {
      const refusal = await refusalOf(refused);
      expect(refusal).toBeInstanceOf(TypeError);
      expect(refusal.message).toBe('keyVersion must be text of letters, digits, dots, dashes or underscores');
    }
  },
);

test.each(['0', '1', 'v2', '2024-05.a_B'])(
  'a handle has the keyVersion %j that it was imported with',
  async (keyVersion) => {
    expect(await importPrivateKey(spellings.pkcs8, { keyVersion })).toMatchObject({ keyVersion, algorithm: 'RSA256' });
    expect(await importPublicKey(spellings.spki, { keyVersion })).toMatchObject({ keyVersion, algorithm: 'RSA256' });
  },
);

test('a handle imported without a keyVersion has none', () => {
  expect(gateway.privateKey.keyVersion).toBeUndefined();
  expect(gateway.publicKey.keyVersion).toBeUndefined();
});

test('every form of a pair is imported as the same pair', async () => {
  const data = noise(50);
  const expected = new Uint8Array(nodeSign('sha256', data, keys.gateway.privateKey));
  for (const input of [
    spellings.pkcs8,
    spellings.pkcs1,
    spellings.pkcs8.replaceAll('\n', '\\n'),
    spellings.pkcs1.replaceAll('\n', '\\\\n'),
    spellings.pkcs8.replaceAll('\n', '\r\n'),
    spellings.pkcs8.replace(/-----[^-]+-----\s?/g, ''),
    jwk,
    await cryptoKey('private', true),
    await cryptoKey('private', false),
  ]) {
    const handle = await importPrivateKey(input);
    expect(await handle.sign(data)).toEqual(expected);
  }
  for (const input of [
    spellings.spki,
    spellings.pkcs1Public,
    spellings.spki.replaceAll('\n', '\\r\\n'),
    spellings.pkcs1Public.replace(/-----[^-]+-----\s?/g, ''),
    publicJwk,
    await cryptoKey('public', true),
    await cryptoKey('public', false),
  ]) {
    const handle = await importPublicKey(input);
    expect(await handle.verify(expected, data)).toBe(true);
    expect(await handle.verify(expected, noise(51))).toBe(false);
    expect(await handle.verify(expected.slice(1), data)).toBe(false);
    expect(await handle.verify(new Uint8Array(), data)).toBe(false);
  }
});

test.each(forms(spellings.pkcs8))('importPrivateKey signs with the key from %s', async (_, text) => {
  const data = noise(50);
  const expected = new Uint8Array(nodeSign('sha256', data, keys.gateway.privateKey));
  expect(await (await importPrivateKey(text)).sign(data)).toEqual(expected);
});

test.each(forms(spellings.spki))('importPublicKey verifies with the key from %s', async (_, text) => {
  const data = noise(50);
  const signature = new Uint8Array(nodeSign('sha256', data, keys.gateway.privateKey));
  expect(await (await importPublicKey(text)).verify(signature, data)).toBe(true);
});

test('the text that openssl pkcs12 writes is imported as a pair', async () => {
  const text = bagged(certifiedPrivateKey, certificate);
  const signature = await (await importPrivateKey(text)).sign(noise(20));
  expect(await (await importPublicKey(text)).verify(signature, noise(20))).toBe(true);
});

test('a certificate of version 1 or 3 verifies what its private key signed', async () => {
  const handle = await importPrivateKey(certifiedPrivateKey);
  const data = noise(20);
  const signature = await handle.sign(data);
  for (const pem of [certificate, certificateV1]) {
    expect(await (await importPublicKey(pem)).verify(signature, data)).toBe(true);
  }
  expect(await gateway.publicKey.verify(signature, data)).toBe(false);
});

test('a key is imported once, not extractable, from its numbers as a JWK', async () => {
  const calls: unknown[][] = [];
  const watched = observedCrypto((method, args) => calls.push([method, ...args]));
  const privateKey = await importPrivateKey(spellings.pkcs1, { crypto: watched });
  const publicKey = await importPublicKey(certificate, { crypto: watched });
  const imports = calls.filter(([method]) => method === 'importKey');
  expect(
    imports.map(([, format, , algorithm, extractable, usages]) => [format, algorithm, extractable, usages]),
  ).toEqual([
    ['jwk', rs256, false, ['sign']],
    ['jwk', rs256, false, ['verify']],
  ]);
  const signature = await privateKey.sign(noise(1));
  await privateKey.sign(noise(2));
  await publicKey.verify(signature, noise(1));
  await publicKey.verify(signature, noise(2));
  expect(calls.filter(([method]) => method === 'importKey').length).toBe(2);
  expect(calls.filter(([method]) => method === 'sign' || method === 'verify').length).toBe(4);
});

test('a CryptoKey that is not extractable is not imported again', async () => {
  const calls: string[] = [];
  const watched = observedCrypto((method) => calls.push(method));
  const handle = await importPrivateKey(await cryptoKey('private', false), { crypto: watched });
  await handle.sign(noise(1));
  expect(calls).toEqual(['sign']);
});

test('a key of more than 4096 bits is used once when it is imported, and a smaller one is not', async () => {
  const calls: string[] = [];
  const watched = observedCrypto((method) => calls.push(method));
  for (const modulusLength of [4096, 4104]) {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength });
    await importPrivateKey(privateKey.export({ format: 'jwk' }) as JsonWebKey, { crypto: watched });
    await importPublicKey(publicKey.export({ format: 'jwk' }) as JsonWebKey, { crypto: watched });
  }
  expect(calls).toEqual(['importKey', 'importKey', 'importKey', 'sign', 'importKey', 'verify']);
});

test('a key that the Crypto at hand cannot use is refused when it is imported', async () => {
  // Deno fails at the use of a public key over 4096 bits; apps/runtime-tests shows that it is so.
  const { subtle } = crypto;
  const fails = () => Promise.reject(new Error('public key error: SPKI cryptographic key data malformed'));
  const importKey = subtle.importKey.bind(subtle);
  const limited = { subtle: { importKey, sign: fails, verify: fails } } as unknown as Crypto;
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 4104 });
  for (const [refused, half] of [
    [importPrivateKey(privateKey.export({ format: 'jwk' }) as JsonWebKey, { crypto: limited }), 'private'],
    [importPublicKey(publicKey.export({ format: 'jwk' }) as JsonWebKey, { crypto: limited }), 'public'],
  ] as const) {
    const refusal = await refusalOf(refused);
    expect(refusal).toBeInstanceOf(TypeError);
    expect(refusal.message).toBe(
      `${half}Key is an RSA key of 4104 bits, which this runtime cannot use; expected an RSA ${half} key of 2048 bits or more`,
    );
  }
});

test('an injected Crypto signs and verifies, with the signature that OpenSSL makes', async () => {
  const peculiar = new PeculiarCrypto();
  const calls: string[] = [];
  const watched = observedCrypto((method) => calls.push(method), peculiar);
  const data = noise(100);
  const signature = await (await importPrivateKey(spellings.pkcs8, { crypto: watched })).sign(data);
  expect(signature).toEqual(new Uint8Array(nodeSign('sha256', data, keys.gateway.privateKey)));
  expect(await (await importPublicKey(spellings.spki, { crypto: watched })).verify(signature, data)).toBe(true);
  expect(calls).toEqual(['importKey', 'sign', 'importKey', 'verify']);
});

test('a CryptoKey that is not extractable is refused for RSA_AES, when sealing and when opening', async () => {
  const privateKey = await importPrivateKey(await cryptoKey('private', false));
  const publicKey = await importPublicKey(await cryptoKey('public', false));
  const refusedSeal = await refusalOf(sealRequest(post(), { ...ofMerchant, publicKey, encryption: RSA_AES }));
  expect(refusedSeal).toBeInstanceOf(TypeError);
  expect(refusedSeal.message).toMatch(/^publicKey cannot encrypt with RSA_AES; expected /);
  const sealed = await sealRequest(post(), { ...ofMerchant, encryption: RSA_AES });
  const refusedOpen = await refusalOf(openRequest(sealed, { ...ofGateway, privateKey, encryption: RSA_AES }));
  expect(refusedOpen).toBeInstanceOf(TypeError);
  expect(refusedOpen.message).toMatch(/^privateKey cannot decrypt with RSA_AES; expected /);
});

test('an extractable CryptoKey takes part in RSA_AES', async () => {
  const privateKey = await importPrivateKey(await cryptoKey('private', true));
  const publicKey = await importPublicKey(await cryptoKey('public', true));
  const sealed = await sealRequest(post('hello'), { ...ofMerchant, publicKey, encryption: RSA_AES });
  const { request } = await openRequest(sealed, { ...ofGateway, privateKey, encryption: RSA_AES });
  expect(await request.text()).toBe('hello');
});

test('a handle is frozen, has no method that decrypts and shows no number of its key', () => {
  expect(Object.isFrozen(gateway.privateKey)).toBe(true);
  expect(Object.isFrozen(gateway.publicKey)).toBe(true);
  expect(Reflect.ownKeys(gateway.privateKey)).toEqual(['algorithm', 'keyVersion', 'sign', brand]);
  expect(Reflect.ownKeys(gateway.publicKey)).toEqual(['algorithm', 'keyVersion', 'verify', brand]);
  const shown =
    inspect(gateway.privateKey, { depth: null, showHidden: true, getters: true }) + JSON.stringify(gateway.privateKey);
  const pkcs8 = Buffer.from(keys.gateway.privateKey.replace(/-----[^-]+-----|\s/g, ''), 'base64').toString('hex');
  for (const name of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'n'] as const) {
    const bytes = Buffer.from(jwk[name] as string, 'base64url');
    expect(pkcs8).toContain(bytes.toString('hex')); // what is searched for is the key
    for (const form of [
      bytes.toString('hex'),
      bytes.toString('base64url'),
      BigInt(`0x${bytes.toString('hex')}`).toString(),
    ]) {
      expect(shown).not.toContain(form.slice(8, 40));
    }
  }
});

test('importPublicKey refuses text of more than 64 KiB and a JWK number of 4096 digits', async () => {
  const padded = (length: number) => keys.merchant.publicKey.padEnd(length, '\n');
  expect(await importPublicKey(padded(65_536))).toMatchObject({ algorithm: 'RSA256' });
  expect((await refusalOf(importPublicKey(padded(65_537)))).message).toMatch(
    /^publicKey is text of more than 64 KiB; /,
  );
  const jwk = { kty: 'RSA', e: 'AQAB', n: 'A'.repeat(4096) };
  expect((await refusalOf(importPublicKey(jwk))).message).toMatch(/^publicKey is a JWK without a valid n; /);
});
