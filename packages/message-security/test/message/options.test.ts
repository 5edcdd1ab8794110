import { describe, expect, test, vi } from 'vitest';
import {
  type PrivateKey,
  type PublicKey,
  RSA_AES,
  rsaAes,
  type SealedFetchOptions,
  sealedFetch,
} from '../../src/index.ts';
import { checkOptions } from '../../src/message/options.ts';
import {
  gateway,
  keys,
  locked,
  merchant,
  ofMerchant,
  openedReply,
  openedRequest,
  post,
  refusalOf,
  sealedReply,
  sealedRequest,
} from './fixture.ts';

const { privateKey } = merchant;

const mistakes: [string, { [Name in keyof SealedFetchOptions]?: unknown }, string][] = [
  ['no clientId', { clientId: undefined }, 'clientId is missing; expected letters, digits, dashes or underscores'],
  ['a clientId with a dot', { clientId: 'A.B' }, 'clientId must be letters, digits, dashes or underscores'],
  ['a clientId that is a number', { clientId: 7 }, 'clientId must be letters, digits, dashes or underscores'],
  [
    'no privateKey',
    { privateKey: undefined },
    'privateKey is missing; expected a key from importPrivateKey, or a list of them',
  ],
  [
    'PEM for privateKey',
    { privateKey: keys.merchant.privateKey },
    'privateKey must be a key from importPrivateKey, or a list of them',
  ],
  [
    'no publicKey',
    { publicKey: undefined },
    'publicKey is missing; expected a key from importPublicKey, or a list of them',
  ],
  ['an empty publicKey', { publicKey: [] }, 'publicKey must be a key from importPublicKey, or a list of them'],
  [
    'a private key for publicKey',
    { publicKey: privateKey },
    'publicKey must be a key from importPublicKey, or a list of them',
  ],
  [
    'undefined in publicKey',
    { publicKey: [undefined] },
    'publicKey must be a key from importPublicKey, or a list of them',
  ],
  [
    'a decryptionKey that is text',
    { decryptionKey: 'PEM' },
    'decryptionKey must be a key from importPrivateKey, or a list of them',
  ],
  [
    'an encryptionKey that is text',
    { encryptionKey: 'PEM' },
    'encryptionKey must be a key from importPublicKey, or a list of them',
  ],
  ['a keyVersion that no key has', { keyVersion: '9' }, 'privateKey has no keyVersion 9'],
  ['a zone by name', { zone: 'Asia/Hong_Kong' }, 'zone must be an offset such as +08:00'],
  ['encryption by name', { encryption: 'RSA_AES' }, 'encryption must be RSA_AES or the result of rsaAes'],
  [
    'a key that cannot decrypt',
    { privateKey: locked.privateKey, encryption: RSA_AES },
    'privateKey cannot decrypt with RSA_AES; expected a local RSA key, or one with unwrapKey',
  ],
  [
    'a key that cannot encrypt',
    { publicKey: locked.publicKey, encryption: RSA_AES },
    'publicKey cannot encrypt with RSA_AES; expected an RSA key that is extractable',
  ],
  [
    'a latest key that cannot encrypt',
    { publicKey: [gateway.publicKey, locked.publicKey], encryption: RSA_AES },
    'publicKey cannot encrypt with RSA_AES; expected an RSA key that is extractable',
  ],
  [
    'an earlier key that cannot decrypt',
    { privateKey: [locked.privateKey, privateKey], encryption: RSA_AES },
    'privateKey cannot decrypt with RSA_AES; expected a local RSA key, or one with unwrapKey',
  ],
  ...['1\r\nX: y', '1, signature=AA', 'é', '', null, 1].map((keyVersion): [string, object, string] => [
    `a remote key with the keyVersion ${JSON.stringify(keyVersion)}`,
    { privateKey: { algorithm: 'RSA256', keyVersion, sign: privateKey.sign } },
    'privateKey has an invalid algorithm or keyVersion; expected letters, digits, dots, dashes or underscores',
  ]),
  [
    'a remote key without an algorithm',
    { privateKey: { sign: privateKey.sign } },
    'privateKey has an invalid algorithm or keyVersion; expected letters, digits, dots, dashes or underscores',
  ],
  [
    'requireEncryption without encryption',
    { requireEncryption: true },
    'requireEncryption is set, but encryption is missing',
  ],
  ...[0, -1, Number.NaN, 86_401, Number.POSITIVE_INFINITY, '300'].map((tolerance): [string, object, string] => [
    `a tolerance of ${JSON.stringify(tolerance)}`,
    { tolerance },
    'tolerance must be a number of seconds greater than 0 and at most 86400',
  ]),
  ...[0, -1, Number.NaN, '1'].map((maxBodyBytes): [string, object, string] => [
    `maxBodyBytes of ${maxBodyBytes}`,
    { maxBodyBytes },
    'maxBodyBytes must be a number of bytes greater than 0',
  ]),
  ...[0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31].map((timeout): [string, object, string] => [
    `a timeout of ${timeout}`,
    { timeout },
    'timeout must be a number of milliseconds greater than 0',
  ]),
  ...['', ' text/plain', 'text/plain\n', '文字', 5].map((encryptedContentType): [string, object, string] => [
    `an encryptedContentType of ${JSON.stringify(encryptedContentType)}`,
    { encryptedContentType },
    'encryptedContentType must be printable ASCII characters',
  ]),
  ['a bodyTimeout of 0', { bodyTimeout: 0 }, 'bodyTimeout must be a number of milliseconds greater than 0'],
  [
    'a bodyTimeout over 2^31 - 1',
    { bodyTimeout: 2 ** 31 },
    'bodyTimeout must be a number of milliseconds greater than 0',
  ],
  [
    'one key and undefined in publicKey',
    { publicKey: [ofMerchant.publicKey, undefined] },
    'publicKey must be a key from importPublicKey, or a list of them',
  ],
];

describe('wrong options', () => {
  test.each(mistakes)('sealedFetch throws TypeError that names the option for %s', async (_, mistake, text) => {
    const fetch = vi.fn();
    const options = { ...ofMerchant, fetch, ...mistake } as unknown as SealedFetchOptions;
    const refusal = await refusalOf(() => sealedFetch(options));
    expect(refusal).toEqual(new TypeError(text));
    expect(fetch).not.toHaveBeenCalled();
  });
});

test.each([
  ['sealRequest', sealedRequest, ['clientId', 'privateKey']],
  ['sealResponse', sealedReply, ['clientId', 'privateKey']],
  ['openRequest', async (options: object) => openedRequest(post(), options), ['clientId', 'publicKey']],
  ['openResponse', async (options: object) => openedReply(new Response('{}'), options), ['clientId', 'publicKey']],
])('%s throws TypeError that names a required option that is missing', async (_, call, required) => {
  for (const name of required) {
    const refusal = await refusalOf(call({ [name]: undefined }));
    expect(refusal).toBeInstanceOf(TypeError);
    expect(refusal.message).toMatch(new RegExp(`^${name} is missing; expected `));
  }
});

test('checkOptions accepts an absent option that is not required', () => {
  checkOptions({}, []);
  checkOptions({ tolerance: undefined, privateKey: undefined }, []);
});

test.each([
  ['RSA_AES', RSA_AES],
  ['rsaAes with RSA-OAEP', rsaAes({ keyTransport: 'RSA-OAEP' })],
])('checkOptions refuses keys that cannot encrypt or decrypt with %s', async (_, encryption) => {
  const remote: PublicKey = { algorithm: 'RSA256', verify: async () => true };
  const signing: PrivateKey = { algorithm: 'RSA256', sign: async () => new Uint8Array(1) };
  for (const options of [
    { publicKey: locked.publicKey },
    { publicKey: remote },
    { encryptionKey: locked.publicKey },
    { encryptionKey: { ...gateway.publicKey } },
  ]) {
    const [name] = Object.keys(options);
    const text = `${name} cannot encrypt with RSA_AES; expected an RSA key that is extractable`;
    expect(await refusalOf(() => checkOptions({ encryption, ...options }, []))).toEqual(new TypeError(text));
  }
  for (const options of [{ privateKey: locked.privateKey }, { privateKey: signing }, { decryptionKey: signing }]) {
    const [name] = Object.keys(options);
    const text = `${name} cannot decrypt with RSA_AES; expected a local RSA key, or one with unwrapKey`;
    expect(await refusalOf(() => checkOptions({ encryption, ...options }, []))).toEqual(new TypeError(text));
  }
});

test('checkOptions checks encryptionKey and decryptionKey in place of publicKey and privateKey', () => {
  const { publicKey, privateKey } = locked;
  const { publicKey: encryptionKey, privateKey: decryptionKey } = gateway;
  checkOptions({ publicKey, privateKey, encryption: RSA_AES, encryptionKey, decryptionKey }, []);
});

test('checkOptions accepts a key that cannot encrypt when nothing is sealed', async () => {
  const options = { ...ofMerchant, publicKey: locked.publicKey, encryption: RSA_AES };
  checkOptions(options, [], { seals: false });
  expect(await refusalOf(() => checkOptions(options, []))).toBeInstanceOf(TypeError);
});

test('checkOptions accepts a key that cannot decrypt when nothing is opened', async () => {
  const options = { ...ofMerchant, privateKey: locked.privateKey, encryption: RSA_AES };
  checkOptions(options, [], { opens: false });
  expect(await refusalOf(() => checkOptions(options, []))).toBeInstanceOf(TypeError);
});

test('checkOptions accepts keys that cannot encrypt or decrypt when encryption is not given', () => {
  checkOptions({ ...locked }, ['publicKey', 'privateKey']);
});

test('checkOptions accepts requireEncryption without encryption when nothing is opened', () => {
  checkOptions({ requireEncryption: true }, [], { opens: false });
});

test('sealedFetch accepts the largest values of tolerance, timeout and maxBodyBytes', () => {
  sealedFetch({ ...ofMerchant, tolerance: 86_400, timeout: 2 ** 31 - 1, maxBodyBytes: Number.POSITIVE_INFINITY });
});

test('checkOptions accepts a keyVersion that one of several keys has, and any keyVersion without privateKey', () => {
  const versions = ['1', '2'].map((keyVersion) => ({ ...merchant.privateKey, keyVersion }));
  checkOptions({ privateKey: versions as unknown as [PrivateKey], keyVersion: '1' }, []);
  checkOptions({ keyVersion: '1' }, []);
});
