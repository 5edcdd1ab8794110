import { constants, createPrivateKey, privateDecrypt } from 'node:crypto';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { bytesOf, kindOf } from '../../src/crypto/bytes.ts';
import { openRequest, type PrivateKey, RSA_AES, sealRequest, sign } from '../../src/index.ts';
import { keys, merchant, ofGateway, ofMerchant, post, refusalOf } from '../fixture.ts';

const memory = new Uint8Array([9, 1, 2, 3, 9]);

test.each([
  ['a Uint8Array', new Uint8Array([1, 2, 3])],
  ['an ArrayBuffer', new Uint8Array([1, 2, 3]).buffer],
  ['a Buffer', Buffer.from([1, 2, 3])],
  ['a view of a part', memory.subarray(1, 4)],
  ['a DataView', new DataView(memory.buffer, 1, 3)],
  ['an ArrayBuffer of another realm', runInNewContext('new Uint8Array([1, 2, 3]).buffer')],
])('bytesOf returns the bytes of %s', (_, value) => {
  expect([...(bytesOf(value) ?? [])]).toEqual([1, 2, 3]);
});

test.each([
  ['text', 'AQID', 'String'],
  ['a list', [1, 2, 3], 'Array'],
  ['nothing', undefined, 'Undefined'],
  ['null', null, 'Null'],
  ['an object', { signature: 'AQID' }, 'Object'],
])('bytesOf returns undefined for %s, and kindOf names it', (_, value, kind) => {
  expect(bytesOf(value)).toBeUndefined();
  expect(kindOf(value)).toBe(kind);
});

describe('bytes of a remote key', () => {
  const parts = { method: 'POST', httpUri: '/', clientId: 'A', time: 'T', body: new Uint8Array() };
  const remote = (value: unknown): PrivateKey => ({ algorithm: 'RSA256', sign: async () => value as ArrayBuffer });

  test('sign accepts an ArrayBuffer as the signature', async () => {
    const { buffer } = new Uint8Array([1, 2, 3]);
    expect(await sign(parts, remote(buffer))).toBe('algorithm=RSA256, signature=AQID');
  });

  test.each(['', 'AQID', {}, undefined])(
    'sign throws TypeError that names privateKey.sign for the signature %j',
    async (value) => {
      expect((await refusalOf(sign(parts, remote(value)))).message).toMatch(/^privateKey\.sign returned /);
    },
  );

  test('sign throws TypeError for an empty signature', async () => {
    const refusal = await refusalOf(sign(parts, remote(new ArrayBuffer(0))));
    expect(refusal).toBeInstanceOf(TypeError);
    expect(refusal.message).toBe('privateKey.sign returned no bytes; expected bytes');
  });

  const openWith = (unwrapKey: NonNullable<PrivateKey['unwrapKey']>) =>
    sealRequest(post(), { ...ofMerchant, encryption: RSA_AES }).then((sealed) =>
      openRequest(sealed, {
        ...ofGateway,
        encryption: RSA_AES,
        privateKey: { algorithm: 'RSA256', sign: merchant.privateKey.sign, unwrapKey },
      }),
    );
  const unwrap = (encryptedKey: Uint8Array) =>
    privateDecrypt(
      { key: createPrivateKey(keys.gateway.privateKey), padding: constants.RSA_PKCS1_PADDING },
      encryptedKey,
    );

  test('openRequest accepts an ArrayBuffer from unwrapKey', async () => {
    const opened = await openWith(async (encryptedKey) => new Uint8Array(unwrap(encryptedKey)).buffer);
    expect(await opened.request.text()).toBe('{"points":100}');
  });

  test('openRequest throws TypeError that names privateKey.unwrapKey when it resolves with text', async () => {
    const refusal = await refusalOf(openWith(async () => 'a key' as never));
    expect(refusal).toBeInstanceOf(TypeError);
    expect(refusal).toMatchObject({
      stage: 'decryption', // as for a wrong padding, which a key service may report by text
      message: 'privateKey.unwrapKey returned String; expected bytes',
    });
  });

  test.each([
    ['rejects', () => Promise.reject(new Error('bad padding'))],
    [
      'throws',
      () => {
        throw new Error('bad padding');
      },
    ],
    ['resolves with nothing', async () => undefined as never],
    ['resolves with no bytes', async () => new ArrayBuffer(0)],
    ['resolves with bytes of another length than an AES key', async () => new ArrayBuffer(7)],
  ])('openRequest throws DecryptionFailed when unwrapKey %s', async (_, unwrapKey) => {
    expect(await refusalOf(openWith(unwrapKey))).toMatchObject({ code: 'DecryptionFailed' });
  });
});
