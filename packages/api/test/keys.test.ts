/** Keys in use: rotated under traffic, and kept somewhere else than in this process. */
import { constants, createPrivateKey, privateDecrypt, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  importPrivateKey,
  importPublicKey,
  type KeyRing,
  type PrivateKey,
  type PublicKey,
  RSA_AES,
} from '@alipayhk-pass/message-security';
import { keys } from '@alipayhk-pass/spec/vectors';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createGateway, type Refusal } from '../src/gateway.ts';
import { createClient } from '../src/index.ts';
import { clientId, clientOptions, gateway, merchant, replying, success, update } from './fixtures.ts';

type Pair = { privateKey: PrivateKey; publicKey: PublicKey };

const pair = async (pems: typeof keys.merchant, keyVersion?: string): Promise<Pair> => ({
  privateKey: await importPrivateKey(pems.privateKey, { keyVersion }),
  publicKey: await importPublicKey(pems.publicKey, { keyVersion }),
});

describe('rotation under traffic', () => {
  /** What each side holds at the moment, and the traffic between them. */
  interface Holdings {
    merchantSigns: KeyRing<PrivateKey>;
    gatewayKnows: KeyRing<PublicKey>;
    gatewaySigns: KeyRing<PrivateKey>;
    gatewaySignsWith?: string | undefined;
    merchantKnows: KeyRing<PublicKey>;
  }

  async function rotate(holdings: Holdings, steps: { drained?: true; change: Partial<Holdings> }[]) {
    const refusals: Refusal[] = [];
    const verifiedWith = new Set<string | undefined>();
    const send = () =>
      createClient({
        clientId,
        privateKey: holdings.merchantSigns,
        publicKey: holdings.merchantKnows,
        encryption: RSA_AES,
        fetch: (request) =>
          createGateway({
            publicKeyOf: () => holdings.gatewayKnows,
            privateKey: holdings.gatewaySigns,
            keyVersion: holdings.gatewaySignsWith,
            handler: (_, context) => {
              verifiedWith.add(context.keyVersion);
              return success;
            },
            onRefusal: (refusal) => refusals.push(refusal),
          })(request),
      }).updatePass(update);
    const sent: Promise<unknown>[] = [];
    for (const { drained, change } of [...steps, { change: {} }]) {
      for (let i = 0; i < 5; i++) sent.push(send());
      // Steps meet traffic, but for those that a message already on its way could not know of: there both sides wait.
      if (drained) await Promise.allSettled(sent);
      Object.assign(holdings, change);
    }
    const outcomes = await Promise.allSettled(sent);
    expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([]);
    expect(refusals).toEqual([]);
    return verifiedWith;
  }

  test.each([
    ['named', ['1', '2']],
    ['not named', [undefined, undefined]],
  ])("of the merchant's pair, versions %s: no update is refused", async (_, [first, second]) => {
    const [old, next] = [await pair(keys.merchant, first), await pair(keys.stranger, second)];
    const holdings: Holdings = {
      merchantSigns: old.privateKey,
      gatewayKnows: old.publicKey,
      gatewaySigns: gateway.privateKey,
      merchantKnows: gateway.publicKey,
    };
    const verifiedWith = await rotate(holdings, [
      { change: { gatewayKnows: [old.publicKey, next.publicKey] } },
      { change: { merchantSigns: [old.privateKey, next.privateKey] } },
      { drained: true, change: { gatewayKnows: next.publicKey } },
      { drained: true, change: { merchantSigns: next.privateKey } },
    ]);
    expect([...verifiedWith]).toEqual(first === undefined ? [undefined] : ['1', '2']);
  });

  test("of the gateway's pair: it signs with the old one by name until the merchant knows the new one", async () => {
    const [old, next] = [await pair(keys.gateway, '1'), await pair(keys.stranger, '2')];
    const holdings: Holdings = {
      merchantSigns: merchant.privateKey,
      gatewayKnows: merchant.publicKey,
      gatewaySigns: old.privateKey,
      merchantKnows: old.publicKey,
    };
    await rotate(holdings, [
      { change: { gatewaySigns: [old.privateKey, next.privateKey], gatewaySignsWith: '1' } },
      { change: { merchantKnows: [old.publicKey, next.publicKey] } },
      { drained: true, change: { gatewaySignsWith: undefined } },
      { drained: true, change: { merchantKnows: next.publicKey } },
      { drained: true, change: { gatewaySigns: next.privateKey } },
    ]);
  });
});

describe('keys kept elsewhere', () => {
  test('a CryptoKey that is not extractable signs', async () => {
    const der = Buffer.from(keys.merchant.privateKey.replace(/-----.*-----|\s/g, ''), 'base64');
    const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
    const locked = await crypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']);
    const client = createClient({ ...clientOptions(replying()), privateKey: await importPrivateKey(locked) });
    expect(await client.updatePass(update)).toMatchObject({ resultInfo: success });
  });

  /** A key service on loopback: the private key stays in it. */
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

  test('a key service over HTTP signs, and unwraps the key of an encrypted reply', async () => {
    const client = createClient({ ...clientOptions(replying()), privateKey: await keyService(), encryption: RSA_AES });
    expect(await client.updatePass(update)).toMatchObject({ resultInfo: success, encrypted: true });
  });

  test('what a key service says about a bad padding does not come through', async () => {
    const privateKey: PrivateKey = {
      ...(await keyService()),
      unwrapKey: () => Promise.reject(new Error('padding error at byte 7')),
    };
    const client = createClient({ ...clientOptions(replying()), privateKey, encryption: RSA_AES });
    const error = await client.updatePass(update).catch((reason) => reason);
    expect(error).toMatchObject({ code: 'DecryptionFailed', message: 'the body does not decrypt' });
    expect(error.cause).toBeUndefined();
  });
});

test.each([new TypeError('fetch failed'), undefined, 'down'])(
  'a remote publicKey.verify that rejects with %o after the update was sent is ResponseMissing, not a mistake',
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
