// A key is replaced, ours or AlipayHK's, with messages both ways: at no step is one refused.
import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { createGateway } from '@alipayhk-pass/api/gateway';
import { importPrivateKey, importPublicKey, RSA_AES } from '@alipayhk-pass/message-security';
import { beforeEach, expect, test, vi } from 'vitest';
import keys from '../../../spec/vectors/keys.json' with { type: 'json' };
import { readEnvironment } from '../src/environment.ts';
import worker from '../src/worker.ts';
import { alipayhk, billOf } from './alipayhk.ts';
import { update } from './caller.ts';
import { answerWith, clientId } from './gateway.ts';

beforeEach(() => void vi.spyOn(console, 'log').mockReturnValue());

const success = { resultCode: 'SUCCESS', resultStatus: 'S' } as const;
const fixed = { passId: '1', status: 'UPDATE', updateDetailType: 'UPDATE_MEMBER_CARD' } as const;
// The stranger's pair stands for the new one.
const [oldMerchant, newMerchant] = await Promise.all([
  importPublicKey(keys.merchant.publicKey, { keyVersion: '1' }),
  importPublicKey(keys.stranger.publicKey, { keyVersion: '2' }),
]);
const [oldGateway, newGateway] = await Promise.all([
  importPrivateKey(keys.gateway.privateKey, { keyVersion: '1' }),
  importPrivateKey(keys.stranger.privateKey, { keyVersion: '2' }),
]);

type Environment = Record<string, string>;
type Keys = { publicKey: typeof oldMerchant | [typeof oldMerchant, typeof oldMerchant]; privateKey: typeof oldGateway };

/** One message each way, between this environment and AlipayHK with these keys; the last public one encrypts. */
async function exchange(environment: Environment, { publicKey, privateKey }: Keys, isEncrypted = true): Promise<void> {
  const here = { ...env, ENCRYPTION: isEncrypted ? 'on' : 'off', ...environment };
  const encryption = isEncrypted ? RSA_AES : undefined;
  answerWith(createGateway({ publicKeyOf: () => publicKey, privateKey, handler: () => success, encryption }));
  const { client } = await readEnvironment(here);
  expect(await client.updatePass({ ...update, ...fixed })).toMatchObject({
    resultInfo: success,
    encrypted: isEncrypted,
  });
  const notifier = alipayhk({
    ...{ clientId, publicKey, privateKey, encryption, requireEncryption: isEncrypted },
    fetch: async (request) => worker.fetch(request, here, createExecutionContext()),
  });
  expect(await notifier.notifyBill(billOf(100, { userId: 'rotating' }))).toEqual({
    resultInfo: success,
    result: success,
  });
}

test('ours: AlipayHK encrypts to the old key until its console changes over', async () => {
  const before = { KEY_VERSION: '1' };
  const during = {
    ...{ KEY_VERSION: '2', MERCHANT_PRIVATE_KEY: keys.stranger.privateKey },
    MERCHANT_PRIVATE_KEY_OLD: keys.merchant.privateKey,
  };
  const after = { KEY_VERSION: '2', MERCHANT_PRIVATE_KEY: keys.stranger.privateKey };
  const privateKey = oldGateway;
  await exchange(before, { publicKey: oldMerchant, privateKey });
  await exchange(before, { publicKey: [newMerchant, oldMerchant], privateKey });
  await exchange(during, { publicKey: [newMerchant, oldMerchant], privateKey });
  await exchange(during, { publicKey: [oldMerchant, newMerchant], privateKey });
  await exchange(after, { publicKey: newMerchant, privateKey });
});

test('AlipayHK’s: their next key verifies from the first message that it signs', async () => {
  const during = { ALIPAYHK_PUBLIC_KEY_NEXT: keys.stranger.publicKey };
  const after = { ALIPAYHK_PUBLIC_KEY: keys.stranger.publicKey };
  const publicKey = oldMerchant;
  await exchange({}, { publicKey, privateKey: oldGateway });
  await exchange(during, { publicKey, privateKey: oldGateway });
  await exchange(during, { publicKey, privateKey: newGateway }, false); // until then we encrypt to the old one
  await exchange({ ...after, ALIPAYHK_PUBLIC_KEY_NEXT: keys.gateway.publicKey }, { publicKey, privateKey: newGateway });
  await exchange(after, { publicKey, privateKey: newGateway });
});
