import { constants, createCipheriv, privateDecrypt, publicEncrypt, randomBytes } from 'node:crypto';
import {
  DecryptionFailed,
  memoryReplayStore,
  openResponse,
  parseHeader,
  RSA_AES,
  replayGuard,
  type Stage,
  sealRequest,
} from '@alipayhk-pass/message-security';
import { keys } from '@alipayhk-pass/spec/vectors';
import { describe, expect, expectTypeOf, test, vi } from 'vitest';
import { createGateway, type GatewayOptions, type Refusal } from '../src/gateway.ts';
import { createWebhooks } from '../src/webhooks.ts';
import { bill, clientId, gateway, merchant, stranger, success, update } from './fixtures.ts';

const url = 'https://open.alipay.hk/api/open/alipay/v1/ipass/pass/manage/updatePass';

const post = (body: unknown = update) => new Request(url, { method: 'POST', body: JSON.stringify(body) });

/** A request sealed by the merchant. */
const seal = (request = post(), options: Partial<Parameters<typeof sealRequest>[1]> = {}) =>
  sealRequest(request, { clientId, privateKey: merchant.privateKey, publicKey: gateway.publicKey, ...options });

/** The request with one header set, or taken off. */
const withHeader = async (name: string, value: string | undefined, sealed = seal()) => {
  const request = new Request(await sealed);
  if (value === undefined) request.headers.delete(name);
  else request.headers.set(name, value);
  return request;
};

const tampered = async (sealed: Promise<Request>, body: string) => new Request(await sealed, { body });

const refusing = (options: Partial<GatewayOptions> = {}) => {
  const refusals: Refusal[] = [];
  const fetch = createGateway({
    publicKeyOf: (id) => (id === clientId ? merchant.publicKey : undefined),
    privateKey: gateway.privateKey,
    handler: () => success,
    maxBodyBytes: 4000,
    replayGuard: replayGuard(memoryReplayStore()),
    onRefusal: (refusal) => refusals.push(refusal),
    ...options,
  });
  return { fetch, refusals };
};

const stages: [what: string, stage: Stage, request: () => Promise<Request>, options?: Partial<GatewayOptions>][] = [
  ['another path', 'target', async () => new Request(`${url}/x`, await seal())],
  ['another method', 'target', async () => new Request(await seal(), { method: 'PUT' })],
  ['another media type', 'target', () => withHeader('Content-Type', 'text/html')],
  ['no Client-Id', 'client', () => withHeader('Client-Id', undefined)],
  ['an unknown Client-Id', 'client', () => seal(post(), { clientId: 'OTHER' })],
  ['a key store that fails', 'client', () => seal(), { publicKeyOf: () => Promise.reject(new Error('down')) }],
  ['no Signature', 'headers', () => withHeader('Signature', undefined)],
  ['a Signature out of form', 'headers', () => withHeader('Signature', 'algorithm=RSA256')],
  ['a Request-Time without a zone', 'headers', () => withHeader('Request-Time', '2024-05-22T06:42:21')],
  ['an Encrypt header out of form', 'headers', () => withHeader('Encrypt', 'algorithm=RSA_AES')],
  ['a body over the limit', 'body', () => seal(post('x'.repeat(5000)))],
  ['another’s signature', 'signature', () => seal(post(), { privateKey: stranger.privateKey })],
  ['a tampered body', 'signature', () => tampered(seal(), '{}')],
  ['another algorithm', 'signature', () => withHeader('Signature', 'algorithm=X, signature=AAAA')],
  ['a request from an hour ago', 'time', () => seal(post(), { now: () => Date.now() - 3_600_000 })],
  [
    'a body that is encrypted for another',
    'decryption',
    () => seal(post(), { publicKey: stranger.publicKey, encryption: RSA_AES }),
  ],
  ['a body that is not JSON', 'contract', () => seal(new Request(url, { method: 'POST', body: 'passId=1' }))],
  ['a body against the contract', 'contract', () => seal(post({ ...update, passId: 7 }))],
  ['a handler that throws', 'handler', () => seal(), { handler: () => Promise.reject(new Error('down')) }],
  ['a result that is none', 'handler', () => seal(), { handler: () => ({}) as never }],
  [
    'a merchant whose key cannot encrypt the reply',
    'sealing',
    () => seal(post(), { encryption: RSA_AES }),
    { encryptionKeyOf: () => ({ algorithm: 'RSA256', verify: async () => true }) },
  ],
];

test.each(stages)('a refusal for %s has the stage %s', async (_, stage, request, options) => {
  const { fetch, refusals } = refusing(options);
  await fetch(await request());
  expect(refusals[0]?.stage).toBe(stage);
});

test('a message that is received twice is refused at the stage replay', async () => {
  const { fetch, refusals } = refusing();
  const sealed = await seal();
  await fetch(sealed.clone());
  await fetch(sealed);
  expect(refusals.map(({ stage }) => stage)).toEqual(['replay']);
});

test('a handler that fails with an error of a message of its own is refused at the stage handler', async () => {
  const inner = refusing();
  const failing = new Error('inner');
  const { fetch, refusals } = refusing({ handler: () => Promise.reject(failing) });
  await fetch(await seal());
  expect(refusals).toMatchObject([{ stage: 'handler', error: failing }]);
  expect(inner.refusals).toEqual([]);
});

test.each<[what: string, options: Partial<GatewayOptions>]>([
  ['publicKeyOf', { publicKeyOf: () => Promise.reject(new DecryptionFailed()) }],
  ['onBody', { onBody: () => Promise.reject(new DecryptionFailed()) }],
  ['replayGuard', { replayGuard: () => Promise.reject(new DecryptionFailed()) }],
])('%s that fails with an error of this package gets U, not an F about the request', async (_, options) => {
  const response = await refusing(options).fetch(await seal());
  expect(await response.json()).toMatchObject({ resultInfo: { resultCode: 'UNKNOWN_EXCEPTION', resultStatus: 'U' } });
});

test('the key of a refusal is as long for a body that decrypts and is not JSON as for one that does not decrypt', async () => {
  const key = randomBytes(16);
  const cipher = createCipheriv('aes-128-ecb', key, null);
  const notJson = Buffer.concat([cipher.update('{'), cipher.final()]).toString('base64');
  const wrapped = publicEncrypt({ key: keys.gateway.publicKey, padding: constants.RSA_PKCS1_PADDING }, key);
  const lengths: number[] = [];
  for (const body of [notJson, randomBytes(48).toString('base64')]) {
    const sealed = await seal(new Request(url, { method: 'POST', body }));
    const value = encodeURIComponent(wrapped.toString('base64'));
    sealed.headers.set('Encrypt', `algorithm=RSA_AES, symmetricKey=${value}`);
    const { publicKey } = gateway;
    const { privateKey } = merchant;
    const response = await refusing().fetch(sealed.clone());
    const opened = await openResponse(response, sealed, { clientId, publicKey, privateKey, encryption: RSA_AES });
    expect(await opened.response.json()).toMatchObject({ resultInfo: { resultCode: 'PARAM_ILLEGAL' } });
    const encryptedKey = parseHeader('Encrypt', response.headers.get('Encrypt') ?? '').value;
    const padded = { key: keys.merchant.privateKey, padding: constants.RSA_NO_PADDING };
    lengths.push(256 - 1 - privateDecrypt(padded, encryptedKey).indexOf(0, 2)); // no byte of the padding is 0
  }
  expect(lengths).toEqual([32, 32]);
});

describe('a reply that cannot be encrypted is found out before the handler runs', () => {
  const remote = { algorithm: 'RSA256', verify: merchant.publicKey.verify };
  const cases: [string, Partial<GatewayOptions>][] = [
    ['the key that verifies is remote', { publicKeyOf: () => remote }],
    [
      'encryptionKeyOf returns a key of another algorithm',
      { encryptionKeyOf: () => ({ ...remote, algorithm: 'ECC224' }) },
    ],
    ['encryptionKeyOf returns text', { encryptionKeyOf: () => 'a key' as never }],
  ];
  test.each(cases)('%s', async (_, options) => {
    const handler = vi.fn(() => success);
    const { fetch, refusals } = refusing({ handler, ...options });
    const response = await fetch(await seal(post(), { encryption: RSA_AES }));
    expect(handler).not.toHaveBeenCalled();
    expect(response.status).toBe(500);
    expect(response.headers.has('Signature')).toBe(false);
    expect(refusals[0]).toMatchObject({ stage: 'sealing', error: { name: 'TypeError' } });
  });
});

test('a merchant whose key cannot encrypt sends plain requests all the same', async () => {
  const { fetch } = refusing({ publicKeyOf: () => ({ algorithm: 'RSA256', verify: merchant.publicKey.verify }) });
  const response = await fetch(await seal());
  expect([response.status, response.headers.has('Signature')]).toEqual([200, true]);
});

test('encryptedContentType with a character that no header holds is a TypeError when the gateway is made', () => {
  expect(() => refusing({ encryptedContentType: 'text/plain; charset=UTF-8\n' })).toThrow(
    new TypeError('encryptedContentType must be printable ASCII characters'),
  );
});

describe('the context', () => {
  test('of a request reaches the functions and hooks of a gateway', async () => {
    const seen: [string, number][] = [];
    const fetch = createGateway<number>({
      publicKeyOf: (_, context) => {
        seen.push(['publicKeyOf', context]);
        return merchant.publicKey;
      },
      encryptionKeyOf: (_, context) => void seen.push(['encryptionKeyOf', context]),
      privateKey: gateway.privateKey,
      onBody: (wire, context) => seen.push([`onBody ${wire.length}`, context]),
      handler: (_, received, context) => {
        expectTypeOf(received.tracerId).toBeString();
        seen.push(['handler', context]);
        throw new Error('down');
      },
      onRefusal: (_, context) => seen.push(['onRefusal', context]),
    });
    expectTypeOf(fetch).parameters.toEqualTypeOf<[Request, number]>();
    const sealed = await seal();
    const { length } = await sealed.clone().text();
    await fetch(sealed, 7);
    const names = ['publicKeyOf', 'encryptionKeyOf', `onBody ${length + 4}`, 'handler', 'onRefusal'];
    expect(seen).toEqual(names.map((name) => [name, 7])); // 金卡 has four more bytes than characters
  });

  test('of a call reaches the functions of the webhooks', async () => {
    const notifyBill = vi.fn(() => success);
    const webhooks = createWebhooks<{ shop: string }>({
      tag: 'shop',
      clientId,
      privateKey: merchant.privateKey,
      publicKey: gateway.publicKey,
      notifyBill,
      createMembercard: () => ({ resultInfo: success }),
    });
    const call = new Request('https://merchant.example/shop/points/bill/notify', {
      method: 'POST',
      body: JSON.stringify(bill),
    });
    await webhooks(await sealRequest(call, { clientId, privateKey: gateway.privateKey }), { shop: 'A' });
    expect(notifyBill).toHaveBeenCalledExactlyOnceWith(bill, expect.objectContaining({ clientId }), { shop: 'A' });
  });

  test('may be left out where none is declared', () => {
    expectTypeOf(refusing().fetch).parameters.toEqualTypeOf<[Request, undefined?]>();
  });
});

test('a webhook whose onBody throws gets an unsigned reply: the call is not verified yet', async () => {
  const webhooks = createWebhooks({
    tag: 'shop',
    clientId,
    privateKey: merchant.privateKey,
    publicKey: gateway.publicKey,
    notifyBill: () => success,
    createMembercard: () => ({ resultInfo: success }),
    onBody: () => Promise.reject(new Error('disk full')),
  });
  const call = new Request('https://merchant.example/shop/points/bill/notify', { method: 'POST', body: '{}' });
  const response = await webhooks(await sealRequest(call, { clientId, privateKey: gateway.privateKey }));
  expect([response.status, response.headers.has('Signature')]).toEqual([500, false]);
});
