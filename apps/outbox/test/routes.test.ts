// The routes as a caller meets them: who gets in, what is taken, and what is said of everything else.
import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import type { UpdatePassRequest } from '@alipayhk-pass/api/gateway';
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import worker from '../src/worker.ts';
import { put, send, update, view } from './caller.ts';
import { recordingGateway } from './gateway.ts';

let applied: UpdatePassRequest[];
beforeAll(async () => {
  applied = await recordingGateway();
});
beforeEach(() => void vi.spyOn(console, 'log').mockReturnValue());

let count = 0;
function freshPassId(): string {
  count += 1;
  return `R${count}`;
}

/** Refused: the status and the code, and nothing is known of the pass. */
async function expectRefusal(reply: ReturnType<typeof send>, status: number, error: object) {
  expect(await reply).toMatchObject({ status, body: { error } });
}

describe('without the token: 401', () => {
  const routes = [
    ['PUT', '/passes/1'],
    ['DELETE', '/passes/1'],
    ['GET', '/passes/1'],
    ['POST', '/passes/1/retry'],
    ['GET', '/passes?state=pending'],
    ['POST', '/retry'],
    ['DELETE', '/members/1'],
    ['POST', '/members/1/adjustments'],
    ['POST', '/passes:batch'],
    ['GET', '/batches/1'],
    ['GET', '/dead-letters'],
    ['POST', '/dead-letters/1/replay'],
    ['POST', '/dead-letters/replay'],
    ['DELETE', '/dead-letters/1'],
    ['GET', '/metrics'],
    ['GET', '/anything'],
  ] as const;
  test.each([
    ['no token', ''],
    ['a wrong token', 'Bearer a-token-of-the-test'],
    ['a token that begins as the right one', 'Bearer a-token-of-the-tests2'],
    ['another scheme', 'Basic a-token-of-the-tests'],
  ])('%s', async (_, Authorization) => {
    for (const [method, path] of routes) {
      const reply = await send(method, path, { headers: { Authorization } });
      expect(reply).toMatchObject({
        status: 401,
        body: { error: { code: 'Unauthorized', issues: [{ path: 'Authorization' }] } },
      });
      expect(reply.headers.get('WWW-Authenticate')).toBe('Bearer');
    }
  });
});

test.each([
  ['no TLS data', undefined, 401],
  ['no certificate', { tlsClientAuth: { certVerified: 'NONE' } }, 401],
  ['one that failed', { tlsClientAuth: { certVerified: 'FAILED:expired' } }, 401],
  ['a revoked one', { tlsClientAuth: { certVerified: 'SUCCESS', certRevoked: '1' } }, 401],
  ['a verified one', { tlsClientAuth: { certVerified: 'SUCCESS', certRevoked: '0' } }, 404],
])('CLIENT_CERTIFICATE on, %s', async (_, cf, status) => {
  const headers = { Authorization: 'Bearer a-token-of-the-tests' };
  const request = new Request('https://merchant.test/passes/none', {
    headers,
    ...(cf && { cf: cf as IncomingRequestCfProperties }),
  });
  const strict = { ...env, CLIENT_CERTIFICATE: 'on' };
  const response = await worker.fetch(request, strict, createExecutionContext());
  expect(response.status).toBe(status);
});

test.each([
  ['GET', '/'],
  ['PUT', '/passes'],
  ['PUT', '/passes/1/2'],
  ['POST', '/passes/1'],
  ['GET', '/passes:batch'],
])('%s %s: 404', async (method, path) => {
  await expectRefusal(send(method, path), 404, { code: 'RouteNotFound' });
});

test.each([
  ['GET', '/passes/none', 'PassNotFound', 404],
  ['DELETE', '/passes/none', 'PassNotFound', 404],
  ['POST', '/passes/none/retry', 'PassNotFound', 404],
  ['GET', '/members/none', 'MemberNotFound', 404],
  ['DELETE', '/members/none', 'MemberNotFound', 404],
  ['GET', '/passes', 'RequestInvalid', 422],
  ['GET', '/passes?state=waiting', 'RequestInvalid', 422],
  ['POST', '/retry?state=dead', 'RequestInvalid', 422],
  ['POST', '/dead-letters/none/replay', 'NotDeadLettered', 409],
  ['DELETE', '/dead-letters/none', 'NotDeadLettered', 409],
  ['GET', '/batches/none', 'BatchNotFound', 404],
  ['GET', '/dead-letters?after=yesterday', 'RequestInvalid', 422],
])('%s %s: %s', async (method, path, code, status) => {
  await expectRefusal(send(method, path), status, { code });
});

describe('a body that is refused', () => {
  test.each([
    'text/plain',
    'application/json; charset=iso-8859-1',
    'application/json; charset=none',
    'application/json5',
    '',
  ])('Content-Type %j: 415', async (type) => {
    const reply = send('PUT', '/passes/B1', { headers: { 'Content-Type': type }, body: JSON.stringify(update) });
    await expectRefusal(reply, 415, { code: 'MediaTypeNotSupported', issues: [{ path: 'Content-Type' }] });
  });

  test.each([
    ['no body', undefined],
    ['broken JSON', '{"merchantId":'],
    ['bytes that are not UTF-8', new Uint8Array([0x22, 0xff, 0x22])],
  ])('%s: 400', async (_, body) => {
    const issues = [{ path: '', message: 'is not JSON in UTF-8' }];
    await expectRefusal(send('PUT', '/passes/B1', { ...(body && { body }) }), 400, { code: 'JsonInvalid', issues });
  });

  test.each([
    ['with a Content-Length', () => 'x'.repeat(64 * 1024 + 1)],
    ['in chunks', () => new Blob(['x'.repeat(64 * 1024 + 1)]).stream()],
  ])('over 64 KiB %s: 413', async (_, body) => {
    const issues = [{ path: '', message: 'is longer than 65536 bytes' }];
    await expectRefusal(send('PUT', '/passes/B1', { body: body() }), 413, { code: 'ContentTooLarge', issues });
  });

  test.each([
    ['a list', [], ''],
    ['null', null, ''],
    ['a passId beside the one in the path', { ...update, passId: '1' }, 'passId'],
    ['no merchantId', { ...update, merchantId: undefined }, 'merchantId'],
    ['a merchantId of 65 characters', { ...update, merchantId: '1'.repeat(65) }, 'merchantId'],
    ['a status that does not exist', { ...update, status: 'USED' }, 'status'],
    ['a field of dataInfo with another type', { ...update, dataInfo: { billNo: 1 } }, 'dataInfo.billNo'],
    ['points that are negative', { ...update, points: -1 }, 'points'],
    ['points in digits', { ...update, points: '1' }, 'points'],
    ['points beyond whole numbers', { ...update, points: 2 ** 53 }, 'points'],
    ['no level', { ...update, level: '' }, 'level'],
    ['points twice', { ...update, points: 1, dataInfo: { points: 2 } }, 'dataInfo.points'],
  ])('%s: 422 with the path', async (_, body, path) => {
    await expectRefusal(put('B1', body as object), 422, { code: 'RequestInvalid', issues: [{ path }] });
  });

  test('neither userId nor openId: 422', async () => {
    await expectRefusal(put('B1', { ...update, userId: undefined }), 422, {
      issues: [{ message: 'has no userId or openId' }],
    });
  });

  test('a passId of 257 characters: 422', async () => {
    await expectRefusal(put('1'.repeat(257)), 422, {
      issues: [{ path: 'passId', message: 'must have at most 256 characters' }],
    });
  });

  test.each([
    ['If-Match', '1'],
    ['If-Match', 'W/"1"'],
    ['If-Match', '"1", "2"'],
    ['Idempotency-Key', ''],
    ['Idempotency-Key', 'two words'],
    ['Idempotency-Key', 'x'.repeat(256)],
  ])('%s: %j: 422', async (name, value) => {
    await expectRefusal(put('B1', update, { [name]: value }), 422, {
      code: 'RequestInvalid',
      issues: [{ path: name }],
    });
  });

  test('nothing was kept of any of them', async () => {
    await expectRefusal(send('GET', '/passes/B1'), 404, { code: 'PassNotFound' });
  });
});

test.each(['application/json', 'application/json;charset=utf8', 'Application/JSON; charset="UTF-8"'])(
  'Content-Type %j is read',
  async (type) => {
    const reply = await send('PUT', '/passes/B2', { headers: { 'Content-Type': type }, body: JSON.stringify(update) });
    expect(reply.status).toBe(202);
  },
);

test('an update is answered with its revision, and reaches AlipayHK as it was written', async () => {
  const passId = '20240522 卡/1';
  const body = { ...update, openId: 'O1', templateCode: 'T1', endDate: 1, codeInfo: { $codevalue$: '1' }, extra: [1] };
  const reply = await put(passId, body);
  expect(reply).toMatchObject({ status: 202, body: { passId, revision: 1, unknownFields: ['extra'] } });
  expect(reply.headers.get('ETag')).toBe('"1"');
  await vi.waitFor(async () => expect(await view(passId)).toMatchObject({ state: 'delivered' }), 5_000);
  expect(applied.filter((each) => each.passId === passId)).toEqual([
    { ...body, passId, status: 'UPDATE', updateDetailType: 'UPDATE_MEMBER_CARD' },
  ]);
  expect(await view(passId)).toEqual({
    ...{ passId, revision: 1, delivered: 1, state: 'delivered', waiting: 0, deadLetters: [] },
    attempts: [
      {
        ...{ revision: 1, coalesced: 0, at: expect.any(Number), outcome: 'delivered', resultCode: 'SUCCESS' },
        tracerId: expect.stringMatching(/^[0-9a-f]{32}$/),
      },
    ],
  });
});

test('points and level go into dataInfo (A27)', async () => {
  const passId = freshPassId();
  await put(passId, { ...update, points: 880, level: '金卡' });
  await vi.waitFor(async () => expect(await view(passId)).toMatchObject({ state: 'delivered' }), 5_000);
  const sent = applied.find((each) => each.passId === passId);
  expect(sent?.dataInfo).toEqual({ ...update.dataInfo, points: 880, level: '金卡' });
  expect(sent).not.toHaveProperty('points');
});

describe('a close', () => {
  test('with DELETE, for whom it was last updated; terminal', async () => {
    const passId = freshPassId();
    await put(passId);
    await vi.waitFor(async () => expect(await view(passId)).toMatchObject({ state: 'delivered' }), 5_000);
    expect(await send('DELETE', `/passes/${passId}`)).toMatchObject({ status: 202, body: { passId, revision: 2 } });
    await vi.waitFor(async () => expect(await view(passId)).toMatchObject({ state: 'closed', delivered: 2 }), 5_000);
    const { dataInfo: _, ...who } = update;
    expect(applied.findLast((each) => each.passId === passId)).toEqual({
      ...{ passId, ...who, status: 'CLOSED', updateDetailType: 'UPDATE_MEMBER_CARD' },
    });
    await expectRefusal(put(passId), 409, { code: 'PassClosed' });
    await expectRefusal(send('DELETE', `/passes/${passId}`), 409, { code: 'PassClosed' });
    expect(applied.filter((each) => each.passId === passId)).toHaveLength(2);
  });

  test('with PUT, of a pass that was never updated, with what it carries', async () => {
    const passId = freshPassId();
    expect(await put(passId, { ...update, status: 'CLOSED', points: 0 })).toMatchObject({ status: 202 });
    await vi.waitFor(async () => expect(await view(passId)).toMatchObject({ state: 'closed' }), 5_000);
    expect(applied.find((each) => each.passId === passId)).toMatchObject({ status: 'CLOSED', dataInfo: { points: 0 } });
  });
});

test('more than a pass can hold at a time: 413, and what it held stays', async () => {
  const passId = freshPassId();
  const wide = (n: number) => ({ ...update, dataInfo: { [`text${n}`]: 'x'.repeat(60_000) } });
  const start = Date.now();
  vi.useFakeTimers({ toFake: ['Date'], now: start + 10 * 365 * 86_400_000 }); // so late that nothing is delivered
  let accepted = 0;
  while (accepted < 20 && (await put(passId, wide(accepted))).status === 202) accepted += 1;
  expect(accepted).toBe(8);
  await expectRefusal(put(passId, wide(20)), 413, { code: 'PassFull' });
  expect(await view(passId)).toMatchObject({ revision: 8 });
  expect((await put(passId, { ...update, points: 1 })).status).toBe(202);
  vi.useRealTimers();
});

test('what a pass can hold is measured in bytes, as it is sent', async () => {
  const passId = freshPassId();
  const wide = (n: number) => ({ ...update, dataInfo: { [`text${n}`]: '金'.repeat(20_000) } }); // 60 KB each
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 10 * 365 * 86_400_000 });
  let accepted = 0;
  while (accepted < 20 && (await put(passId, wide(accepted))).status === 202) accepted += 1;
  expect(accepted).toBe(8);
  vi.useRealTimers();
});

test('long ids count as what a pass holds: 413 before a row is too long to be stored', async () => {
  const passId = 'long-ids';
  const templateCode = 't'.repeat(60_000);
  const bill = (n: number) => ({ ...update, templateCode, dataInfo: { ...update.dataInfo, billNo: `${n}` } });
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 10 * 365 * 86_400_000 });
  let accepted = 0;
  while (accepted < 60 && (await put(passId, bill(accepted))).status === 202) accepted += 1;
  await expectRefusal(put(passId, bill(60)), 413, { code: 'PassFull' });
  expect(accepted).toBe(8);
  vi.useRealTimers();
});

test('a body with thousands of issues: 422 names 20 of them and counts the others', async () => {
  const { dataInfo: _, ...who } = update;
  const numbers = Array(9_000).fill('1e400');
  const inexact = await send('PUT', '/passes/many-issues', {
    body: `${JSON.stringify(who).slice(0, -1)},"dataInfo":{"a":[${numbers}]}}`,
  });
  const inContract = await put('many-issues', { ...update, dataInfo: { a: Array(3_000).fill(2 ** 60) } });
  for (const [{ status, body }, moreIssues] of [
    [inexact, 8_980],
    [inContract, 2_980],
  ] as const) {
    expect(status).toBe(422);
    expect(body.error).toMatchObject({ code: 'RequestInvalid', moreIssues });
    expect(body.error.issues).toHaveLength(20);
    expect(JSON.stringify(body).length).toBeLessThan(8_000);
  }
});

test('names that were used before take no room of what is not delivered, but there may not be ever more of them', async () => {
  const passId = freshPassId();
  const names = (from: number, length = 200) =>
    Object.fromEntries(Array.from({ length }, (_, n) => [`${from + n}`.padEnd(128, 'n'), 1]));
  for (const from of [0, 200]) expect((await put(passId, { ...update, dataInfo: names(from) })).status).toBe(202);
  await expectRefusal(put(passId, { ...update, dataInfo: names(400) }), 413, { code: 'PassFull' });
  await vi.waitFor(async () => expect(await view(passId)).toMatchObject({ delivered: 2 }), { timeout: 10_000 });
  for (let n = 0; n < 3; n += 1) {
    expect((await put(passId, { ...update, dataInfo: names(0) })).status).toBe(202);
  }

  const tooMany = { code: 'RequestInvalid', issues: [{ path: 'dataInfo', message: 'must have at most 200 fields' }] };
  await expectRefusal(put(freshPassId(), { ...update, dataInfo: names(0, 201) }), 422, tooMany);
  const message = 'has a name of more than 128 characters';
  const tooLong = { code: 'RequestInvalid', issues: [{ path: 'dataInfo', message }] };
  await expectRefusal(put(freshPassId(), { ...update, dataInfo: { ['n'.repeat(129)]: 1 } }), 422, tooLong);
});

describe('Idempotency-Key', () => {
  test('the same request gets the same reply, and no other revision', async () => {
    const passId = freshPassId();
    const headers = { 'Idempotency-Key': 'sale-1' };
    const first = await put(passId, update, headers);
    await put(passId, { ...update, points: 2 });
    const again = await put(passId, update, headers);
    expect(again).toMatchObject({ status: 202, body: first.body });
    expect(again.headers.get('ETag')).toBe('"1"');
    expect(await view(passId)).toMatchObject({ revision: 2 });
  });

  test('another body or another method: 422', async () => {
    const passId = freshPassId();
    const headers = { 'Idempotency-Key': 'sale-1' };
    await put(passId, update, headers);
    const error = { code: 'IdempotencyKeyReused', issues: [{ path: 'Idempotency-Key' }] };
    await expectRefusal(put(passId, { ...update, points: 2 }, headers), 422, error);
    await expectRefusal(send('DELETE', `/passes/${passId}`, { headers }), 422, error);
    expect(await view(passId)).toMatchObject({ revision: 1 });
  });

  test('the same key of another pass is another key, and one of a close outlives the close', async () => {
    const [one, other] = [freshPassId(), freshPassId()];
    const headers = { 'Idempotency-Key': 'sale-1' };
    await put(one, update, headers);
    expect(await put(other, { ...update, points: 1 }, headers)).toMatchObject({ status: 202, body: { revision: 1 } });
    const closing = { headers: { 'Idempotency-Key': 'close-1' } };
    const first = await send('DELETE', `/passes/${one}`, closing);
    expect(await send('DELETE', `/passes/${one}`, closing)).toMatchObject({ status: 202, body: first.body });
  });

  test('it is kept for five days', async () => {
    const passId = freshPassId();
    const start = Date.now();
    vi.useFakeTimers({ toFake: ['Date'], now: start });
    const putUnder = async (key: string, points: number) =>
      (await put(passId, { ...update, points }, { 'Idempotency-Key': key })).body;
    expect(await putUnder('sale-1', 1)).toMatchObject({ revision: 1 });
    vi.setSystemTime(start + 5 * 86_400_000);
    expect(await putUnder('sale-2', 2)).toMatchObject({ revision: 2 }); // clears nothing that is not older
    expect(await putUnder('sale-1', 1)).toMatchObject({ revision: 1 });
    vi.setSystemTime(start + 5 * 86_400_000 + 1);
    expect(await putUnder('sale-1', 1)).toMatchObject({ revision: 3 });
    expect(await putUnder('sale-1', 1)).toMatchObject({ revision: 3 });
    vi.useRealTimers();
  });
});

describe('If-Match', () => {
  test.each([
    ['the revision that it has', '"1"', 202],
    ['any', '*', 202],
    ['another revision', '"2"', 412],
    ['one that never was', '"0"', 412],
  ])('%s', async (_, value, status) => {
    const passId = freshPassId();
    await put(passId);
    const reply = await put(passId, update, { 'If-Match': value });
    expect(reply.status).toBe(status);
    if (status === 412) expect(reply.body).toMatchObject({ error: { code: 'PreconditionFailed' } });
    expect(await view(passId)).toMatchObject({ revision: status === 202 ? 2 : 1 });
  });

  test('any, and there is none: 412', async () => {
    await expectRefusal(put(freshPassId(), update, { 'If-Match': '*' }), 412, { code: 'PreconditionFailed' });
  });

  test('of fifty at once that ask for the same revision, one is taken', async () => {
    const passId = freshPassId();
    await put(passId);
    const replies = await Promise.all(
      Array.from({ length: 50 }, (_, points) => put(passId, { ...update, points }, { 'If-Match': '"1"' })),
    );
    expect(replies.filter(({ status }) => status === 202)).toHaveLength(1);
    expect(replies.filter(({ status }) => status === 412)).toHaveLength(49);
  });
});
