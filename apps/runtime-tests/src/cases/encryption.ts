/** Every suite of RSA_AES: what it seals it opens, and what is for another it refuses with the one text. */
import { openRequest, rsaAes, sealRequest } from '@alipayhk-pass/message-security';
import { equal, errorOf } from '../assert.ts';
import { importKeys } from '../keys.ts';
import { clientId } from '../message.ts';
import type { Test } from '../test.ts';

const contents = ['AES-ECB', 'AES-CBC', 'AES-GCM'] as const;
const keyTransports = ['RSAES-PKCS1-v1_5', 'RSA-OAEP', 'RSA-OAEP-256'] as const;
const bodies = ['', '{"level":"金卡會員 🏅"}', 'sixteen bytes it'];

export function encryptionCases(test: Test): void {
  for (const content of contents) {
    for (const keyTransport of keyTransports) {
      const encryption = rsaAes({ content, keyTransport });

      test(`RSA_AES, ${content} and ${keyTransport}: opens what it seals`, async () => {
        const { merchant, gateway } = await importKeys();
        const ofMerchant = { clientId, encryption, privateKey: merchant.privateKey, publicKey: gateway.publicKey };
        const ofGateway = { clientId, encryption, privateKey: gateway.privateKey, publicKey: merchant.publicKey };
        for (const body of bodies) {
          const sealed = await sealRequest(
            new Request('https://open.alipay.hk/', { method: 'POST', body }),
            ofMerchant,
          );
          equal(await (await openRequest(sealed, ofGateway)).request.text(), body);
        }
      });

      test(`RSA_AES, ${content} and ${keyTransport}: refuses what is for another`, async () => {
        const { merchant, gateway, stranger } = await importKeys();
        const ofMerchant = { clientId, encryption, privateKey: merchant.privateKey, publicKey: stranger.publicKey };
        const ofGateway = { clientId, encryption, privateKey: gateway.privateKey, publicKey: merchant.publicKey };
        const request = new Request('https://open.alipay.hk/', { method: 'POST', body: '{}' });
        const sealed = await sealRequest(request, ofMerchant);
        const { name, message } = await errorOf(() => openRequest(sealed, ofGateway));
        equal(`${name}: ${message}`, 'DecryptionFailed: the body does not decrypt');
      });
    }
  }
}
