import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { send } from './caller.ts';
import { recordingGateway } from './gateway.ts';
import { shardFor, shards, stubOf } from './shards.ts';

beforeAll(() => void vi.spyOn(console, 'log').mockReturnValue());
afterAll(() => vi.restoreAllMocks());

const registration = { passId: 'P1', merchantId: 'M1' };
const put = (userId: string, body: unknown, headers: Record<string, string> = {}) =>
  send('PUT', `/members/${userId}`, { body: typeof body === 'string' ? body : JSON.stringify(body), headers });

test.each<[what: string, body: unknown, status: number, path: string]>([
  ['no JSON', '{', 400, ''],
  ['a list', [], 422, 'passId'],
  ['null', null, 422, ''],
  ['no passId', { merchantId: 'M1' }, 422, 'passId'],
  ['an empty passId', { ...registration, passId: '' }, 422, 'passId'],
  ['a passId of 257 characters', { ...registration, passId: 'p'.repeat(257) }, 422, 'passId'],
  ['no merchantId', { passId: 'P1' }, 422, 'merchantId'],
  ['a merchantId of 65 characters', { ...registration, merchantId: 'm'.repeat(65) }, 422, 'merchantId'],
  ['an empty openId', { ...registration, openId: '' }, 422, 'openId'],
  ['a templateCode that is no text', { ...registration, templateCode: 7 }, 422, 'templateCode'],
  ['points below 0', { ...registration, openingPoints: -1 }, 422, 'openingPoints'],
  ['points that are not whole', { ...registration, openingPoints: 0.5 }, 422, 'openingPoints'],
  ['points in digits', { ...registration, openingPoints: '5' }, 422, 'openingPoints'],
  ['a field that is none', { ...registration, points: 5 }, 422, 'points'],
])('%s: refused, and nothing is stored', async (_, body, status, path) => {
  const reply = await put('U-refused', body);
  expect([reply.status, reply.body.error.issues[0]?.path]).toEqual([status, path]);
  expect(await send('GET', '/members/U-refused')).toMatchObject({
    status: 404,
    body: { error: { code: 'MemberNotFound' } },
  });
});

test('a refusal says what each field must be', async () => {
  const wrong = { passId: 'p'.repeat(257), merchantId: '', openId: 'a\0', templateCode: 7, openingPoints: -1 };
  expect((await put('U-refused', wrong)).body.error.issues).toEqual([
    { path: 'passId', message: 'must have at most 256 characters' },
    { path: 'merchantId', message: 'must be text that is not empty' },
    { path: 'openId', message: 'must be well-formed text without control characters' },
    { path: 'templateCode', message: 'must be text' },
    { path: 'openingPoints', message: 'must be a non-negative integer' },
  ]);
});

test('a userId of 257 characters', async () => {
  expect(await put('u'.repeat(257), registration)).toMatchObject({
    status: 422,
    body: { error: { issues: [{ path: 'userId' }] } },
  });
});

test.each(['PUT', 'GET'])('%s without the token: 401', async (method) => {
  const init = { headers: { Authorization: '' }, ...(method === 'PUT' && { body: JSON.stringify(registration) }) };
  expect(await send(method, '/members/U1', init)).toMatchObject({ status: 401 });
});

test('registered again: the same changes nothing, other points change the total, what is left out stays', async () => {
  const applied = await recordingGateway();
  const body = { passId: 'P-again', merchantId: 'M1', openingPoints: 10 };
  expect(await put('U-again', body)).toMatchObject({ status: 200, body: { points: 10 } });
  await vi.waitFor(() => expect(applied).toHaveLength(1), { timeout: 10_000 });
  expect(await put('U-again', body)).toMatchObject({ body: { points: 10, pending: 0 } });
  expect(await put('U-again', { passId: 'P-again', merchantId: 'M1' })).toMatchObject({
    body: { points: 10, pending: 0 },
  });
  await put('U-again', { ...body, openingPoints: 0 });
  await vi.waitFor(() => expect(applied).toHaveLength(2), { timeout: 10_000 });
  expect(applied.map(({ dataInfo }) => dataInfo)).toEqual([{ points: 10 }, { points: 0 }]);
});

test('whose pass it is goes with the points as it was registered', async () => {
  const applied = await recordingGateway();
  const body = { passId: 'P-who', merchantId: 'M1', openId: 'O1', templateCode: 'T1', openingPoints: 10 };
  const { openingPoints: _, ...who } = body;
  expect(await put('U-who', body)).toMatchObject({ status: 200, body: who });
  await vi.waitFor(() => expect(applied).toHaveLength(1), { timeout: 10_000 });
  await put('U-who', { ...body, templateCode: 'T2' });
  await vi.waitFor(() => expect(applied).toHaveLength(2), { timeout: 10_000 });
  expect(applied).toMatchObject([
    { ...who, userId: 'U-who', dataInfo: { points: 10 } },
    { ...who, templateCode: 'T2', dataInfo: { points: 10 } },
  ]);
});

test('the hundred-and-first pass of a member: 413 until one has left, and what it had stays', async () => {
  await recordingGateway();
  const register = (n: number) => put('U-many', { passId: `P-many-${n}`, merchantId: 'M1' });
  for (let n = 1; n <= 100; n += 1) expect((await register(n)).status).toBe(200);
  expect(await register(101)).toMatchObject({
    status: 413,
    body: {
      error: {
        code: 'MemberFull',
        issues: [
          {
            path: 'passId',
            message: 'would be one more than 100 passes of this member; closed ones leave after 35 days',
          },
        ],
      },
    },
  });
  expect(await send('GET', '/members/U-many')).toMatchObject({ body: { passId: 'P-many-100' } });
  expect(await register(1)).toMatchObject({ status: 200, body: { passId: 'P-many-1' } });
  // As the shard of a closed pass does when it leaves.
  await stubOf(shardFor('U-many')).call(shards, 'forgetLeavingPass', ['U-many', 'P-many-2']);
  expect(await register(101)).toMatchObject({ status: 200, body: { passId: 'P-many-101' } });
});
