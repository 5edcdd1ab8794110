/** Two copies of this package in one program, as npm installs them when version ranges conflict. */
import { expect, test, vi } from 'vitest';
import { brand, brandHandle, foreignHandle } from '../src/copies.ts';
import * as ours from '../src/index.ts';
import { clientId, keys, now, ofGateway, ofMerchant, post, refusalOf, url } from './fixture.ts';

vi.resetModules();
const theirs = await import('../src/index.ts');

const another = 'is from another copy of @alipayhk-pass/message-security';
const remedy = 'import everything from one copy of @alipayhk-pass/api';
const foreign = {
  privateKey: await theirs.importPrivateKey(keys.merchant.privateKey),
  publicKey: await theirs.importPublicKey(keys.gateway.publicKey),
};

test('the second import gives another copy', () => {
  expect(theirs.HeaderInvalid).not.toBe(ours.HeaderInvalid);
  expect(theirs.RSA_AES).not.toBe(ours.RSA_AES);
});

test.each([
  ['RSA_AES', theirs.RSA_AES],
  ['the result of rsaAes', theirs.rsaAes({ content: 'AES-GCM' })],
])('sealRequest, openRequest and sealedFetch throw TypeError for %s of another copy', async (_, encryption) => {
  const sealed = await ours.sealRequest(post(), ofMerchant);
  for (const run of [
    () => ours.sealRequest(post(), { ...ofMerchant, encryption }),
    () => ours.openRequest(sealed, { ...ofGateway, encryption }),
    () => ours.sealedFetch({ ...ofMerchant, encryption }),
  ]) {
    const refusal = await refusalOf(run);
    expect(refusal).toBeInstanceOf(TypeError);
    expect(refusal.message).toContain(`encryption ${another}`);
    expect(refusal.message).toContain(remedy);
  }
});

test.each<[string, object]>([
  ['publicKey', { publicKey: foreign.publicKey }],
  ['privateKey', { privateKey: foreign.privateKey }],
])('sealedFetch with encryption throws TypeError for a %s of another copy', async (name, options) => {
  const refusal = await refusalOf(() => ours.sealedFetch({ ...ofMerchant, encryption: ours.RSA_AES, ...options }));
  expect(refusal).toEqual(new TypeError(`${name} ${another}; ${remedy}`));
});

test('isMessageError recognises an error of another copy, which instanceof does not', async () => {
  const refusal = await refusalOf(theirs.openRequest(post(), { clientId, now, publicKey: foreign.publicKey }));
  expect(refusal).not.toBeInstanceOf(ours.MessageError);
  expect(ours.isMessageError(refusal)).toBe(true);
  expect(refusal).toMatchObject({ code: 'HeaderInvalid', stage: 'headers' });
  expect(theirs.isMessageError(new ours.DecryptionFailed())).toBe(true);
});

test('keys of another copy sign and verify without encryption', async () => {
  const sealed = await ours.sealRequest(post(), { ...ofMerchant, privateKey: foreign.privateKey });
  const publicKey = await theirs.importPublicKey(keys.merchant.publicKey);
  expect((await ours.openRequest(sealed, { ...ofGateway, publicKey })).publicKey).toBe(publicKey);
});

test('a message sealed by one copy is opened by another', async () => {
  const sealed = await ours.sealRequest(post(), { ...ofMerchant, encryption: ours.RSA_AES });
  const { request } = await theirs.openRequest(sealed, {
    clientId,
    now,
    privateKey: await theirs.importPrivateKey(keys.gateway.privateKey),
    publicKey: await theirs.importPublicKey(keys.merchant.publicKey),
    encryption: theirs.RSA_AES,
  });
  expect(request.url).toBe(url);
  expect(await request.text()).toBe('{"points":100}');
});

test.each([undefined, null, 'text', 5, {}, [], { ...foreign.publicKey }, ours.RSA_AES])(
  'foreignHandle returns undefined for %o',
  (value) => {
    expect(foreignHandle(value)).toBeUndefined();
  },
);

test('brandHandle freezes a handle and adds a mark that listings and copies do not have', () => {
  const handle = brandHandle({ algorithm: 'X' });
  expect(Object.isFrozen(handle)).toBe(true);
  expect(Reflect.get(handle, brand)).toBe('handle');
  expect([Object.keys(handle), JSON.stringify(handle), brand in { ...handle }]).toEqual([
    ['algorithm'],
    '{"algorithm":"X"}',
    false,
  ]);
  expect(foreignHandle(handle)).toBeUndefined();
});
