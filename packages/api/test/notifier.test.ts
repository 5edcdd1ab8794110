import { RSA_AES, sealResponse } from '@alipayhk-pass/message-security';
import { expect, test } from 'vitest';
import { bill, clientId, merchant, stranger, success } from './fixtures.ts';
import { notifierTo, notifyBillUrl, webhooksWith } from './webhooks-fixture.ts';

const wanted = { userId: bill.userId, mobileNo: '85291234567' };

test.each([
  ['tag', { tag: 'a/b' }, /^tag must be one segment/],
  ['tag', { tag: '..' }, /^tag must be one segment/],
  ['baseUrl', { baseUrl: 'ftp://shop.example' }, /^baseUrl must be an origin/],
  ['baseUrl', { baseUrl: 'https://shop.example/path' }, /^baseUrl must be an origin/],
  ['baseUrl', { baseUrl: 'shop' }, /^baseUrl must be an origin/],
  ['signedPrefix', { signedPrefix: '//evil.example' }, /^signedPrefix must be a path/],
  ['clientId', { clientId: '' }, /^clientId must be/],
  ['timeout', { timeout: 0 }, /^timeout must be/],
])('createNotifier throws TypeError for a wrong %s: %o', (_, mistake, text) => {
  expect(() => notifierTo(undefined, mistake)).toThrow(text);
});

test.each([undefined, RSA_AES])("notifyBill returns the merchant's reply; encryption %o", async (encryption) => {
  const notifier = notifierTo(webhooksWith().fetch, { encryption, requireEncryption: encryption !== undefined });
  expect(await notifier.notifyBill(bill)).toEqual({ resultInfo: success, result: success });
});

test("createMembercard returns the merchant's reply with the fields that it adds", async () => {
  expect(await notifierTo(webhooksWith().fetch).createMembercard(wanted)).toEqual({
    resultInfo: success,
    result: success,
    memberNo: 'M1',
  });
});

test.each(['F', 'U'] as const)('notifyBill returns a reply of %s', async (resultStatus) => {
  const resultInfo = { resultCode: 'BILL_UNKNOWN', resultStatus };
  const { fetch } = webhooksWith({ notifyBill: () => resultInfo });
  expect(await notifierTo(fetch).notifyBill(bill)).toEqual({ resultInfo, result: resultInfo });
});

test('notifyBill sends a bill that does not fit the contract', async () => {
  const { fetch, refusals } = webhooksWith();
  const reply = await notifierTo(fetch).notifyBill({ ...bill, billNo: '' });
  expect(reply).toMatchObject({ resultInfo: { resultCode: 'PARAM_ILLEGAL' } });
  expect(refusals).toMatchObject([{ error: { issues: [{ path: 'billNo' }] } }]);
});

test('notifyBill calls the path below signedPrefix and the tag', async () => {
  const urls: string[] = [];
  const fetch = (request: Request) => {
    urls.push(request.url);
    return webhooksWith({ signedPrefix: '/api' }).fetch(request);
  };
  await notifierTo(fetch, { signedPrefix: '/api' }).notifyBill(bill);
  expect(urls).toEqual([notifyBillUrl.replace('/noodle', '/api/noodle')]);
});

test('notifyBill rejects with ResponseUnexpected when the merchant refuses the signature', async () => {
  const { fetch } = webhooksWith();
  const refused = notifierTo(fetch, { privateKey: stranger.privateKey }).notifyBill(bill);
  await expect(refused).rejects.toMatchObject({ code: 'ResponseUnexpected', response: { status: 401 } });
});

test('notifyBill rejects with ResponseInvalid for a signed reply that does not fit the contract', async () => {
  const fetch = async (request: Request) =>
    sealResponse(
      Response.json({}),
      { httpUri: new URL(request.url).pathname, encrypted: false },
      { clientId, privateKey: merchant.privateKey },
    );
  const issue = { path: 'resultInfo', message: 'is missing' };
  await expect(notifierTo(fetch).notifyBill(bill)).rejects.toMatchObject({ code: 'ResponseInvalid', issues: [issue] });
});
