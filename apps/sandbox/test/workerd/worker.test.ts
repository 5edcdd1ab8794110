// The Worker as it is deployed: gateway, admin API and page together, on D1. What each does is tested in packages/sandbox.
import { env, exports } from 'cloudflare:workers';
import { createClient } from '@alipayhk-pass/api';
import { importPrivateKey, importPublicKey, RSA_AES } from '@alipayhk-pass/message-security';
import { createSandboxClient } from '@alipayhk-pass/sandbox/client';
import { expect, test, vi } from 'vitest';

const origin = 'https://gateway.test';
const worker = (request: Request): Promise<Response> => exports.default.fetch(request);
const admin = createSandboxClient(origin, {
  token: env.SANDBOX_TOKEN,
  fetch: (url, init) => worker(new Request(url, init)),
});

test('an encrypted update of a merchant that was set up by the admin API is applied', async () => {
  await admin.setMerchant({ clientId: 'merchant-1', keys: [{ publicKey: env.TEST_MERCHANT_PUBLIC_KEY }] });
  const holder = { passId: 'P1', merchantId: 'M1', userId: 'U1' };
  await admin.createPass({ ...holder, clientId: 'merchant-1' });
  const client = createClient({
    clientId: 'merchant-1',
    privateKey: await importPrivateKey(env.TEST_MERCHANT_PRIVATE_KEY),
    publicKey: await importPublicKey(env.TEST_GATEWAY_PUBLIC_KEY),
    encryption: RSA_AES,
    baseUrl: origin,
    fetch: worker,
  });

  const update = {
    ...holder,
    status: 'UPDATE',
    updateDetailType: 'UPDATE_MEMBER_CARD',
    dataInfo: { points: 5 },
  } as const;
  const { tracerId = '', encrypted } = await client.updatePass(update);

  expect(encrypted).toBe(true);
  expect(await admin.readPass('P1')).toMatchObject({ points: 5, revision: 1 });
  expect(await admin.readEntry(tracerId)).toMatchObject({ applied: true, update });
});

test('the gateway’s key is imported for the first request and not again', async () => {
  vi.spyOn(console, 'warn').mockReturnValue();
  const importKey = vi.spyOn(crypto.subtle, 'importKey');
  await worker(new Request(`${origin}/x`, { method: 'POST' }));
  importKey.mockClear();
  for (let count = 0; count < 3; count++) await worker(new Request(`${origin}/x`, { method: 'POST' }));
  expect(importKey).not.toHaveBeenCalled();
});

test('the page is served without an assets binding', async () => {
  const response = await worker(new Request(origin));
  expect(response.headers.get('Content-Type')).toBe('text/html; charset=utf-8');
  expect(await response.text()).toContain('<script type="module" src="/page.js">');
  expect(await (await worker(new Request(`${origin}/page.js`))).text()).toContain('updatePass');
});
