import { describe, expect, test } from 'vitest';
import { signedUri } from '../src/target.ts';
import { bill, success, updatePassUrl, withHeader } from './fixtures.ts';
import { gatewayWith, resultOf, sealUpdate } from './gateway-fixture.ts';
import { merchantOrigin, notifierTo, notifyBillUrl, sealCall, webhooksWith } from './webhooks-fixture.ts';

test.each([
  ['/shop/notify?a=1', '', '/shop/notify', '/shop/notify?a=1'],
  ['/shop/notify', '/api', '/shop/notify', '/api/shop/notify'],
  ['/api/shop/notify', '/api', '/shop/notify', '/api/shop/notify'],
  ['/apis/notify', '/api', '/apis/notify', '/api/apis/notify'],
  ['/api/open', '/api', '/api/open', '/api/api/open'],
  ['/api/api/open', '/api', '/api/open', '/api/api/open'],
])('signedUri of %s with prefix %j and operation %s is %s', (arrived, prefix, operation, signed) => {
  expect(signedUri(arrived, prefix, (path) => path === operation)).toBe(signed);
});

describe('signedPrefix', () => {
  test.each([
    ['without the prefix, as behind app.mount', notifyBillUrl],
    ['with the prefix', notifyBillUrl.replace('/noodle', '/api/v2/noodle')],
  ])('a call that was signed with the prefix is accepted when it arrives %s', async (_, arrivesAt) => {
    const { fetch, notifyBill } = webhooksWith({ signedPrefix: '/api/v2' });
    const notifier = notifierTo((request) => fetch(new Request(arrivesAt, request)), {
      baseUrl: `${merchantOrigin}/`,
      signedPrefix: '/api/v2',
    });
    expect(await notifier.notifyBill(bill)).toMatchObject({ resultInfo: success });
    expect(notifyBill).toHaveBeenCalledOnce();
  });

  test.each([
    ['without the prefix', updatePassUrl],
    ['with the prefix', updatePassUrl.replace('/api', '/api/api')],
  ])('a request for a path that begins like the prefix is accepted when it arrives %s', async (_, arrivesAt) => {
    const { fetch } = gatewayWith({ signedPrefix: '/api' });
    const sealed = await sealUpdate({ url: updatePassUrl.replace('/api', '/api/api') });
    const response = await fetch(new Request(arrivesAt, sealed));
    expect(await response.json()).toEqual({ resultInfo: success });
  });

  test('a call that was signed without the prefix gets HTTP status 401', async () => {
    const { fetch, notifyBill } = webhooksWith({ signedPrefix: '/api/v2' });
    const response = await fetch(await sealCall());
    expect([response.status, response.headers.has('Signature')]).toEqual([401, false]);
    expect(notifyBill).not.toHaveBeenCalled();
  });

  test.each(['api', '/api/', '/', '/a b', '//'])('createWebhooks throws TypeError for prefix %j', (signedPrefix) => {
    expect(() => webhooksWith({ signedPrefix })).toThrow(new TypeError('signedPrefix must be a path such as /api'));
  });
});

describe('the Content-Type of a request', () => {
  const resultCodeFor = async (contentType: string) => {
    const request = await withHeader(sealUpdate(), 'Content-Type', contentType);
    return (await resultOf(await gatewayWith().fetch(request.clone()), request)).resultCode;
  };

  test.each([
    'application/json',
    'application/json;charset=utf8',
    'application/json; charset="UTF8"',
    'application/json; charset=unicode-1-1-utf-8',
    'text/plain ; charset=utf-8',
    'text/plain; format=flowed; charset=UTF-8',
  ])('%s is accepted', async (contentType) => {
    expect(await resultCodeFor(contentType)).toBe('SUCCESS');
  });

  test.each([
    'application/json; charset=big5',
    'application/json; charset=utf-16',
    'text/html',
    `a${' '.repeat(64_000)}b`,
  ])('%.40s is refused', async (contentType) => {
    expect(await resultCodeFor(contentType)).toBe('MEDIA_TYPE_NOT_ACCEPTABLE');
  });
});
