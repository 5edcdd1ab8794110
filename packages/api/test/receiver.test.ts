import { DecryptionFailed, memoryReplayStore, RSA_AES, replayGuard, type Stage } from '@alipayhk-pass/message-security';
import { describe, expect, expectTypeOf, test, vi } from 'vitest';
import { createGateway, type GatewayOptions } from '../src/gateway.ts';
import { createWebhooks } from '../src/webhooks.ts';
import {
  altered,
  bill,
  clientId,
  gateway,
  merchant,
  stranger,
  success,
  update,
  updatePassUrl,
  withHeader,
  withoutHeader,
} from './fixtures.ts';
import { gatewayWith, sealUpdate } from './gateway-fixture.ts';
import { sealCall, webhooksWith } from './webhooks-fixture.ts';

/** A key service in place of the merchant's public key: it verifies, and its numbers are not here to encrypt with. */
const remoteKey = { algorithm: 'RSA256', verify: merchant.publicKey.verify };

const stages: [what: string, stage: Stage, request: () => Promise<Request>, options?: Partial<GatewayOptions>][] = [
  ['another path', 'target', async () => new Request(`${updatePassUrl}/x`, await sealUpdate())],
  ['another method', 'target', () => sealUpdate({ method: 'PUT' })],
  ['another media type', 'target', () => withHeader(sealUpdate(), 'Content-Type', 'text/html')],
  ['no Client-Id', 'client', () => withoutHeader(sealUpdate(), 'Client-Id')],
  ['an unknown Client-Id', 'client', () => sealUpdate({}, { clientId: 'OTHER' })],
  [
    'a publicKeyOf that rejects',
    'client',
    () => sealUpdate(),
    { publicKeyOf: () => Promise.reject(new Error('down')) },
  ],
  ['no Signature', 'headers', () => withoutHeader(sealUpdate(), 'Signature')],
  ['a malformed Signature', 'headers', () => withHeader(sealUpdate(), 'Signature', 'algorithm=RSA256')],
  ['a Request-Time without a zone', 'headers', () => withHeader(sealUpdate(), 'Request-Time', '2024-05-22T06:42:21')],
  ['a malformed Encrypt header', 'headers', () => withHeader(sealUpdate(), 'Encrypt', 'algorithm=RSA_AES')],
  ['a body over the limit', 'body', () => sealUpdate({ json: 'x'.repeat(5000) }), { maxBodyBytes: 4000 }],
  ['a signature of another key', 'signature', () => sealUpdate({}, { privateKey: stranger.privateKey })],
  ['a body altered after signing', 'signature', async () => altered(await sealUpdate(), () => undefined, '{}')],
  ['another algorithm', 'signature', () => withHeader(sealUpdate(), 'Signature', 'algorithm=X, signature=AAAA')],
  ['a time an hour ago', 'time', () => sealUpdate({}, { now: () => Date.now() - 3_600_000 })],
  [
    'a body encrypted for another receiver',
    'decryption',
    () => sealUpdate({}, { publicKey: stranger.publicKey, encryption: RSA_AES }),
  ],
  ['a body that is not JSON', 'contract', () => sealUpdate({ body: 'passId=1' })],
  ['a body against the contract', 'contract', () => sealUpdate({ json: { ...update, passId: 7 } })],
  ['a handler that rejects', 'handler', () => sealUpdate(), { handler: () => Promise.reject(new Error('down')) }],
  [
    'a handler that rejects with an error of this package',
    'handler',
    () => sealUpdate(),
    { handler: () => Promise.reject(new DecryptionFailed()) },
  ],
  ['a handler that returns no result', 'handler', () => sealUpdate(), { handler: () => ({}) as never }],
  [
    'an encryptionKeyOf that returns a remote key',
    'sealing',
    () => sealUpdate({}, { encryption: RSA_AES }),
    { encryptionKeyOf: () => remoteKey },
  ],
];

test.each(stages)('a request with %s is refused at the stage %s', async (_, stage, request, options) => {
  const { fetch, refusals } = gatewayWith(options);
  await fetch(await request());
  expect(refusals[0]?.stage).toBe(stage);
});

test('a request that was received before is refused at the stage replay', async () => {
  const { fetch, refusals } = gatewayWith({ replayGuard: replayGuard(memoryReplayStore()) });
  const sealed = await sealUpdate();
  await fetch(sealed.clone());
  await fetch(sealed);
  expect(refusals.map(({ stage }) => stage)).toEqual(['replay']);
});

test('a request with a body that breaks off is refused at the stage body', async () => {
  const { fetch, refusals } = gatewayWith();
  const body = new ReadableStream({ pull: (controller) => controller.error(new Error('connection reset')) });
  await fetch(new Request(await sealUpdate(), { body, duplex: 'half' } as RequestInit));
  expect(refusals).toMatchObject([{ stage: 'body', error: { code: 'BodyIncomplete', message: 'the body broke off' } }]);
});

test.each<[what: string, options: Partial<GatewayOptions>]>([
  ['publicKeyOf', { publicKeyOf: () => Promise.reject(new DecryptionFailed()) }],
  ['onBody', { onBody: () => Promise.reject(new DecryptionFailed()) }],
  ['replayGuard', { replayGuard: () => Promise.reject(new DecryptionFailed()) }],
])('a gateway replies U when %s rejects with an error of this package', async (_, options) => {
  const response = await gatewayWith(options).fetch(await sealUpdate());
  expect(await response.json()).toMatchObject({ resultInfo: { resultCode: 'UNKNOWN_EXCEPTION', resultStatus: 'U' } });
});

test('a gateway makes a tracer id with an injected Crypto that lacks randomUUID', async () => {
  const { subtle } = crypto;
  const getRandomValues: Crypto['getRandomValues'] = (array) => crypto.getRandomValues(array);
  const { fetch } = gatewayWith({ crypto: { subtle, getRandomValues } as Crypto });
  expect((await fetch(await sealUpdate())).headers.get('Tracer-Id')).toMatch(/^[0-9a-f]{32}$/);
});

describe('an unsigned reply', () => {
  test.each(['s', '?', '?a=1', '/../other'])(
    'goes to a request with %j after the path of the operation',
    async (behind) => {
      const { fetch, handler, refusals } = gatewayWith();
      const response = await fetch(new Request(`${updatePassUrl}${behind}`, await sealUpdate()));
      expect(response.headers.has('Signature')).toBe(false);
      expect(await response.json()).toMatchObject({ resultInfo: { resultCode: 'INVALID_API', resultStatus: 'F' } });
      expect(handler).not.toHaveBeenCalled();
      expect(refusals).toMatchObject([{ stage: 'target', error: { name: 'Refused' } }]);
    },
  );

  test.each(['nobody', 'toString', '__proto__'])('goes to the unknown Client-Id %s', async (unknown) => {
    const { fetch, handler } = gatewayWith();
    const response = await fetch(await sealUpdate({}, { clientId: unknown }));
    expect(response.headers.has('Signature')).toBe(false);
    expect(response.headers.get('Tracer-Id')).toMatch(/^[0-9a-f]{32}$/);
    expect(await response.json()).toMatchObject({ resultInfo: { resultCode: 'INVALID_CLIENT', resultStatus: 'F' } });
    expect(handler).not.toHaveBeenCalled();
  });

  test('goes to a request without Client-Id', async () => {
    const response = await gatewayWith().fetch(
      new Request(updatePassUrl, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' }),
    );
    expect(response.headers.has('Signature')).toBe(false);
    expect(await response.json()).toMatchObject({ resultInfo: { resultCode: 'INVALID_CLIENT' } });
  });

  test('goes to a Client-Id for which publicKeyOf returns null', async () => {
    const response = await gatewayWith({ publicKeyOf: () => null }).fetch(await sealUpdate());
    expect(await response.json()).toMatchObject({ resultInfo: { resultCode: 'INVALID_CLIENT' } });
  });

  test('says U when publicKeyOf rejects', async () => {
    const { fetch, refusals } = gatewayWith({ publicKeyOf: () => Promise.reject(new Error('no database')) });
    const response = await fetch(await sealUpdate());
    expect(await response.json()).toMatchObject({
      resultInfo: { resultCode: 'UNKNOWN_EXCEPTION', resultStatus: 'U' },
    });
    expect(refusals).toMatchObject([{ error: { message: 'no database' } }]);
  });

  test('of HTTP status 500 replaces a reply that the private key does not sign', async () => {
    const sign = () => Promise.reject(new Error('HSM is gone'));
    const { fetch, refusals } = gatewayWith({ privateKey: { algorithm: 'RSA256', sign, unwrapKey: sign } });
    const response = await fetch(await sealUpdate());
    expect(response.status).toBe(500);
    expect(response.headers.has('Signature')).toBe(false);
    expect(await response.json()).toMatchObject({
      resultInfo: { resultCode: 'UNKNOWN_EXCEPTION', resultStatus: 'U' },
    });
    expect(refusals).toMatchObject([{ error: { message: 'HSM is gone' } }]);
  });

  test('of HTTP status 500 goes to a call when onBody rejects: the call is not verified yet', async () => {
    const { fetch } = webhooksWith({ onBody: () => Promise.reject(new Error('disk full')) });
    const response = await fetch(await sealCall('{}'));
    expect([response.status, response.headers.has('Signature')]).toEqual([500, false]);
  });
});

describe('a reply that cannot be encrypted', () => {
  const keys: [string, Partial<GatewayOptions>][] = [
    ['publicKeyOf returns a remote key', { publicKeyOf: () => remoteKey }],
    [
      'encryptionKeyOf returns a key of another algorithm',
      { encryptionKeyOf: () => ({ ...remoteKey, algorithm: 'ECC224' }) },
    ],
    ['encryptionKeyOf returns text', { encryptionKeyOf: () => 'a key' as never }],
  ];
  test.each(keys)('is refused before the handler runs when %s', async (_, options) => {
    const handler = vi.fn(() => success);
    const { fetch, refusals } = gatewayWith({ handler, ...options });
    const response = await fetch(await sealUpdate({}, { encryption: RSA_AES }));
    expect(handler).not.toHaveBeenCalled();
    expect(response.status).toBe(500);
    expect(response.headers.has('Signature')).toBe(false);
    expect(refusals[0]).toMatchObject({ stage: 'sealing', error: { name: 'TypeError' } });
  });

  test('does not hinder plain requests of the same merchant', async () => {
    const { fetch } = gatewayWith({ publicKeyOf: () => remoteKey });
    const response = await fetch(await sealUpdate());
    expect([response.status, response.headers.has('Signature')]).toEqual([200, true]);
  });
});

test('createGateway throws TypeError for an encryptedContentType that no header can hold', () => {
  expect(() => gatewayWith({ encryptedContentType: 'text/plain; charset=UTF-8\n' })).toThrow(
    new TypeError('encryptedContentType must be printable ASCII characters'),
  );
});

describe('the context', () => {
  test('reaches the functions and hooks of a gateway', async () => {
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
    const sealed = await sealUpdate();
    const { byteLength } = await sealed.clone().arrayBuffer();
    await fetch(sealed, 7);
    const names = ['publicKeyOf', 'encryptionKeyOf', `onBody ${byteLength}`, 'handler', 'onRefusal'];
    expect(seen).toEqual(names.map((name) => [name, 7]));
  });

  test('reaches the functions of webhooks', async () => {
    const notifyBill = vi.fn(() => success);
    const webhooks = createWebhooks<{ shop: string }>({
      tag: 'noodle-house',
      clientId,
      privateKey: merchant.privateKey,
      publicKey: gateway.publicKey,
      notifyBill,
      createMembercard: () => ({ resultInfo: success }),
    });
    await webhooks(await sealCall(), { shop: 'A' });
    expect(notifyBill).toHaveBeenCalledExactlyOnceWith(bill, expect.objectContaining({ clientId }), { shop: 'A' });
  });

  test('may be left out when its type is not declared', () => {
    expectTypeOf(gatewayWith().fetch).parameters.toEqualTypeOf<[Request, undefined?]>();
  });
});
