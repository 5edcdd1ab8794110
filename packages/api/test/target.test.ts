import { RSA_AES, sealRequest } from '@alipayhk-pass/message-security';
import { describe, expect, test, vi } from 'vitest';
import { createGateway, createNotifier } from '../src/gateway.ts';
import { createWebhooks } from '../src/webhooks.ts';
import { bill, clientId, gateway, merchant, success, update } from './fixtures.ts';

const path = '/api/open/alipay/v1/ipass/pass/manage/updatePass';

const webhooksFor = (signedPrefix?: string) => {
  const notifyBill = vi.fn(() => success);
  const fetch = createWebhooks({
    tag: 'shop',
    clientId,
    privateKey: merchant.privateKey,
    publicKey: gateway.publicKey,
    encryption: RSA_AES,
    signedPrefix,
    notifyBill,
    createMembercard: () => ({ resultInfo: success }),
  });
  return { fetch, notifyBill };
};

const gatewayWith = () =>
  createGateway({ publicKeyOf: () => merchant.publicKey, privateKey: gateway.privateKey, handler: () => success });

const sealed = (contentType: string, body: BodyInit = JSON.stringify(update)) =>
  sealRequest(new Request(`https://open.alipay.hk${path}`, { method: 'POST', body }), {
    clientId,
    privateKey: merchant.privateKey,
    publicKey: gateway.publicKey,
  }).then((request) => {
    request.headers.set('Content-Type', contentType);
    return request;
  });

describe('signedPrefix', () => {
  test.each([
    ['a call that arrives without the prefix, as behind app.mount', 'https://shop.example/shop/points/bill/notify'],
    ['a call that arrives with it', 'https://shop.example/api/v2/shop/points/bill/notify'],
  ])('accepts %s', async (_, arrivesAt) => {
    const { fetch, notifyBill } = webhooksFor('/api/v2');
    const carry = (request: Request) => fetch(new Request(arrivesAt, request));
    const alipayhk = createNotifier({
      baseUrl: 'https://shop.example/',
      tag: 'shop',
      clientId,
      privateKey: gateway.privateKey,
      publicKey: merchant.publicKey,
      fetch: carry,
      signedPrefix: '/api/v2',
    });
    expect(await alipayhk.notifyBill(bill)).toMatchObject({ resultInfo: success });
    expect(notifyBill).toHaveBeenCalledOnce();
  });

  test.each([
    ['without the prefix', `https://gateway.example${path}`],
    ['with it', `https://gateway.example/api${path}`],
  ])('accepts a request that arrives %s, where the path itself begins as the prefix does', async (_, arrivesAt) => {
    const fetch = createGateway({
      publicKeyOf: () => merchant.publicKey,
      privateKey: gateway.privateKey,
      handler: () => success,
      signedPrefix: '/api',
    });
    const init = { method: 'POST', body: JSON.stringify(update) };
    const signed = await sealRequest(new Request(`https://gateway.example/api${path}`, init), {
      clientId,
      privateKey: merchant.privateKey,
    });
    const response = await fetch(new Request(arrivesAt, signed));
    expect(await response.json()).toEqual({ resultInfo: success });
  });

  test('refuses a call that was signed without it', async () => {
    const call = new Request('https://shop.example/shop/points/bill/notify', {
      method: 'POST',
      body: JSON.stringify(bill),
    });
    const { fetch, notifyBill } = webhooksFor('/api/v2');
    const response = await fetch(await sealRequest(call, { clientId, privateKey: gateway.privateKey }));
    expect([response.status, response.headers.has('Signature')]).toEqual([401, false]);
    expect(notifyBill).not.toHaveBeenCalled();
  });

  test.each(['api', '/api/', '/', '/a b', '//'])('that is not a path (%j) is a TypeError', (signedPrefix) => {
    expect(() => webhooksFor(signedPrefix)).toThrow(new TypeError('signedPrefix must be a path such as /api'));
  });
});

describe('the media type of a request', () => {
  test.each([
    'application/json',
    'application/json;charset=utf8',
    'application/json; charset="UTF8"',
    'application/json; charset=unicode-1-1-utf-8',
    'text/plain ; charset = utf-8'.replace(' = ', '='),
    'text/plain; format=flowed; charset=UTF-8',
  ])('%s is accepted', async (contentType) => {
    const response = await gatewayWith()(await sealed(contentType));
    expect(await response.json()).toMatchObject({ resultInfo: { resultCode: 'SUCCESS' } });
  });

  test.each([
    'application/json; charset=big5',
    'application/json; charset=utf-16',
    'text/html',
    `a${' '.repeat(64_000)}b`,
  ])('%.40s is refused', async (contentType) => {
    const response = await gatewayWith()(await sealed(contentType));
    expect(await response.json()).toMatchObject({ resultInfo: { resultCode: 'MEDIA_TYPE_NOT_ACCEPTABLE' } });
  });
});

test.each([undefined, RSA_AES])(
  'a byte-order mark before the JSON of a body is ignored; encryption %o',
  async (encryption) => {
    const request = new Request(`https://open.alipay.hk${path}`, {
      method: 'POST',
      body: `\ufeff${JSON.stringify(update)}`,
    });
    const parties = { clientId, privateKey: merchant.privateKey, publicKey: gateway.publicKey, encryption };
    const refused = vi.fn();
    const fetch = createGateway({
      publicKeyOf: () => merchant.publicKey,
      privateKey: gateway.privateKey,
      handler: () => success,
      onRefusal: refused,
    });
    await fetch(await sealRequest(request, parties));
    expect(refused).not.toHaveBeenCalled();
  },
);
