import { constants, createDecipheriv, privateDecrypt } from 'node:crypto';
import {
  HeaderInvalid,
  memoryReplayStore,
  type OpenedResponse,
  openResponse,
  parseHeader,
  RSA_AES,
  replayGuard,
  sealRequest,
  tracerIdOf,
} from '@alipayhk-pass/message-security';
import { keys, vectors } from '@alipayhk-pass/spec/vectors';
import { describe, expect, test, vi } from 'vitest';
import { createGateway, type GatewayOptions, type Refusal, type ResultInfo } from '../src/gateway.ts';
import { clientId, gateway, merchant, stranger, success, update } from './fixtures.ts';

const url = 'https://open.alipay.hk/api/open/alipay/v1/ipass/pass/manage/updatePass';

/** A gateway with its refusals recorded. */
function gatewayFor(options: Partial<GatewayOptions> = {}) {
  const refusals: Refusal[] = [];
  const handler = vi.fn<GatewayOptions['handler']>(() => success);
  const fetch = createGateway({
    publicKeyOf: (id) => (id === clientId ? merchant.publicKey : undefined),
    privateKey: gateway.privateKey,
    handler,
    onRefusal: (refusal) => refusals.push(refusal),
    ...options,
  });
  return { fetch, handler, refusals };
}

interface Sealing {
  url?: string;
  method?: string;
  body?: BodyInit;
  encryption?: typeof RSA_AES;
  now?: number;
  privateKey?: typeof merchant.privateKey;
  as?: string;
}

const seal = (sealing: Sealing = {}) =>
  sealRequest(
    new Request(sealing.url ?? url, { method: sealing.method ?? 'POST', body: sealing.body ?? JSON.stringify(update) }),
    {
      clientId: sealing.as ?? clientId,
      privateKey: sealing.privateKey ?? merchant.privateKey,
      publicKey: gateway.publicKey,
      encryption: sealing.encryption,
      now: () => sealing.now ?? Date.now(),
    },
  );

const changed = async (request: Request, change: (headers: Headers) => void, body?: BodyInit) => {
  const headers = new Headers(request.headers);
  change(headers);
  return new Request(request.url, { method: request.method, headers, body: body ?? (await request.text()) });
};

/** The answer, verified as the merchant would. */
async function answer(response: Response, to: Request): Promise<ResultInfo & Pick<OpenedResponse, 'encrypted'>> {
  const keys = { publicKey: gateway.publicKey, privateKey: merchant.privateKey, encryption: RSA_AES };
  // Only its address: a request may be from another time on purpose.
  const opened = await openResponse(response, { url: to.url }, { clientId, ...keys });
  expect(opened.tracerId).toMatch(/^[0-9a-f]{32}$/);
  const { resultInfo } = (await opened.response.json()) as { resultInfo: ResultInfo };
  return { ...resultInfo, encrypted: opened.encrypted };
}

describe('refusals to a known merchant, each signed', () => {
  const invalid = JSON.stringify({ ...update, passId: '' });
  const cases: [string, () => Promise<Request>, string, string][] = [
    ['another method', () => seal({ method: 'PUT' }), 'METHOD_NOT_SUPPORTED', 'Refused'],
    [
      'another media type',
      async () => changed(await seal(), (headers) => headers.set('Content-Type', 'application/xml')),
      'MEDIA_TYPE_NOT_ACCEPTABLE',
      'Refused',
    ],
    [
      'another charset',
      async () => changed(await seal(), (headers) => headers.set('Content-Type', 'application/json; charset=big5')),
      'MEDIA_TYPE_NOT_ACCEPTABLE',
      'Refused',
    ],
    [
      'a stranger’s signature',
      () => seal({ privateKey: stranger.privateKey }),
      'INVALID_SIGNATURE',
      'SignatureVerificationFailed',
    ],
    [
      'a tampered body',
      async () => changed(await seal(), () => undefined, '{}'),
      'INVALID_SIGNATURE',
      'SignatureVerificationFailed',
    ],
    [
      'no signature',
      async () => changed(await seal(), (headers) => headers.delete('Signature')),
      'INVALID_SIGNATURE',
      'HeaderInvalid',
    ],
    [
      'a signature header twice',
      async () => changed(await seal(), (headers) => headers.append('Signature', headers.get('Signature') ?? '')),
      'INVALID_SIGNATURE',
      'HeaderInvalid',
    ],
    ['a request from an hour ago', () => seal({ now: Date.now() - 3_600_000 }), 'INVALID_SIGNATURE', 'TimeNotAccepted'],
    ['a request from the future', () => seal({ now: Date.now() + 400_000 }), 'INVALID_SIGNATURE', 'TimeNotAccepted'],
    ['no JSON', () => seal({ body: 'passId=1' }), 'PARAM_ILLEGAL', 'RequestInvalid'],
    [
      'JSON that is not UTF-8',
      () => seal({ body: new Uint8Array([0x22, 0xff, 0x22]) }),
      'PARAM_ILLEGAL',
      'RequestInvalid',
    ],
    ['a body against the contract', () => seal({ body: invalid }), 'PARAM_ILLEGAL', 'RequestInvalid'],
    ['an empty body', () => seal({ body: '' }), 'PARAM_ILLEGAL', 'RequestInvalid'],
  ];
  test.each(cases)('%s', async (_, request, resultCode, name) => {
    const { fetch, handler, refusals } = gatewayFor();
    const sealed = await request();
    const response = await fetch(sealed.clone());
    expect(response.status).toBe(200);
    expect(await answer(response, sealed)).toMatchObject({ resultCode, resultStatus: 'F', encrypted: false });
    expect(handler).not.toHaveBeenCalled();
    expect(refusals).toMatchObject([{ error: { name }, clientId, resultInfo: { resultCode } }]);
  });

  test.each([
    ['a symmetric key for somebody else', (headers: Headers) => headers.set('Encrypt', otherKey), 'DecryptionFailed'],
    ['a plain body under an Encrypt header', undefined, 'DecryptionFailed'],
    ['a body against the contract', undefined, 'RequestInvalid'],
  ])('encrypted: %s is PARAM_ILLEGAL, with one text, encrypted', async (what, change, name) => {
    const { fetch, refusals } = gatewayFor();
    const plain = what.startsWith('a plain');
    const body = what.endsWith('contract') ? invalid : undefined;
    const sealed = await seal({ ...(body && { body }), ...(!plain && { encryption: RSA_AES }) });
    const request = await changed(sealed, (headers) => (plain ? headers.set('Encrypt', otherKey) : change?.(headers)));
    expect(await answer(await fetch(request), sealed)).toEqual({
      resultCode: 'PARAM_ILLEGAL',
      resultStatus: 'F',
      resultMessage: 'Illegal parameters.',
      encrypted: true,
    });
    expect(refusals).toMatchObject([{ error: { name } }]);
  });
  const otherKey = `algorithm=RSA_AES, symmetricKey=${encodeURIComponent(btoa('k'.repeat(256)))}`;

  test.each([
    [
      'throws',
      () => {
        throw new Error('database is gone');
      },
    ],
    ['rejects', () => Promise.reject(new Error('database is gone'))],
    ['rejects with an error of this package', () => Promise.reject(new HeaderInvalid('Encrypt', 'database'))],
    ['returns no resultInfo', () => ({ ok: true }) as never],
  ])('a handler that %s is UNKNOWN_EXCEPTION, and the reason stays inside', async (_, handler) => {
    const { fetch, refusals } = gatewayFor({ handler });
    const sealed = await seal();
    const response = await fetch(sealed.clone());
    expect(await response.clone().text()).not.toContain('database');
    expect(await answer(response, sealed)).toMatchObject({ resultCode: 'UNKNOWN_EXCEPTION', resultStatus: 'U' });
    expect(refusals).toHaveLength(1);
  });
});

describe('limits', () => {
  const countingKey = () => {
    const verify = vi.fn(merchant.publicKey.verify);
    return { verify, publicKeyOf: () => ({ ...merchant.publicKey, verify }) };
  };

  test('a body over 1 MiB is refused before any cryptography, without being read to its end', async () => {
    const { verify, publicKeyOf } = countingKey();
    const { fetch, refusals } = gatewayFor({ publicKeyOf });
    const sealed = await seal();
    let pulled = 0;
    const endless = new ReadableStream({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(64 * 1024));
      },
    });
    const init = { method: 'POST', headers: sealed.headers, body: endless, duplex: 'half' };
    const response = await fetch(new Request(url, init as RequestInit));
    expect(await answer(response, sealed)).toMatchObject({ resultCode: 'PARAM_ILLEGAL' });
    expect(refusals).toMatchObject([{ error: { code: 'BodyTooLarge', limit: 1024 * 1024 } }]);
    expect(verify).not.toHaveBeenCalled();
    expect(pulled).toBeLessThan(24);
  });

  test('the limit is what is configured, to the byte', async () => {
    const body = JSON.stringify(update);
    const maxBodyBytes = new TextEncoder().encode(body).length;
    const codeAt = async (limit: number) => {
      const sealed = await seal({ body });
      return (await answer(await gatewayFor({ maxBodyBytes: limit }).fetch(sealed.clone()), sealed)).resultCode;
    };
    expect(await codeAt(maxBodyBytes)).toBe('SUCCESS');
    expect(await codeAt(maxBodyBytes - 1)).toBe('PARAM_ILLEGAL');
  });
});

test.each(['nobody', 'toString', '__proto__'])(
  'an unknown Client-Id (%s) gets an unsigned INVALID_CLIENT',
  async (as) => {
    const { fetch, handler } = gatewayFor();
    const response = await fetch(await seal({ as }));
    expect(response.headers.has('Signature')).toBe(false);
    expect(tracerIdOf(response)).toMatch(/^[0-9a-f]{32}$/);
    expect(await response.json()).toMatchObject({ resultInfo: { resultCode: 'INVALID_CLIENT', resultStatus: 'F' } });
    expect(handler).not.toHaveBeenCalled();
  },
);

test('no Client-Id at all gets the same', async () => {
  const response = await gatewayFor().fetch(
    new Request(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' }),
  );
  expect(await response.json()).toMatchObject({ resultInfo: { resultCode: 'INVALID_CLIENT' } });
});

test('a key store that fails is an unsigned UNKNOWN_EXCEPTION', async () => {
  const { fetch, refusals } = gatewayFor({ publicKeyOf: () => Promise.reject(new Error('no database')) });
  const response = await fetch(await seal());
  expect(await response.json()).toMatchObject({ resultInfo: { resultCode: 'UNKNOWN_EXCEPTION', resultStatus: 'U' } });
  expect(refusals).toMatchObject([{ error: { message: 'no database' } }]);
});

test('a hook that throws does not keep the merchant from its answer', async () => {
  const onRefusal = () => {
    throw new Error('log is full');
  };
  const sealed = await seal({ body: '{}' });
  expect(await answer(await gatewayFor({ onRefusal }).fetch(sealed.clone()), sealed)).toMatchObject({
    resultCode: 'PARAM_ILLEGAL',
  });
});

test.each([
  ['plain', undefined, 'application/json; charset=UTF-8'],
  ['encrypted', RSA_AES, 'text/plain; charset=UTF-8'],
])('a %s request reaches the handler, and the answer takes the same form', async (_, encryption, contentType) => {
  const { fetch, handler, refusals } = gatewayFor();
  const sealed = await seal({ encryption });
  const response = await fetch(sealed.clone());
  expect(response.headers.get('Content-Type')).toBe(contentType);
  expect(await answer(response, sealed)).toEqual({ ...success, encrypted: encryption !== undefined });
  expect(handler).toHaveBeenCalledExactlyOnceWith(
    update,
    {
      clientId,
      requestTime: sealed.headers.get('Request-Time'),
      encrypted: encryption !== undefined,
      keyVersion: undefined,
      symmetricKeyLength: encryption && 32,
      tracerId: tracerIdOf(response),
    },
    undefined,
  );
  expect(refusals).toEqual([]);
});

test.each([
  ['request-encrypted-aes128', 16],
  ['request-encrypted-aes192', 24],
  ['request-encrypted-aes256', 32],
] as const)('the reply to %s has a symmetric key of %i bytes, by OpenSSL', async (name, length) => {
  const { method, headers, body, time } = vectors[name];
  const { fetch } = gatewayFor({ now: () => Date.parse(time) });
  const response = await fetch(new Request(url, { method, headers, body }));
  const { value } = parseHeader('Encrypt', response.headers.get('Encrypt') ?? '');
  const key = privateDecrypt({ key: keys.merchant.privateKey, padding: constants.RSA_PKCS1_PADDING }, value);
  expect(key).toHaveLength(length);
  const decipher = createDecipheriv(`aes-${length * 8}-ecb`, key, null);
  const plain = decipher.update(await response.text(), 'base64', 'utf8') + decipher.final('utf8');
  expect(JSON.parse(plain)).toEqual({ resultInfo: success });
});

test.each(['s', '?', '?a=1', '/../other', '#x?'])(
  'a path that is not exactly the operation’s (%j behind it) gets a reply without a signature',
  async (behind) => {
    const { fetch, handler, refusals } = gatewayFor();
    const sealed = await seal();
    const request = new Request(`${url}${behind.replace('#x', '')}`, sealed);
    const response = await fetch(request);
    expect(response.headers.has('Signature')).toBe(false);
    expect(await response.json()).toMatchObject({ resultInfo: { resultCode: 'INVALID_API', resultStatus: 'F' } });
    expect(handler).not.toHaveBeenCalled();
    expect(refusals).toMatchObject([{ stage: 'target', error: { name: 'Refused' } }]);
  },
);

test('an answer that cannot be sealed is HTTP 500 without a signature, whatever the handler said', async () => {
  const sign = () => Promise.reject(new Error('HSM is gone'));
  const { fetch, refusals } = gatewayFor({ privateKey: { algorithm: 'RSA256', sign, unwrapKey: sign } });
  const response = await fetch(await seal());
  expect(response.status).toBe(500);
  expect(response.headers.has('Signature')).toBe(false);
  expect(await response.json()).toMatchObject({ resultInfo: { resultCode: 'UNKNOWN_EXCEPTION', resultStatus: 'U' } });
  expect(refusals).toMatchObject([{ error: { message: 'HSM is gone' } }]);
});

test('with a replay guard the same message counts once', async () => {
  const { fetch, handler } = gatewayFor({ replayGuard: replayGuard(memoryReplayStore()) });
  const sealed = await seal();
  expect(await answer(await fetch(sealed.clone()), sealed)).toMatchObject({ resultCode: 'SUCCESS' });
  expect(await answer(await fetch(sealed.clone()), sealed)).toMatchObject({ resultCode: 'INVALID_SIGNATURE' });
  expect(handler).toHaveBeenCalledOnce();
});

test.each([
  ['no privateKey', { privateKey: undefined }, /^privateKey is missing; expected what importPrivateKey returns/],
  ['a tolerance of 0', { tolerance: 0 }, /^tolerance must be a number of seconds/],
  ['a limit of 0', { maxBodyBytes: 0 }, /^maxBodyBytes must be a number of bytes/],
  ['no handler', { handler: undefined }, /^handler must be a function/],
  ['no publicKeyOf', { publicKeyOf: undefined }, /^publicKeyOf must be a function/],
  ['a zone by name', { zone: 'HKT' }, /^zone must be an offset/],
])('%s is a TypeError when the gateway is made, not when the first request comes', (_, mistake, text) => {
  const options = { publicKeyOf: () => undefined, privateKey: gateway.privateKey, handler: () => success, ...mistake };
  expect(() => createGateway(options as GatewayOptions)).toThrow(text);
});

describe('a merchant who signs with another algorithm than RSA256', () => {
  const other = { ...merchant.publicKey, algorithm: 'OTHER' };
  const sealedByOther = () => seal({ encryption: RSA_AES, privateKey: { ...merchant.privateKey, algorithm: 'OTHER' } });

  test('gets encrypted answers under the RSA key that encryptionKeyOf knows', async () => {
    const { fetch, handler } = gatewayFor({ publicKeyOf: () => other, encryptionKeyOf: () => merchant.publicKey });
    const sealed = await sealedByOther();
    expect(await answer(await fetch(sealed.clone()), sealed)).toMatchObject({ resultCode: 'SUCCESS', encrypted: true });
    expect(handler).toHaveBeenCalledOnce();
  });

  test('and without one is refused before anything is applied', async () => {
    const { fetch, handler, refusals } = gatewayFor({ publicKeyOf: () => other });
    expect((await fetch(await sealedByOther())).status).toBe(500);
    expect(handler).not.toHaveBeenCalled();
    expect(refusals[0]).toMatchObject({
      stage: 'sealing',
      error: { message: expect.stringMatching(/^publicKey cannot encrypt with RSA_AES/) },
    });
  });
});

test('a hook that rejects does not end the process, nor keep the merchant from its answer', async () => {
  const unhandled = vi.fn();
  process.once('unhandledRejection', unhandled);
  const sealed = await seal({ body: '{}' });
  const { fetch } = gatewayFor({ onRefusal: () => Promise.reject(new Error('log is full')) });
  expect(await answer(await fetch(sealed.clone()), sealed)).toMatchObject({ resultCode: 'PARAM_ILLEGAL' });
  await new Promise((resolve) => setTimeout(resolve, 20));
  process.off('unhandledRejection', unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});

test('a Client-Id for which the key store says null is unknown', async () => {
  const response = await gatewayFor({ publicKeyOf: () => null }).fetch(await seal());
  expect(await response.json()).toMatchObject({ resultInfo: { resultCode: 'INVALID_CLIENT' } });
});

test.each([false, true])(
  'a body that nests thousands deep is against the contract, in the same answer; encrypted: %s',
  async (encrypted) => {
    const deep = `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`;
    const bodies = [JSON.stringify({ ...update, dataInfo: 'DEEP' }).replace('"DEEP"', deep), '{}', 'no JSON'];
    const lengths = new Set<number>();
    for (const body of bodies) {
      const { fetch } = gatewayFor();
      const sealed = await seal({ body, ...(encrypted && { encryption: RSA_AES }) });
      const response = await fetch(sealed.clone());
      lengths.add((await response.clone().text()).length);
      expect(await answer(response, sealed)).toMatchObject({ resultCode: 'PARAM_ILLEGAL', encrypted });
    }
    expect(lengths.size).toBe(1);
  },
);
