/** The reply to a body that does not decrypt shows nothing of the reason: neither by its key, nor through a remote key. */
import { constants, createCipheriv, privateDecrypt, publicEncrypt, randomBytes } from 'node:crypto';
import { openResponse, parseHeader, RSA_AES } from '@alipayhk-pass/message-security';
import { keys } from '@alipayhk-pass/spec/vectors';
import { expect, test } from 'vitest';
import { RequestInvalid } from '../../src/gateway.ts';
import { clientId, gateway, merchant, withHeader } from '../fixtures.ts';
import { gatewayWith, sealUpdate } from '../gateway-fixture.ts';

test('a refusal has a key of 32 bytes whether or not the body decrypts', async () => {
  const key = randomBytes(16);
  const cipher = createCipheriv('aes-128-ecb', key, null);
  const notJson = Buffer.concat([cipher.update('{'), cipher.final()]).toString('base64');
  const wrapped = publicEncrypt({ key: keys.gateway.publicKey, padding: constants.RSA_PKCS1_PADDING }, key);
  const encrypt = `algorithm=RSA_AES, symmetricKey=${encodeURIComponent(wrapped.toString('base64'))}`;
  const lengths: number[] = [];
  for (const body of [notJson, randomBytes(48).toString('base64')]) {
    const sealed = await withHeader(sealUpdate({ body }), 'Encrypt', encrypt);
    const response = await gatewayWith().fetch(sealed.clone());
    const opened = await openResponse(response, sealed, {
      ...{ clientId, encryption: RSA_AES },
      ...{ publicKey: gateway.publicKey, privateKey: merchant.privateKey },
    });
    expect(await opened.response.json()).toMatchObject({ resultInfo: { resultCode: 'PARAM_ILLEGAL' } });
    const encryptedKey = parseHeader('Encrypt', response.headers.get('Encrypt') ?? '').value;
    const padded = { key: keys.merchant.privateKey, padding: constants.RSA_NO_PADDING };
    lengths.push(256 - 1 - privateDecrypt(padded, encryptedKey).indexOf(0, 2)); // no byte of the padding is 0
  }
  expect(lengths).toEqual([32, 32]);
});

test.each<[string, () => Promise<unknown>]>([
  ['rejects', () => Promise.reject(new Error('bad padding'))],
  ['resolves with undefined', async () => undefined],
  ['resolves with false', async () => false],
  ['resolves with text', async () => ''],
  ['resolves with an object', async () => ({})],
  ['resolves with bytes of a wrong length', async () => new ArrayBuffer(7)],
])('a gateway sends the reply of a wrong key when unwrapKey of a remote key %s', async (_, unwrapKey) => {
  const privateKey = { algorithm: 'RSA256', sign: gateway.privateKey.sign, unwrapKey: unwrapKey as never };
  const { fetch, refusals } = gatewayWith({ privateKey });
  const response = await fetch(await sealUpdate({}, { encryption: RSA_AES }));
  const { resultInfo } = refusals[0] ?? {};
  expect([response.status, refusals[0]?.stage, resultInfo?.resultCode]).toEqual([200, 'decryption', 'PARAM_ILLEGAL']);
});

test('a gateway replies U when verify of a remote key rejects with an error of this package', async () => {
  const verify = () => Promise.reject(new RequestInvalid([]));
  const { fetch, refusals } = gatewayWith({ publicKeyOf: () => ({ algorithm: 'RSA256', verify }) });
  await fetch(await sealUpdate());
  expect(refusals).toMatchObject([{ stage: 'handler', resultInfo: { resultStatus: 'U' } }]);
});
