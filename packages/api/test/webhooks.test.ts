import { createSign, createVerify } from 'node:crypto';
import {
  DecryptionFailed,
  openResponse,
  ResponseMissing,
  RSA_AES,
  type SealOptions,
  sealRequest,
  sealResponse,
} from '@alipayhk-pass/message-security';
import { keys } from '@alipayhk-pass/spec/vectors';
import { describe, expect, test, vi } from 'vitest';
import { createNotifier, type NotifierOptions } from '../src/gateway.ts';
import { createWebhooks, type Refusal, type WebhooksOptions } from '../src/webhooks.ts';
import { bill, clientId, gateway, merchant, stranger, success } from './fixtures.ts';

const origin = 'https://merchant.example';
const url = `${origin}/noodle-house/points/bill/notify`;
const joining = { userId: bill.userId, mobileNo: '85291234567' };

/** A merchant's side with its refusals recorded. */
function webhooksFor(options: Partial<WebhooksOptions> = {}) {
  const refusals: Refusal[] = [];
  const notifyBill = vi.fn<WebhooksOptions['notifyBill']>(() => success);
  const createMembercard = vi.fn<WebhooksOptions['createMembercard']>(() => ({ resultInfo: success, memberNo: 'M1' }));
  const fetch = createWebhooks({
    tag: 'noodle-house',
    clientId,
    privateKey: merchant.privateKey,
    publicKey: gateway.publicKey,
    encryption: RSA_AES,
    notifyBill,
    createMembercard,
    onRefusal: (refusal) => refusals.push(refusal),
    ...options,
  });
  return { fetch, notifyBill, createMembercard, refusals };
}

const notifierOf = (fetch: NotifierOptions['fetch'], options: Partial<NotifierOptions> = {}) =>
  createNotifier({
    baseUrl: origin,
    tag: 'noodle-house',
    clientId,
    privateKey: gateway.privateKey,
    publicKey: merchant.publicKey,
    fetch,
    ...options,
  });

const seal = (body: unknown = bill, options: Partial<SealOptions & { url: string; method: string }> = {}) =>
  sealRequest(
    new Request(options.url ?? url, {
      method: options.method ?? 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
    }),
    { clientId, privateKey: gateway.privateKey, publicKey: merchant.publicKey, ...options },
  );

const changed = async (request: Request, change: (headers: Headers) => void, body?: string) => {
  const headers = new Headers(request.headers);
  change(headers);
  return new Request(request.url, { method: request.method, headers, body: body ?? (await request.text()) });
};

describe('what AlipayHK signed reaches the merchant’s function', () => {
  test.each([undefined, RSA_AES])('a bill, encryption %o: the answer is signed and says so too', async (encryption) => {
    const { fetch, notifyBill } = webhooksFor();
    const alipayhk = notifierOf(fetch, { encryption, requireEncryption: encryption !== undefined });
    expect(await alipayhk.notifyBill({ ...bill, note: 1 } as typeof bill)).toEqual({
      resultInfo: success,
      result: success,
    });
    expect(notifyBill).toHaveBeenCalledWith(
      { ...bill, note: 1 },
      {
        clientId,
        encrypted: encryption !== undefined,
        keyVersion: undefined,
        symmetricKeyLength: encryption && 32,
        requestTime: expect.stringMatching(/\+08:00$/),
        tracerId: expect.stringMatching(/^[0-9a-f]{32}$/),
      },
      undefined,
    );
  });

  test('a request for a card, and what the merchant adds to the answer', async () => {
    const { fetch, createMembercard, notifyBill } = webhooksFor();
    expect(await notifierOf(fetch).createMembercard(joining)).toEqual({
      resultInfo: success,
      result: success,
      memberNo: 'M1',
    });
    expect(createMembercard.mock.calls[0]?.[0]).toEqual(joining);
    expect(notifyBill).not.toHaveBeenCalled();
  });

  test('the same call again is answered again: a repetition is no replay', async () => {
    const { fetch, notifyBill } = webhooksFor();
    const sealed = await seal();
    for (let time = 0; time < 3; time++) expect((await fetch(sealed.clone())).headers.has('Signature')).toBe(true);
    expect(notifyBill).toHaveBeenCalledTimes(3);
  });

  test('F and U of the merchant’s function travel as they are', async () => {
    for (const resultStatus of ['F', 'U'] as const) {
      const resultInfo = { resultCode: 'BILL_UNKNOWN', resultStatus };
      const { fetch, refusals } = webhooksFor({ notifyBill: () => resultInfo });
      expect(await notifierOf(fetch).notifyBill(bill)).toEqual({ resultInfo, result: resultInfo });
      expect(refusals).toEqual([]);
    }
  });

  test('S only after the function has settled', async () => {
    const order: string[] = [];
    const { fetch } = webhooksFor({
      notifyBill: async () => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        order.push('stored');
        return success;
      },
    });
    await notifierOf(fetch).notifyBill(bill);
    order.push('answered');
    expect(order).toEqual(['stored', 'answered']);
  });

  test('as OpenSSL signs and verifies it, with the text to be signed written out here', async () => {
    const { fetch } = webhooksFor();
    const [body, time] = [JSON.stringify(bill), new Date().toISOString()];
    const text = `POST /noodle-house/points/bill/notify\n${clientId}.${time}.${body}`;
    const signature = encodeURIComponent(createSign('SHA256').update(text).sign(keys.gateway.privateKey, 'base64'));
    const headers = {
      'Content-Type': 'application/json; charset=UTF-8',
      'Client-Id': clientId,
      'Request-Time': time,
      Signature: `algorithm=RSA256, keyVersion=1, signature=${signature}`,
    };
    const response = await fetch(new Request(url, { method: 'POST', headers, body }));
    const answer = await response.text();
    const said = `POST /noodle-house/points/bill/notify\n${clientId}.${response.headers.get('Response-Time')}.${answer}`;
    const [, value = ''] = /signature=(.*)$/.exec(response.headers.get('Signature') ?? '') ?? [];
    const verify = createVerify('SHA256').update(said);
    expect(verify.verify(keys.merchant.publicKey, decodeURIComponent(value), 'base64')).toBe(true);
    expect(JSON.parse(answer)).toEqual({ resultInfo: success, result: success });
  });
});

describe('signed, and refused', () => {
  test.each<[what: string, body: unknown]>([
    ['no JSON', 'billNo=1'],
    ['no billNo', { ...bill, billNo: undefined }],
    ['an amount that is none', { ...bill, orderAmount: { currency: 'HKD', value: '-1' } }],
    ['a list', [bill]],
  ])('%s: F, for it will never be right', async (_, body) => {
    const { fetch, notifyBill, refusals } = webhooksFor();
    const sealed = await seal(body);
    const opened = await openResponse(await fetch(sealed.clone()), sealed, { clientId, publicKey: merchant.publicKey });
    expect(await opened.response.json()).toMatchObject({
      resultInfo: { resultCode: 'PARAM_ILLEGAL', resultStatus: 'F' },
    });
    expect(notifyBill).not.toHaveBeenCalled();
    expect(refusals).toMatchObject([{ error: { code: 'RequestInvalid' }, clientId }]);
  });

  test.each<[what: string, notifyBill: WebhooksOptions['notifyBill']]>([
    ['throws', () => expect.fail('database is gone')],
    ['rejects', () => Promise.reject(new Error('database is gone'))],
    ['returns nothing', () => undefined as never],
    ['fails with an error of this package, about a message of its own', () => Promise.reject(new DecryptionFailed())],
    ['calls AlipayHK and gets no answer', () => Promise.reject(new ResponseMissing('within 1 ms', 'database'))],
  ])('a function that %s: U, so that AlipayHK calls again, and the reason stays inside', async (_, notifyBill) => {
    const { fetch, refusals } = webhooksFor({ notifyBill });
    const answer = await notifierOf(fetch).notifyBill(bill);
    expect(answer).toMatchObject({ resultInfo: { resultCode: 'UNKNOWN_EXCEPTION', resultStatus: 'U' } });
    expect(JSON.stringify(answer)).not.toContain('database');
    expect(refusals).toHaveLength(1);
  });
});

describe('not verified: an HTTP error without a signature, and no function is called', () => {
  const otherKey = `algorithm=RSA_AES, symmetricKey=${encodeURIComponent(btoa('k'.repeat(256)))}`;
  const withHeader = async (name: string, value: string, request = seal()) =>
    changed(await request, (headers) => headers.set(name, value));

  test.each<[what: string, request: () => Promise<Request>, status: number, code: string, error: string]>([
    ['another tag', () => seal(bill, { url: url.replace('noodle', 'rice') }), 404, 'INVALID_API', 'Refused'],
    ['updatePass', () => seal(bill, { url: `${origin}/api/open/x` }), 404, 'INVALID_API', 'Refused'],
    ['a path behind ours', () => seal(bill, { url: `${url}/x` }), 404, 'INVALID_API', 'Refused'],
    ['another method', () => seal(bill, { method: 'PUT' }), 405, 'METHOD_NOT_SUPPORTED', 'Refused'],
    ['another media type', () => withHeader('Content-Type', 'text/xml'), 415, 'MEDIA_TYPE_NOT_ACCEPTABLE', 'Refused'],
    ['another Client-Id', () => seal(bill, { clientId: 'other' }), 401, 'INVALID_CLIENT', 'Refused'],
    [
      'no Client-Id',
      async () => changed(await seal(), (headers) => headers.delete('Client-Id')),
      401,
      'INVALID_CLIENT',
      'Refused',
    ],
    [
      'a stranger’s signature',
      () => seal(bill, { privateKey: stranger.privateKey }),
      401,
      'INVALID_SIGNATURE',
      'SignatureVerificationFailed',
    ],
    [
      'our own signature',
      () => seal(bill, { privateKey: merchant.privateKey }),
      401,
      'INVALID_SIGNATURE',
      'SignatureVerificationFailed',
    ],
    [
      'a larger amount',
      async () => changed(await seal(), () => undefined, JSON.stringify(bill).replace('12050', '92050')),
      401,
      'INVALID_SIGNATURE',
      'SignatureVerificationFailed',
    ],
    [
      'the signature of the other call',
      async () => new Request(url, await seal(bill, { url: url.replace('bill/notify', 'membercard/create') })),
      401,
      'INVALID_SIGNATURE',
      'SignatureVerificationFailed',
    ],
    ['a query', async () => new Request(`${url}?x=1`, await seal()), 404, 'INVALID_API', 'Refused'],
    ['no signature', () => withHeader('Signature', ''), 401, 'INVALID_SIGNATURE', 'HeaderInvalid'],
    [
      'a call from ten minutes ago',
      () => seal(bill, { now: () => Date.now() - 600_000 }),
      401,
      'INVALID_SIGNATURE',
      'TimeNotAccepted',
    ],
    ['a body over 64 KiB', () => seal('x'.repeat(64 * 1024 + 1)), 400, 'PARAM_ILLEGAL', 'BodyTooLarge'],
    [
      'a plain body under an Encrypt header',
      () => withHeader('Encrypt', otherKey),
      400,
      'PARAM_ILLEGAL',
      'DecryptionFailed',
    ],
    [
      'a symmetric key for somebody else',
      () => withHeader('Encrypt', otherKey, seal(bill, { encryption: RSA_AES })),
      400,
      'PARAM_ILLEGAL',
      'DecryptionFailed',
    ],
    [
      'what decrypts to no JSON, as if it did not decrypt',
      () => seal('no JSON', { encryption: RSA_AES }),
      400,
      'PARAM_ILLEGAL',
      'DecryptionFailed',
    ],
  ])('%s', async (_, request, status, resultCode, name) => {
    const { fetch, notifyBill, createMembercard, refusals } = webhooksFor();
    const response = await fetch(await request());
    expect(response.status).toBe(status);
    expect([...response.headers.keys()]).toEqual(['content-type', 'tracer-id']);
    expect(await response.json()).toMatchObject({ resultInfo: { resultCode, resultStatus: 'F' } });
    expect(notifyBill).not.toHaveBeenCalled();
    expect(createMembercard).not.toHaveBeenCalled();
    expect(refusals).toMatchObject([{ error: { name }, resultInfo: { resultCode } }]);
  });

  test('AlipayHK is told of it as of an HTTP error', async () => {
    const { fetch } = webhooksFor();
    const refused = notifierOf(fetch, { privateKey: stranger.privateKey }).notifyBill(bill);
    await expect(refused).rejects.toMatchObject({ code: 'ResponseUnexpected', response: { status: 401 } });
  });

  test('an encrypted call to a merchant that is configured without encryption', async () => {
    const { fetch, refusals } = webhooksFor({ encryption: undefined });
    expect((await fetch(await seal(bill, { encryption: RSA_AES }))).status).toBe(400);
    expect(refusals).toMatchObject([{ error: { code: 'AlgorithmNotSupported' } }]);
  });
});

test('a signed answer that does not fit the contract is ResponseInvalid to the notifier', async () => {
  const answer = async (request: Request) =>
    sealResponse(
      Response.json({}),
      { httpUri: new URL(request.url).pathname, encrypted: false },
      { clientId, privateKey: merchant.privateKey },
    );
  const issue = { path: 'resultInfo', message: 'is missing' };
  await expect(notifierOf(answer).notifyBill(bill)).rejects.toMatchObject({ code: 'ResponseInvalid', issues: [issue] });
});

test.each<[name: string, mistake: object, text: RegExp]>([
  ['tag', { tag: 'a/b' }, /^tag must be one segment/],
  ['tag absent', { tag: undefined }, /^tag must be one segment/],
  ['clientId', { clientId: '' }, /^clientId must be/],
  ['privateKey', { privateKey: undefined }, /^privateKey is missing/],
  ['publicKey', { publicKey: undefined }, /^publicKey is missing/],
  ['notifyBill', { notifyBill: undefined }, /^notifyBill must be a function/],
  ['createMembercard', { createMembercard: 1 }, /^createMembercard must be a function/],
  ['maxBodyBytes', { maxBodyBytes: 0 }, /^maxBodyBytes must be/],
  [
    'requireEncryption without encryption',
    { requireEncryption: true, encryption: undefined },
    /^requireEncryption is set, but encryption is missing/,
  ],
])('a mistake in the options shows at once: %s', (_, mistake, text) => {
  expect(() => webhooksFor(mistake)).toThrow(text);
});
