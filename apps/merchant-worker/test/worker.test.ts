import { afterAll, beforeAll, expect, test } from 'vitest';
import { startMerchant, update } from './merchant.ts';
import { gateway, startUpstream } from './upstream.ts';

let upstream: Awaited<ReturnType<typeof startUpstream>>;
let merchant: Awaited<ReturnType<typeof startMerchant>>;

beforeAll(async () => {
  upstream = await startUpstream();
  merchant = await startMerchant({ GATEWAY_URL: upstream.url });
});

afterAll(async () => {
  await merchant?.close();
  await upstream?.close();
});

/** Refused before anything was sent to AlipayHK. */
async function expectRefusal(answer: ReturnType<typeof merchant.send>, status: number, error: object) {
  const before = upstream.requests();
  expect(await answer).toMatchObject({ status, body: { error } });
  expect(upstream.requests()).toBe(before);
}

test.each([
  ['no token', ''],
  ['a wrong token', 'Bearer a-token-of-the-test'],
  ['a token that begins as the right one', 'Bearer a-token-of-the-tests2'],
  ['another scheme', 'Basic a-token-of-the-tests'],
])('%s: 401', async (_, Authorization) => {
  const answer = merchant.send('/passes/1', { headers: { Authorization }, body: JSON.stringify(update) });
  await expectRefusal(answer, 401, { code: 'Unauthorized', issues: [{ path: 'Authorization' }] });
  expect((await answer).headers.get('WWW-Authenticate')).toBe('Bearer');
});

test.each([
  ['/', 'POST'],
  ['/passes', 'POST'],
  ['/passes/1/2', 'POST'],
  ['/passes/1', 'GET'],
])('%s with %s: 404', async (path, method) => {
  await expectRefusal(merchant.send(path, { method }), 404, {
    code: 'RouteNotFound',
    message: 'route: expected POST /passes/{passId}',
  });
});

test.each(['text/plain', 'application/json; charset=iso-8859-1', 'application/json5', ''])(
  'Content-Type %j: 415',
  async (type) => {
    const answer = merchant.send('/passes/1', { headers: { 'Content-Type': type }, body: '{}' });
    await expectRefusal(answer, 415, { code: 'MediaTypeNotSupported', issues: [{ path: 'Content-Type' }] });
  },
);

test.each(['application/json', 'application/json;charset=utf-8', 'Application/JSON; charset="UTF-8"'])(
  'Content-Type %j is read',
  async (type) => {
    const answer = merchant.send('/passes/1', { headers: { 'Content-Type': type }, body: '{}' });
    await expectRefusal(answer, 422, { code: 'RequestInvalid' });
  },
);

test.each([
  ['no body', undefined],
  ['broken JSON', '{"merchantId":'],
  ['bytes that are not UTF-8', new Uint8Array([0x22, 0xff, 0x22])],
])('%s: 400', async (_, body) => {
  await expectRefusal(merchant.send('/passes/1', { ...(body && { body }) }), 400, {
    code: 'JsonInvalid',
    issues: [{ path: '', expected: 'JSON in UTF-8' }],
  });
});

test.each([
  ['with a Content-Length', 'x'.repeat(64 * 1024 + 1)],
  ['in chunks', new Blob(['x'.repeat(64 * 1024 + 1)]).stream()],
])('a body over 64 KiB %s: 413', async (_, body) => {
  const answer = merchant.send('/passes/1', { body, duplex: 'half' } as RequestInit);
  await expectRefusal(answer, 413, {
    code: 'ContentTooLarge',
    issues: [{ path: '', expected: 'at most 65536 bytes' }],
  });
});

test.each([
  ['a list', [], ''],
  ['null', null, ''],
  ['a passId beside the one in the path', { ...update, passId: '1' }, 'passId'],
  ['no merchantId', { ...update, merchantId: undefined }, 'merchantId'],
  ['a merchantId of 65 characters', { ...update, merchantId: '1'.repeat(65) }, 'merchantId'],
  ['a status that does not exist', { ...update, status: 'USED' }, 'status'],
  ['a field of dataInfo with another type', { ...update, dataInfo: { billNo: 1 } }, 'dataInfo.billNo'],
])('%s: 422 with the path', async (_, body, path) => {
  await expectRefusal(merchant.update(body), 422, { code: 'RequestInvalid', issues: [{ path }] });
});

test('neither userId nor openId: 422', async () => {
  await expectRefusal(merchant.update({ ...update, userId: undefined }), 422, {
    issues: [{ expected: 'userId or openId' }],
  });
});

test('an update reaches AlipayHK as it was written, with the passId of the path', async () => {
  const handler = (received: object) => {
    expect(received).toEqual({ ...update, passId: '20240522 卡/1' });
    return { resultCode: 'SUCCESS', resultStatus: 'S' as const, resultMessage: 'Success' };
  };
  upstream.answerWith(await gateway({ handler }));
  expect(await merchant.update(update, encodeURIComponent('20240522 卡/1'))).toMatchObject({
    status: 200,
    body: {
      resultInfo: { resultCode: 'SUCCESS', resultStatus: 'S', resultMessage: 'Success' },
      tracerId: expect.stringMatching(/^[0-9a-f]{32}$/),
      responseTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00$/),
      encrypted: false,
    },
  });
});
