/** Points: adjustments, bills in order, erasure, names of the template. */

import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import type { UpdatePassRequest } from '@alipayhk-pass/api/gateway';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { changeOf } from '../src/pass/fields.ts';
import worker from '../src/worker.ts';
import { alipayhk, billOf } from './alipayhk.ts';
import { send, update, view } from './caller.ts';
import { answerWith, gateway, recordingGateway } from './gateway.ts';
import { inShard, shards, untilState } from './shards.ts';

let applied: UpdatePassRequest[] = [];
beforeEach(async () => {
  applied = await recordingGateway();
  for (const level of ['log', 'error'] as const) vi.spyOn(console, level).mockReturnValue();
});
afterEach(() => void vi.restoreAllMocks());

let users = 0;
const newMember = async (openingPoints = 0) => {
  users += 1;
  const [userId, passId] = [`member-${users}`, `card-${users}`];
  const body = JSON.stringify({ passId, merchantId: 'M1', openingPoints });
  expect((await send('PUT', `/members/${userId}`, { body })).status).toBe(200);
  return { userId, passId };
};
const adjust = (userId: string, id: string, points: unknown) =>
  send('POST', `/members/${userId}/adjustments`, { body: JSON.stringify({ id, points }) });
const shownOn = (passId: string) => applied.filter((each) => each.passId === passId).map(({ dataInfo }) => dataInfo);

describe('an adjustment', () => {
  test.each<[what: string, points: unknown]>([
    ['0', 0],
    ['a fraction', 0.5],
    ['digits', '5'],
    ['none', undefined],
  ])('of %s points is refused', async (_, points) => {
    expect(await adjust('nobody', 'A1', points)).toMatchObject({
      status: 422,
      body: { error: { issues: [{ path: 'points' }] } },
    });
    expect((await send('GET', '/members/nobody')).status).toBe(404);
  });

  test('counts once, reaches the card, and is refused below 0 or with other points', async () => {
    const { userId, passId } = await newMember(100);
    expect(await adjust(userId, 'refund-1', -30)).toMatchObject({
      ...{ status: 200, body: { result: 'posted', member: { points: 70, adjustments: 1, bills: 0 } } },
    });
    expect(await adjust(userId, 'refund-1', -30)).toMatchObject({
      body: { result: 'repeated', member: { points: 70 } },
    });
    expect(await adjust(userId, 'refund-1', -40)).toMatchObject({
      status: 409,
      body: { error: { code: 'AdjustmentConflicting' } },
    });
    expect(await adjust(userId, 'refund-2', -71)).toMatchObject({
      status: 409,
      body: { error: { code: 'PointsInsufficient' } },
    });
    await vi.waitFor(() => expect(shownOn(passId).at(-1)).toMatchObject({ points: 70 }), 10_000);
    const adjusted = { billNo: null, lastChangePoints: '-30', pointsProvider: null };
    expect(shownOn(passId).at(-1)).toMatchObject(adjusted);
  });
});

test('every bill reaches the card as its own transaction, in order', async () => {
  const { userId, passId } = await newMember();
  const bills = Array.from({ length: 12 }, (_, n) => billOf((n + 1) * 100, { userId }));
  for (const bill of bills) await alipayhk().notifyBill(bill);
  await vi.waitFor(() => expect(shownOn(passId)).toHaveLength(bills.length), 20_000);
  expect(shownOn(passId).map((shown) => shown?.billNo)).toEqual(bills.map(({ billNo }) => billNo));
  expect(shownOn(passId).at(-1)).toMatchObject({ points: 78 });
});

test('a bill that is refused becomes a dead letter, the next one goes, and its replay keeps the newer points', async () => {
  const { userId, passId } = await newMember();
  const [first, second] = [billOf(100, { userId }), billOf(200, { userId })];
  answerWith(
    await gateway({
      handler: ({ dataInfo }) =>
        dataInfo?.billNo === first.billNo
          ? { resultCode: 'PARAM_ILLEGAL', resultStatus: 'F' }
          : { resultCode: 'SUCCESS', resultStatus: 'S' },
    }),
  );
  for (const bill of [first, second]) await alipayhk().notifyBill(bill);
  await untilState(passId, 'dead');
  expect(await view(passId)).toMatchObject({
    delivered: 2,
    deadLetters: [{ revision: 1, resultCode: 'PARAM_ILLEGAL' }],
  });
  applied = await recordingGateway();
  expect((await send('POST', '/dead-letters/replay?resultCode=PARAM_ILLEGAL')).body.replayed).toBeGreaterThan(0);
  await untilState(passId, 'delivered');
  expect(shownOn(passId)).toEqual([{ billNo: first.billNo, lastChangePoints: '1', pointsProvider: 'ALIPAYHK' }]);
});

test('a pass takes the changes of each member once, and knows the last ones of twenty members', async () => {
  const passId = 'of-many-members';
  const change = changeOf({ ...update, passId, status: 'UPDATE', updateDetailType: 'UPDATE_MEMBER_CARD' });
  await inShard(passId, async (object, { storage }) => {
    const handOver = (member: number) =>
      object.call(shards, 'handOver', [passId, `m${member}`, [{ sequence: 1, change }]]);
    for (let member = 1; member <= 25; member += 1)
      expect(await handOver(member)).toMatchObject({ value: { done: 1 } });
    await handOver(25);
    const [{ body } = { body: '' }] = storage.sql
      .exec<{ body: string }>('SELECT body FROM passes WHERE pass_id = ?', passId)
      .toArray();
    const { revision, sources } = JSON.parse(body);
    expect(revision).toBe(25);
    expect(Object.keys(sources)).toEqual(Array.from({ length: 20 }, (_, n) => `m${n + 6}`));
  });
});

describe('names of the template', () => {
  const LEVEL_FIELDS = [
    { name: '$level_zh_HK$', part: 'zh_HK' },
    { name: '$level_en_US$', part: 'en_US' },
  ];
  const POINTS_FIELDS = [{ name: '$points$', form: 'text' }];
  const putUnder = async (passId: string, body: object) => {
    const headers = { Authorization: `Bearer ${env.API_TOKEN}`, 'Content-Type': 'application/json' };
    const init = { method: 'PUT', headers, body: JSON.stringify({ ...update, dataInfo: undefined, ...body }) };
    const request = new Request(`https://merchant.test/passes/${passId}`, init);
    const response = await worker.fetch(request, { ...env, LEVEL_FIELDS, POINTS_FIELDS }, createExecutionContext());
    return { status: response.status, body: (await response.json()) as object };
  };

  test('a level in two languages and points as text reach the card', async () => {
    expect((await putUnder('T1', { points: 7, level: { zh_HK: '金卡', en_US: 'Gold' } })).status).toBe(202);
    await untilState('T1', 'delivered');
    expect(shownOn('T1')).toEqual([{ $points$: '7', $level_zh_HK$: '金卡', $level_en_US$: 'Gold' }]);
  });

  test('a level as one text goes into every field', async () => {
    await putUnder('T2', { level: 'VIP' });
    await untilState('T2', 'delivered');
    expect(shownOn('T2')).toEqual([{ $level_zh_HK$: 'VIP', $level_en_US$: 'VIP' }]);
  });

  test('a part that is missing, and one that no field has, are refused together', async () => {
    expect(await putUnder('T3', { level: { zh_HK: '金卡', fr_FR: 'Or' } })).toMatchObject({
      ...{ status: 422, body: { error: { issues: [{ path: 'level.en_US' }, { path: 'level.fr_FR' }] } } },
    });
  });
});
