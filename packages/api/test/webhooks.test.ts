import { createSign, createVerify } from 'node:crypto';
import { DecryptionFailed, openResponse, ResponseMissing, RSA_AES } from '@alipayhk-pass/message-security';
import { keys } from '@alipayhk-pass/spec/vectors';
import { describe, expect, test } from 'vitest';
import type { WebhooksOptions } from '../src/webhooks.ts';
import {
  altered,
  bill,
  clientId,
  foreignEncryptHeader,
  merchant,
  stranger,
  success,
  withHeader,
  withoutHeader,
} from './fixtures.ts';
import { merchantOrigin, notifierTo, notifyBillUrl, sealCall, webhooksWith } from './webhooks-fixture.ts';

test.each<[name: string, mistake: object, text: RegExp]>([
  ['a tag of two segments', { tag: 'a/b' }, /^tag must be one segment/],
  ['no tag', { tag: undefined }, /^tag must be one segment/],
  ['an empty clientId', { clientId: '' }, /^clientId must be/],
  ['no privateKey', { privateKey: undefined }, /^privateKey is missing/],
  ['no publicKey', { publicKey: undefined }, /^publicKey is missing/],
  ['no notifyBill', { notifyBill: undefined }, /^notifyBill must be a function/],
  ['a number for createMembercard', { createMembercard: 1 }, /^createMembercard must be a function/],
  ['a limit of 0', { maxBodyBytes: 0 }, /^maxBodyBytes must be/],
  [
    'requireEncryption without encryption',
    { requireEncryption: true, encryption: undefined },
    /^requireEncryption is set, but encryption is missing/,
  ],
])('createWebhooks throws TypeError for %s', (_, mistake, text) => {
  expect(() => webhooksWith(mistake)).toThrow(text);
});

describe('a call that AlipayHK signed', () => {
  test.each([undefined, RSA_AES])('passes a bill to notifyBill; encryption %o', async (encryption) => {
    const { fetch, notifyBill } = webhooksWith();
    await notifierTo(fetch, { encryption }).notifyBill({ ...bill, note: 1 } as typeof bill);
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

  test('passes a request for a card to createMembercard alone', async () => {
    const wanted = { userId: bill.userId, mobileNo: '85291234567' };
    const { fetch, createMembercard, notifyBill } = webhooksWith();
    await notifierTo(fetch).createMembercard(wanted);
    expect(createMembercard.mock.calls[0]?.[0]).toEqual(wanted);
    expect(notifyBill).not.toHaveBeenCalled();
  });

  test('gets a signed reply each time it is repeated', async () => {
    const { fetch, notifyBill } = webhooksWith();
    const sealed = await sealCall();
    for (let time = 0; time < 3; time++) expect((await fetch(sealed.clone())).headers.has('Signature')).toBe(true);
    expect(notifyBill).toHaveBeenCalledTimes(3);
  });

  test.each(['F', 'U'] as const)('gets the %s that notifyBill returns, which is no refusal', async (resultStatus) => {
    const resultInfo = { resultCode: 'BILL_UNKNOWN', resultStatus };
    const { fetch, refusals } = webhooksWith({ notifyBill: () => resultInfo });
    expect(await notifierTo(fetch).notifyBill(bill)).toMatchObject({ resultInfo });
    expect(refusals).toEqual([]);
  });

  test('gets its reply only after notifyBill has settled', async () => {
    const order: string[] = [];
    const { fetch } = webhooksWith({
      notifyBill: async () => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        order.push('stored');
        return success;
      },
    });
    await notifierTo(fetch).notifyBill(bill);
    order.push('replied');
    expect(order).toEqual(['stored', 'replied']);
  });

  test('verifies when OpenSSL signed it, and OpenSSL verifies the reply', async () => {
    const { fetch } = webhooksWith();
    const [body, time] = [JSON.stringify(bill), new Date().toISOString()];
    const content = `POST /noodle-house/points/bill/notify\n${clientId}.${time}.${body}`;
    const signature = encodeURIComponent(createSign('SHA256').update(content).sign(keys.gateway.privateKey, 'base64'));
    const headers = {
      'Content-Type': 'application/json; charset=UTF-8',
      'Client-Id': clientId,
      'Request-Time': time,
      Signature: `algorithm=RSA256, keyVersion=1, signature=${signature}`,
    };
    const response = await fetch(new Request(notifyBillUrl, { method: 'POST', headers, body }));
    const reply = await response.text();
    const responseTime = response.headers.get('Response-Time');
    const replyContent = `POST /noodle-house/points/bill/notify\n${clientId}.${responseTime}.${reply}`;
    const [, value = ''] = /signature=(.*)$/.exec(response.headers.get('Signature') ?? '') ?? [];
    const verify = createVerify('SHA256').update(replyContent);
    expect(verify.verify(keys.merchant.publicKey, decodeURIComponent(value), 'base64')).toBe(true);
    expect(JSON.parse(reply)).toEqual({ resultInfo: success, result: success });
  });

  test.each<[what: string, body: unknown]>([
    ['no JSON', 'billNo=1'],
    ['no billNo', { ...bill, billNo: undefined }],
    ['a negative amount', { ...bill, orderAmount: { currency: 'HKD', value: '-1' } }],
    ['a list', [bill]],
  ])('with %s gets a signed F', async (_, body) => {
    const { fetch, notifyBill, refusals } = webhooksWith();
    const sealed = await sealCall(body);
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
    ['rejects with an error of this package', () => Promise.reject(new DecryptionFailed())],
    ['gets no reply of AlipayHK itself', () => Promise.reject(new ResponseMissing('within 1 ms', 'database'))],
  ])('gets U without the reason when notifyBill %s', async (_, notifyBill) => {
    const { fetch, refusals } = webhooksWith({ notifyBill });
    const reply = await notifierTo(fetch).notifyBill(bill);
    expect(reply).toMatchObject({ resultInfo: { resultCode: 'UNKNOWN_EXCEPTION', resultStatus: 'U' } });
    expect(JSON.stringify(reply)).not.toContain('database');
    expect(refusals).toHaveLength(1);
  });
});

describe('a call that does not verify', () => {
  type Case = [what: string, request: () => Promise<Request>, error: string];
  const to = (url: string) => () => sealCall(bill, { url });
  const wrongTarget: [...Case, status: number, resultCode: string][] = [
    ['another tag', to(notifyBillUrl.replace('noodle', 'rice')), 'Refused', 404, 'INVALID_API'],
    ['the path of another API', to(`${merchantOrigin}/api/open/x`), 'Refused', 404, 'INVALID_API'],
    ['a longer path', to(`${notifyBillUrl}/x`), 'Refused', 404, 'INVALID_API'],
    ['a query', async () => new Request(`${notifyBillUrl}?x=1`, await sealCall()), 'Refused', 404, 'INVALID_API'],
    ['another method', () => sealCall(bill, { method: 'PUT' }), 'Refused', 405, 'METHOD_NOT_SUPPORTED'],
    [
      'another media type',
      () => withHeader(sealCall(), 'Content-Type', 'text/xml'),
      'Refused',
      415,
      'MEDIA_TYPE_NOT_ACCEPTABLE',
    ],
    ['another Client-Id', () => sealCall(bill, { clientId: 'other' }), 'Refused', 401, 'INVALID_CLIENT'],
    ['no Client-Id', () => withoutHeader(sealCall(), 'Client-Id'), 'Refused', 401, 'INVALID_CLIENT'],
  ];
  const wrongSignature: Case[] = [
    ['no signature', () => withHeader(sealCall(), 'Signature', ''), 'HeaderInvalid'],
    [
      'a signature of a stranger',
      () => sealCall(bill, { privateKey: stranger.privateKey }),
      'SignatureVerificationFailed',
    ],
    [
      'a signature of the merchant',
      () => sealCall(bill, { privateKey: merchant.privateKey }),
      'SignatureVerificationFailed',
    ],
    [
      'an amount raised after signing',
      async () => altered(await sealCall(), () => undefined, JSON.stringify(bill).replace('12050', '92050')),
      'SignatureVerificationFailed',
    ],
    [
      'the signature of the other call',
      async () => {
        const url = notifyBillUrl.replace('bill/notify', 'membercard/create');
        return new Request(notifyBillUrl, await sealCall(bill, { url }));
      },
      'SignatureVerificationFailed',
    ],
    ['a time ten minutes ago', () => sealCall(bill, { now: () => Date.now() - 600_000 }), 'TimeNotAccepted'],
  ];
  const wrongBody: Case[] = [
    ['a body over 64 KiB', () => sealCall('x'.repeat(64 * 1024 + 1)), 'BodyTooLarge'],
    [
      'a plain body under an Encrypt header',
      () => withHeader(sealCall(), 'Encrypt', foreignEncryptHeader),
      'DecryptionFailed',
    ],
    [
      'a symmetric key for another receiver',
      () => withHeader(sealCall(bill, { encryption: RSA_AES }), 'Encrypt', foreignEncryptHeader),
      'DecryptionFailed',
    ],
    ['an encrypted body without JSON', () => sealCall('no JSON', { encryption: RSA_AES }), 'DecryptionFailed'],
  ];
  test.each<[...Case, status: number, resultCode: string]>([
    ...wrongTarget,
    ...wrongSignature.map((each): (typeof wrongTarget)[0] => [...each, 401, 'INVALID_SIGNATURE']),
    ...wrongBody.map((each): (typeof wrongTarget)[0] => [...each, 400, 'PARAM_ILLEGAL']),
  ])('with %s gets an unsigned HTTP error and reaches no function', async (_, request, name, status, resultCode) => {
    const { fetch, notifyBill, createMembercard, refusals } = webhooksWith();
    const response = await fetch(await request());
    expect(response.status).toBe(status);
    expect([...response.headers.keys()]).toEqual(['content-type', 'tracer-id']);
    expect(await response.json()).toMatchObject({ resultInfo: { resultCode, resultStatus: 'F' } });
    expect(notifyBill).not.toHaveBeenCalled();
    expect(createMembercard).not.toHaveBeenCalled();
    expect(refusals).toMatchObject([{ error: { name }, resultInfo: { resultCode } }]);
  });

  test('gets HTTP status 400 when it is encrypted and encryption is not set', async () => {
    const { fetch, refusals } = webhooksWith({ encryption: undefined });
    expect((await fetch(await sealCall(bill, { encryption: RSA_AES }))).status).toBe(400);
    expect(refusals).toMatchObject([{ error: { code: 'AlgorithmNotSupported' } }]);
  });
});
