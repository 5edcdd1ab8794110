/** Tests of your own code against AlipayHK's end, with real signatures and encryption, and without a network. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { createClient, importPrivateKey, importPublicKey, RSA_AES, type UpdatePassRequest } from '@alipayhk-pass/api';
import { createGateway, createNotifier } from '@alipayhk-pass/api/gateway';
import { createWebhooks, type NotifyBillRequest } from '@alipayhk-pass/api/webhooks';

const success = { resultCode: 'SUCCESS', resultStatus: 'S' } as const;
const clientId = 'my-client';

async function generatePair() {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  return { privateKey: await importPrivateKey(privateKey), publicKey: await importPublicKey(publicKey) };
}

const merchant = await generatePair();
const alipayhk = await generatePair();

test('an update reaches AlipayHK', async () => {
  const updates: UpdatePassRequest[] = [];
  const gateway = createGateway({
    privateKey: alipayhk.privateKey,
    publicKeyOf: (id) => (id === clientId ? merchant.publicKey : undefined),
    handler: (update) => {
      updates.push(update);
      return success;
    },
  });
  const client = createClient({
    clientId,
    privateKey: merchant.privateKey,
    publicKey: alipayhk.publicKey,
    encryption: RSA_AES,
    fetch: gateway,
  });
  const { encrypted } = await client.updatePass({
    merchantId: '2160400000000001',
    userId: '2160220000000001',
    passId: '2024052200000000000001',
    status: 'CLOSED',
    updateDetailType: 'UPDATE_MEMBER_CARD',
  });
  assert.equal(encrypted, true);
  assert.equal(updates[0]?.status, 'CLOSED');
});

test('a bill reaches your function', async () => {
  const bills: NotifyBillRequest[] = [];
  const webhooks = createWebhooks({
    tag: 'merchant',
    clientId,
    privateKey: merchant.privateKey,
    publicKey: alipayhk.publicKey,
    notifyBill: (bill) => {
      bills.push(bill);
      return success;
    },
    createMembercard: () => ({ resultInfo: success }),
  });
  const notifier = createNotifier({
    baseUrl: 'https://merchant.example',
    tag: 'merchant',
    clientId,
    privateKey: alipayhk.privateKey,
    publicKey: merchant.publicKey,
    fetch: webhooks,
  });
  const { resultInfo } = await notifier.notifyBill({
    userId: '2160220000000001',
    billNo: '2026112600000001',
    orderAmount: { currency: 'HKD', value: '12800' },
    payTime: '2026-11-26T12:00:00+08:00',
    pointsProvider: 'ALIPAYHK',
  });
  assert.equal(resultInfo.resultStatus, 'S');
  assert.equal(bills[0]?.billNo, '2026112600000001');
});
