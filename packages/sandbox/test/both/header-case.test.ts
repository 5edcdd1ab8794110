// How the names of a reply's headers are spelled: as the sandbox was started, or as is set for the merchant.
import { sealRequest } from '@alipayhk-pass/message-security';
import { beforeEach, describe, expect, test } from 'vitest';
import { wireHeaders } from '../../src/index.ts';
import {
  admin,
  freshPass,
  merchantKeys,
  optionsOf,
  origin,
  sandbox,
  sandboxWith,
  updateOf,
  updatePassUrl,
} from '../parties.ts';

const lower = ['client-id', 'content-type', 'encrypt', 'response-time', 'signature', 'tracer-id'];
const title = ['Client-Id', 'Content-Type', 'Encrypt', 'Response-Time', 'Signature', 'Tracer-Id'];
const keys = [{ publicKey: merchantKeys['merchant-1'].publicKey }];

beforeEach(async () => void (await admin.setMerchant({ clientId: 'merchant-1', keys })));

/** Names of the headers of the reply to an encrypted update, as they go on the wire. */
async function namesFrom(gateway: (request: Request) => Promise<Response>): Promise<string[]> {
  const body = JSON.stringify(updateOf(await freshPass()));
  const sealed = await sealRequest(new Request(updatePassUrl, { method: 'POST', body }), await optionsOf('merchant-1'));
  const response = await gateway(sealed);
  expect(response.status).toBe(200);
  return wireHeaders(response).map(([name]) => name);
}

describe('the names of headers in a reply are', () => {
  test('in lower case, unless the sandbox or the merchant says otherwise', async () => {
    expect(await namesFrom(sandbox)).toEqual(lower);
  });

  test('as the sandbox was made', async () => {
    expect(await namesFrom(await sandboxWith({ headerCase: 'title' }))).toEqual(title);
    expect(await namesFrom(await sandboxWith({ headerCase: 'lower' }))).toEqual(lower);
  });

  test('as is set for the merchant, whatever the sandbox was made with', async () => {
    await admin.setMerchant({ clientId: 'merchant-1', keys, headerCase: 'title' });
    expect((await admin.listMerchants()).merchants).toContainEqual({
      clientId: 'merchant-1',
      keys,
      headerCase: 'title',
    });
    expect(await namesFrom(sandbox)).toEqual(title);
    await admin.setMerchant({ clientId: 'merchant-1', keys, headerCase: 'lower' });
    expect(await namesFrom(await sandboxWith({ headerCase: 'title' }))).toEqual(lower);
  });

  test('as the sandbox was made, again, once the setting is left out', async () => {
    await admin.setMerchant({ clientId: 'merchant-1', keys, headerCase: 'title' });
    await admin.setMerchant({ clientId: 'merchant-1', keys });
    expect((await admin.listMerchants()).merchants).toContainEqual({ clientId: 'merchant-1', keys });
    expect(await namesFrom(sandbox)).toEqual(lower);
  });

  test.each(['http-500', 'unsigned-F', 'signature-repeated', 'plain-reply', 'reset'])(
    'spelled alike with the fault %s',
    async (name) => {
      const { passId } = await freshPass();
      const gateway = await sandboxWith({ headerCase: 'title' });
      await admin.addFault({ name, passId, times: 1 });
      const body = JSON.stringify({ ...updateOf({ passId, clientId: 'merchant-1', merchantId: 'M1' }) });
      const options = { ...(await optionsOf('merchant-1')), encryption: undefined };
      const response = await gateway(await sealRequest(new Request(updatePassUrl, { method: 'POST', body }), options));
      for (const [each] of wireHeaders(response)) expect(each).toMatch(/^[A-Z][a-z]*(-[A-Z][a-z]*)*$/);
      await response.body?.cancel();
    },
  );
});

test('wireHeaders lists every header of a response that the gateway did not make', async () => {
  const response = await sandbox(new Request(origin));
  expect(wireHeaders(response)).toContainEqual(['Content-Type', 'text/html; charset=utf-8']);
  expect(wireHeaders(response)).toHaveLength([...response.headers].length);
});
