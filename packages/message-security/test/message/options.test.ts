import { describe, expect, test, vi } from 'vitest';
import { importPrivateKey, type PrivateKey, RSA_AES, type SealedFetchOptions, sealedFetch } from '../../src/index.ts';
import { checkOptions } from '../../src/message/options.ts';
import { keys, merchant, ofMerchant, refusalOf } from '../fixture.ts';

const der = Buffer.from(keys.merchant.privateKey.replace(/-----.*-----|\s/g, ''), 'base64');
const rsassa = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
const locked = await importPrivateKey(await crypto.subtle.importKey('pkcs8', der, rsassa, false, ['sign']));
const { privateKey } = merchant;

const mistakes: [string, { [Name in keyof SealedFetchOptions]?: unknown }, string][] = [
  ['no clientId', { clientId: undefined }, 'clientId: expected letters, digits, dash or underscore'],
  ['a clientId with a dot', { clientId: 'A.B' }, 'clientId: expected letters, digits, dash or underscore'],
  ['a clientId that is a number', { clientId: 7 }, 'clientId: expected letters, digits, dash or underscore'],
  ['no privateKey', { privateKey: undefined }, 'privateKey: expected what importPrivateKey returns, one or several'],
  [
    'PEM for privateKey',
    { privateKey: keys.merchant.privateKey },
    'privateKey: expected what importPrivateKey returns, one or several',
  ],
  ['no publicKey', { publicKey: undefined }, 'publicKey: expected what importPublicKey returns, one or several'],
  ['an empty publicKey', { publicKey: [] }, 'publicKey: expected what importPublicKey returns, one or several'],
  [
    'a private key for publicKey',
    { publicKey: privateKey },
    'publicKey: expected what importPublicKey returns, one or several',
  ],
  [
    'a hole in publicKey',
    { publicKey: [undefined] },
    'publicKey: expected what importPublicKey returns, one or several',
  ],
  [
    'a decryptionKey that is text',
    { decryptionKey: 'PEM' },
    'decryptionKey: expected what importPrivateKey returns, one or several',
  ],
  [
    'an encryptionKey that is text',
    { encryptionKey: 'PEM' },
    'encryptionKey: expected what importPublicKey returns, one or several',
  ],
  ['a keyVersion that no key has', { keyVersion: '9' }, 'keyVersion: expected a version of privateKey, received 9'],
  ['a zone by name', { zone: 'Asia/Hong_Kong' }, 'zone: expected an offset as +08:00'],
  ['encryption by name', { encryption: 'RSA_AES' }, 'encryption: expected RSA_AES, or what rsaAes returns'],
  [
    'a key that cannot decrypt',
    { privateKey: locked, encryption: RSA_AES },
    'privateKey: expected a key with its numbers, or one that has unwrapKey, for RSA_AES',
  ],
  ['requireEncryption alone', { requireEncryption: true }, 'encryption: expected one, for requireEncryption'],
  ...[0, -1, Number.NaN, 86_401, Number.POSITIVE_INFINITY, '300'].map((tolerance): [string, object, string] => [
    `a tolerance of ${JSON.stringify(tolerance)}`,
    { tolerance },
    'tolerance: expected seconds, more than 0 and at most 86400',
  ]),
  ...[0, Number.NaN, '1'].map((maxBodyBytes): [string, object, string] => [
    `maxBodyBytes of ${maxBodyBytes}`,
    { maxBodyBytes },
    'maxBodyBytes: expected bytes, more than 0',
  ]),
  ...[0, -1, Number.NaN, 2 ** 31].map((timeout): [string, object, string] => [
    `a timeout of ${timeout}`,
    { timeout },
    'timeout: expected milliseconds, more than 0',
  ]),
  ['a bodyTimeout of 0', { bodyTimeout: 0 }, 'bodyTimeout: expected milliseconds, more than 0'],
  ['a bodyTimeout that no timer takes', { bodyTimeout: 2 ** 31 }, 'bodyTimeout: expected milliseconds, more than 0'],
  [
    'one key and one hole',
    { publicKey: [ofMerchant.publicKey, undefined] },
    'publicKey: expected what importPublicKey returns, one or several',
  ],
];

describe('a mistake in the options names the option', () => {
  test.each(mistakes)('%s: at once, and nothing is ever sent', async (_, mistake, text) => {
    const fetch = vi.fn();
    const options = { ...ofMerchant, fetch, ...mistake } as unknown as SealedFetchOptions;
    const refusal = await refusalOf(() => sealedFetch(options));
    expect(refusal).toEqual(new TypeError(text));
    expect(fetch).not.toHaveBeenCalled();
  });
});

test('what is absent and not required is not looked at', () => {
  checkOptions({}, []);
  checkOptions({ tolerance: undefined, privateKey: undefined }, []);
});

test('whether a key can decrypt is asked only of those that open', async () => {
  const options = { ...ofMerchant, privateKey: locked, encryption: RSA_AES };
  checkOptions(options, [], false);
  expect(await refusalOf(() => checkOptions(options, []))).toBeInstanceOf(TypeError);
});

test('the largest values that are allowed are', () => {
  sealedFetch({ ...ofMerchant, tolerance: 86_400, timeout: 2 ** 31 - 1, maxBodyBytes: Number.POSITIVE_INFINITY });
});

test('a keyVersion is accepted if one of several keys has it, and needs no privateKey to be looked at', () => {
  const versions = ['1', '2'].map((keyVersion) => ({ ...merchant.privateKey, keyVersion }));
  checkOptions({ privateKey: versions as unknown as [PrivateKey], keyVersion: '1' }, []);
  checkOptions({ keyVersion: '1' }, []);
});
