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
])('bytesOf takes %s', (_, value) => {
  expect([...(bytesOf(value) ?? [])]).toEqual([1, 2, 3]);
});

test.each([
  ['text', 'AQID', 'String'],
  ['a list', [1, 2, 3], 'Array'],
  ['nothing', undefined, 'Undefined'],
  ['null', null, 'Null'],
  ['an object', { signature: 'AQID' }, 'Object'],
])('bytesOf takes no %s, and kindOf names it', (_, value, kind) => {
  expect(bytesOf(value)).toBeUndefined();
  expect(kindOf(value)).toBe(kind);
});

describe('a remote key', () => {
  const parts = { method: 'POST', httpUri: '/', clientId: 'A', time: 'T', body: new Uint8Array() };
  const remote = (value: unknown): PrivateKey => ({ algorithm: 'RSA256', sign: async () => value as ArrayBuffer });

  test('whose sign resolves with an ArrayBuffer signs', async () => {
    const { buffer } = new Uint8Array([1, 2, 3]);
    expect(await sign(parts, remote(buffer))).toBe('algorithm=RSA256, signature=AQID');
  });

  test.each(['', 'AQID', {}, undefined])(
    'whose sign resolves with %j is a TypeError that names sign',
    async (value) => {
      expect((await refusalOf(sign(parts, remote(value)))).message).toMatch(/^privateKey\.sign returned /);
    },
  );

  test('whose sign resolves with no bytes is a TypeError that says so', async () => {
    const refusal = await refusalOf(sign(parts, remote(new ArrayBuffer(0))));
    expect(refusal).toBeInstanceOf(TypeError);
    expect(refusal.message).toBe('privateKey.sign returned no bytes; expected bytes');
  });

  const decrypting = (unwrapKey: NonNullable<PrivateKey['unwrapKey']>) =>
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

  test('whose unwrapKey resolves with an ArrayBuffer decrypts', async () => {
    const opened = await decrypting(async (encryptedKey) => new Uint8Array(unwrap(encryptedKey)).buffer);
    expect(await opened.request.text()).toBe('{"points":100}');
  });

  test('whose unwrapKey resolves with text is a TypeError that names unwrapKey', async () => {
    const refusal = await refusalOf(decrypting(async () => 'a key' as never));
    expect(refusal).toBeInstanceOf(TypeError);
    expect(refusal).toMatchObject({
      stage: 'decryption', // that of a wrong padding, which a key service may answer so
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
    ['resolves with bytes that are no AES key', async () => new ArrayBuffer(7)],
  ])('whose unwrapKey %s ends in DecryptionFailed, like every wrong key', async (_, unwrapKey) => {
    expect(await refusalOf(decrypting(unwrapKey))).toMatchObject({ code: 'DecryptionFailed' });
  });
});
