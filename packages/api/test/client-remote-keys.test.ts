/** A client with a key outside this process, or one that Web Crypto does not export. */
import { constants, createPrivateKey, privateDecrypt, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { importPrivateKey, type PrivateKey, RSA_AES } from '@alipayhk-pass/message-security';
import { keys } from '@alipayhk-pass/spec/vectors';
import { expect, onTestFinished, test } from 'vitest';
import { createClient } from '../src/index.ts';
import { clientOptions, replying, success, update } from './fixtures.ts';

test('updatePass signs with a CryptoKey that is not extractable', async () => {
  const der = Buffer.from(keys.merchant.privateKey.replace(/-----.*-----|\s/g, ''), 'base64');
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  const cryptoKey = await crypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']);
  const client = createClient({ ...clientOptions(replying()), privateKey: await importPrivateKey(cryptoKey) });
  expect(await client.updatePass(update)).toMatchObject({ resultInfo: success });
});

/** A key service on loopback, which holds the private key. */
async function keyService(): Promise<PrivateKey> {
  const key = createPrivateKey(keys.merchant.privateKey);
  const server = createServer(async (request, response) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const input = Buffer.concat(chunks);
    const padding = constants.RSA_PKCS1_PADDING;
    response.end(request.url === '/sign' ? sign('sha256', input, key) : privateDecrypt({ key, padding }, input));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const call = async (path: string, body: Uint8Array<ArrayBuffer>) => {
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, {
      method: 'POST',
      body,
    });
    return new Uint8Array(await response.arrayBuffer());
  };
  return {
    algorithm: 'RSA256',
    sign: (data) => call('/sign', data),
    unwrapKey: (encryptedKey) => call('/unwrap', encryptedKey),
  };
}

test('updatePass signs and decrypts with a key service over HTTP', async () => {
  const client = createClient({ ...clientOptions(replying()), privateKey: await keyService(), encryption: RSA_AES });
  expect(await client.updatePass(update)).toMatchObject({ resultInfo: success, encrypted: true });
});

test('updatePass rejects with DecryptionFailed without a cause when a key service reports bad padding', async () => {
  const privateKey: PrivateKey = {
    ...(await keyService()),
    unwrapKey: () => Promise.reject(new Error('padding error at byte 7')),
  };
  const client = createClient({ ...clientOptions(replying()), privateKey, encryption: RSA_AES });
  const error = await client.updatePass(update).catch((reason) => reason);
  expect(error).toMatchObject({ code: 'DecryptionFailed', message: 'the body does not decrypt' });
  expect(error.cause).toBeUndefined();
});

test('updatePass rejects with ResponseMissing when unwrapKey returns no bytes: the update was sent', async () => {
  // @ts-expect-error: bytes are expected
  const privateKey: PrivateKey = { ...(await keyService()), unwrapKey: async () => 'a key in base64' };
  const client = createClient({ ...clientOptions(replying()), privateKey, encryption: RSA_AES });
  await expect(client.updatePass(update)).rejects.toMatchObject({
    code: 'ResponseMissing',
    message: 'the response could not be opened',
    tracerId: 'trace-1',
    cause: { name: 'TypeError', message: 'privateKey.unwrapKey returned String; expected bytes' },
  });
});

test.each([new TypeError('fetch failed'), undefined, 'down'])(
  'updatePass rejects with ResponseMissing when verify of a remote key rejects with %o: the update was sent',
  async (reason) => {
    const publicKey = { algorithm: 'RSA256', verify: () => Promise.reject(reason) };
    const sending = createClient({ ...clientOptions(replying()), publicKey }).updatePass(update);
    await expect(sending).rejects.toMatchObject({
      code: 'ResponseMissing',
      message: 'the response could not be opened',
      cause: { message: 'publicKey.verify failed', cause: reason },
    });
  },
);
