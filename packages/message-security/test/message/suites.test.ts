import { createDecipheriv, createPrivateKey, privateDecrypt } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { openRequest, RSA_AES, type RsaAesOptions, rsaAes, sealRequest } from '../../src/index.ts';
import { parseHeader } from '../../src/message/header.ts';
import { keys, ofGateway, ofMerchant, post, refusalOf } from '../fixture.ts';

const body = '{"level":"金"}';
const seal = (options: RsaAesOptions) => sealRequest(post(body), { ...ofMerchant, encryption: rsaAes(options) });

describe('node:crypto decrypts what a suite encrypts (A26)', () => {
  const unwrap = (request: Request, oaepHash: string) =>
    privateDecrypt(
      { key: createPrivateKey(keys.gateway.privateKey), oaepHash },
      parseHeader('Encrypt', request.headers.get('Encrypt') ?? '').value,
    );

  test.each([
    ['RSA-OAEP', 'sha1'],
    ['RSA-OAEP-256', 'sha256'],
  ] as const)('%s with AES-CBC: the IV, then the ciphertext', async (keyTransport, oaepHash) => {
    const request = await seal({ content: 'AES-CBC', keyTransport });
    const wire = Buffer.from(await request.clone().text(), 'base64');
    const decipher = createDecipheriv('aes-256-cbc', unwrap(request, oaepHash), wire.subarray(0, 16));
    expect(Buffer.concat([decipher.update(wire.subarray(16)), decipher.final()]).toString()).toBe(body);
  });

  test('AES-GCM: the IV, the ciphertext, the tag', async () => {
    const request = await seal({ content: 'AES-GCM', keyTransport: 'RSA-OAEP' });
    const wire = Buffer.from(await request.clone().text(), 'base64');
    const decipher = createDecipheriv('aes-256-gcm', unwrap(request, 'sha1'), wire.subarray(0, 12));
    decipher.setAuthTag(wire.subarray(-16));
    expect(Buffer.concat([decipher.update(wire.subarray(12, -16)), decipher.final()]).toString()).toBe(body);
  });
});

const suites = (['AES-ECB', 'AES-CBC', 'AES-GCM'] as const).flatMap((content) =>
  (['RSAES-PKCS1-v1_5', 'RSA-OAEP', 'RSA-OAEP-256'] as const).map((keyTransport) => ({ content, keyTransport })),
);

test.each(suites)(
  '$content with $keyTransport opens with the same suite, and any other suite throws DecryptionFailed',
  async (suite) => {
    const request = await seal(suite);
    for (const other of suites) {
      const opening = openRequest(request.clone(), { ...ofGateway, encryption: rsaAes(other) });
      if (other === suite) {
        expect(await (await opening).request.text()).toBe(body);
      } else {
        expect(await refusalOf(opening)).toMatchObject({
          code: 'DecryptionFailed',
          message: 'the body does not decrypt',
        });
      }
    }
  },
);

test('rsaAes without options is RSA_AES', async () => {
  const request = await seal({});
  expect(await (await openRequest(request, { ...ofGateway, encryption: RSA_AES })).request.text()).toBe(body);
});

test.each([
  [{ content: 'AES-CTR' }, 'content must be one of AES-ECB, AES-CBC, AES-GCM'],
  [{ keyTransport: 'toString' }, 'keyTransport must be one of RSAES-PKCS1-v1_5, RSA-OAEP, RSA-OAEP-256'],
])('rsaAes throws TypeError that lists the names for %j', (options, text) => {
  expect(() => rsaAes(options as RsaAesOptions)).toThrow(new TypeError(text));
});

test('a body that was sealed through AES-OCB opens with RSA_AES', async () => {
  for (const ocbFrom of [0, 5]) {
    const request = await seal({ ocbFrom });
    expect(await (await openRequest(request, { ...ofGateway, encryption: RSA_AES })).request.text()).toBe(body);
  }
});

test.each([-1, Number.NaN, '0 bytes'])('rsaAes throws TypeError for %j as ocbFrom', (ocbFrom) => {
  expect(() => rsaAes({ ocbFrom: ocbFrom as number })).toThrow(
    new TypeError('ocbFrom must be a number of bytes, 0 or more'),
  );
});
