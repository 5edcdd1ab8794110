import { createHash, createPublicKey } from 'node:crypto';
import { keys as ecKeys } from '@alipayhk-pass/spec/vectors/ecc224';
import { describe, expect, test } from 'vitest';
import { importEcc224PrivateKey, importEcc224PublicKey } from '../../src/ecc224.ts';
import { diagnoseKeys, fingerprint, importPrivateKey, type KeysToDiagnose } from '../../src/index.ts';
import { gateway, keys, merchant } from '../fixture.ts';

const spkiHash = (pem: string) =>
  createHash('sha256')
    .update(createPublicKey(pem).export({ type: 'spki', format: 'der' }))
    .digest('hex');

const right: KeysToDiagnose = {
  merchantPrivateKey: keys.merchant.privateKey,
  merchantPublicKey: keys.merchant.publicKey,
  gatewayPublicKey: keys.gateway.publicKey,
};

describe('diagnoseKeys names the problem', () => {
  const cases: [string, KeysToDiagnose, string[]][] = [
    [
      'keys of two pairs',
      { ...right, merchantPrivateKey: keys.stranger.privateKey },
      ['merchantPrivateKey and merchantPublicKey are not a pair'],
    ],
    [
      "the merchant's own key as AlipayHK's",
      { ...right, gatewayPublicKey: keys.merchant.publicKey },
      ["gatewayPublicKey is the merchant's own key; expected AlipayHK's, which its console shows"],
    ],
    [
      'identical public keys, without a private one',
      { ...right, merchantPrivateKey: undefined, gatewayPublicKey: keys.merchant.publicKey },
      ['merchantPublicKey and gatewayPublicKey are the same key; expected one key of each side'],
    ],
    [
      'a public key for a private one',
      { ...right, merchantPrivateKey: keys.merchant.publicKey },
      ['merchantPrivateKey is a public key; expected an RSA private key of 2048 bits or more'],
    ],
    [
      'private keys for both public ones',
      { ...right, merchantPublicKey: keys.merchant.privateKey, gatewayPublicKey: keys.gateway.privateKey },
      [
        'merchantPublicKey is a private key; expected an RSA public key of 2048 bits or more',
        'gatewayPublicKey is a private key; expected an RSA public key of 2048 bits or more',
      ],
    ],
    [
      'a key cut short',
      { gatewayPublicKey: keys.gateway.publicKey.slice(0, 200) },
      ['gatewayPublicKey is PEM that is cut short; expected an RSA public key of 2048 bits or more'],
    ],
  ];
  test.each(cases)('%s', async (_, input, problems) => {
    expect((await diagnoseKeys(input)).problems).toEqual(problems);
  });
});

test('diagnoseKeys finds no problem in matching keys, and returns their fingerprints as OpenSSL prints them', async () => {
  const own = spkiHash(keys.merchant.publicKey);
  expect(await diagnoseKeys(right)).toEqual({
    problems: [],
    fingerprints: {
      merchantPrivateKey: own,
      merchantPublicKey: own,
      gatewayPublicKey: spkiHash(keys.gateway.publicKey),
    },
  });
});

test('diagnoseKeys compares ECC224 keys, and returns the fingerprint of both halves as OpenSSL prints it', async () => {
  const publicKey = await importEcc224PublicKey(ecKeys.merchant.publicKey);
  const own = {
    merchantPrivateKey: await importEcc224PrivateKey(ecKeys.merchant.privateKey),
    merchantPublicKey: publicKey,
  };
  const print = spkiHash(ecKeys.merchant.publicKey);
  const fingerprints = { merchantPrivateKey: print, merchantPublicKey: print };
  expect(await diagnoseKeys(own)).toEqual({ problems: [], fingerprints });
  expect(await diagnoseKeys({ ...own, gatewayPublicKey: publicKey })).toMatchObject({
    problems: ["gatewayPublicKey is the merchant's own key; expected AlipayHK's, which its console shows"],
  });
  const stranger = await importEcc224PublicKey(ecKeys.stranger.publicKey);
  expect(await diagnoseKeys({ ...own, merchantPublicKey: stranger })).toMatchObject({
    problems: ['merchantPrivateKey and merchantPublicKey are not a pair'],
  });
  // A handle of the wrong half is not taken for a key.
  const swapped = { merchantPrivateKey: publicKey } as object;
  expect((await diagnoseKeys(swapped)).problems).toEqual([
    'merchantPrivateKey is an object that is not an RSA JWK; expected an RSA private key of 2048 bits or more',
  ]);
});

test('diagnoseKeys finds no problem in no keys or in one valid key', async () => {
  expect(await diagnoseKeys({})).toEqual({ problems: [], fingerprints: {} });
  expect((await diagnoseKeys({ gatewayPublicKey: keys.gateway.publicKey })).problems).toEqual([]);
});

test('diagnoseKeys compares a key that is not extractable by its signature', async () => {
  const der = Buffer.from(keys.merchant.privateKey.replace(/-----.*-----|\s/g, ''), 'base64');
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  const locked = await crypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']);
  expect(await fingerprint(await importPrivateKey(locked))).toBeUndefined();
  const diagnosis = await diagnoseKeys({ ...right, merchantPrivateKey: locked });
  expect(diagnosis.problems).toEqual([]);
  expect(Object.keys(diagnosis.fingerprints)).toEqual(['merchantPublicKey', 'gatewayPublicKey']);
  expect(
    (await diagnoseKeys({ ...right, merchantPrivateKey: locked, merchantPublicKey: keys.gateway.publicKey })).problems,
  ).toEqual([
    'merchantPrivateKey and merchantPublicKey are not a pair',
    'merchantPublicKey and gatewayPublicKey are the same key; expected one key of each side',
  ]);
});

test('both halves of a pair have the same fingerprint', async () => {
  expect(await fingerprint(merchant.privateKey)).toBe(await fingerprint(merchant.publicKey));
  expect(await fingerprint(merchant.publicKey)).not.toBe(await fingerprint(gateway.publicKey));
});

test('diagnoseKeys does not call two keys without fingerprints the same', async () => {
  const locked = async (pem: string) => {
    const der = Buffer.from(pem.replace(/-----.*-----|\s/g, ''), 'base64');
    return crypto.subtle.importKey('spki', der, { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, false, ['verify']);
  };
  const [merchantPublicKey, gatewayPublicKey] = [
    await locked(keys.merchant.publicKey),
    await locked(keys.gateway.publicKey),
  ];
  expect(await diagnoseKeys({ merchantPublicKey, gatewayPublicKey })).toEqual({ problems: [], fingerprints: {} });
});
