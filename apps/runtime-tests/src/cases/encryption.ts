/** Every suite of RSA_AES: what it seals it opens, and what is for another it refuses with the one text. */
import { openRequest, rsaAes, sealRequest } from '@alipayhk-pass/message-security';
import { encryptEcb } from '@alipayhk-pass/message-security/internals-for-tests';
import { equal, errorOf } from '../assert.ts';
import { importKeys } from '../keys.ts';
import { clientId } from '../message.ts';
import type { Test } from '../test.ts';
import { mutationCases } from './mutations.ts';

const contents = ['AES-ECB', 'AES-CBC', 'AES-GCM'] as const;
const keyTransports = ['RSAES-PKCS1-v1_5', 'RSA-OAEP', 'RSA-OAEP-256'] as const;
const bodies = ['', '{"level":"金卡會員 🏅"}', 'sixteen bytes it'];

/** @param mutations - how many wrong encrypted keys are tried */
export function encryptionCases(test: Test, mutations: number): void {
  mutationCases(test, mutations);

  test('RSA_AES: AES-OCB, where there is one, gives the ciphertext that AES-CBC gives', async () => {
    const key = crypto.getRandomValues(new Uint8Array(32));
    for (const blocks of [1, 2, 3, 4, 7, 8, 41, 64, 127, 128, 300]) {
      const plaintext = crypto.getRandomValues(new Uint8Array(blocks * 16 - 1));
      const byOcb = await encryptEcb(key, plaintext, crypto.subtle, 0);
      equal([...byOcb], [...(await encryptEcb(key, plaintext, crypto.subtle, Number.POSITIVE_INFINITY))]);
    }
  });

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
