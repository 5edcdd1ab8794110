import { constants, createPrivateKey, privateDecrypt } from 'node:crypto';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { toBytes } from '../../src/crypto/bytes.ts';
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
])('toBytes takes %s', (_, value) => {
  expect([...toBytes(value, 'privateKey.sign')]).toEqual([1, 2, 3]);
});

test.each([
  ['text', 'AQID', 'String'],
  ['a list', [1, 2, 3], 'Array'],
  ['nothing', undefined, 'Undefined'],
  ['null', null, 'Null'],
  ['an object', { signature: 'AQID' }, 'Object'],
])('toBytes throws TypeError for %s', (_, value, received) => {
  const text = `privateKey.sign returned ${received}; expected an ArrayBuffer or a view of one`;
  expect(() => toBytes(value, 'privateKey.sign')).toThrow(new TypeError(text));
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
    expect(await refusalOf(sign(parts, remote(new ArrayBuffer(0))))).toEqual(
      new TypeError('privateKey.sign returned no bytes; expected a signature'),
    );
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
    expect(refusal).toEqual(
      new TypeError('privateKey.unwrapKey returned String; expected an ArrayBuffer or a view of one'),
    );
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
