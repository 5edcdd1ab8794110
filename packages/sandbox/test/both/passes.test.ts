// Which updates are applied to a pass, and what of them (A21).
import type { UpdatePassRequest } from '@alipayhk-pass/api/gateway';
import { describe, expect, test } from 'vitest';
import { applyUpdate, createPass, type NewPass, readPass } from '../../src/tables/passes.ts';
import { execute, freshPass, store, stored, updateOf } from '../parties.ts';

/** Code and status of the result of an update, from the client of the pass unless another is named. */
async function apply(update: UpdatePassRequest, clientId = 'merchant-1'): Promise<string> {
  const { resultCode, resultStatus } = await applyUpdate(store, update, { clientId });
  return `${resultCode} ${resultStatus}`;
}

describe('applyUpdate refuses, and changes nothing', () => {
  const closed = { status: 'CLOSED' } as const;
  const otherUser = { userId: 'U2' };
  const otherTemplate = { templateCode: 'T2' };

  test.each<[what: string, change: Partial<UpdatePassRequest>, code: string, clientId?: string]>([
    ['an unknown passId', { passId: 'none' }, 'PASS_HAS_NOT_EXIST'],
    ['a passId that is SQL', { passId: "P1' OR '1'='1" }, 'PASS_HAS_NOT_EXIST'],
    ['a passId in another case', { passId: 'p1' }, 'PASS_HAS_NOT_EXIST'],
    ['a pass of another client', {}, 'PASS_HAS_NOT_EXIST', 'merchant-2'],
    ['a pass of another merchant', { merchantId: 'M2' }, 'PASS_HAS_NOT_EXIST'],
    ['another user', otherUser, 'USER_NOT_EXSITS'],
    ['another user and another template', { ...otherUser, ...otherTemplate }, 'USER_NOT_EXSITS'],
    ['another template', otherTemplate, 'PASS_TEMPLATE_HAS_NOT_EXIT'],
    ['another user, to close', { ...otherUser, ...closed }, 'USER_NOT_EXSITS'],
    ['another template, to close', { ...otherTemplate, ...closed }, 'PASS_TEMPLATE_HAS_NOT_EXIT'],
  ])('%s: %o is %s', async (_, change, code, clientId) => {
    const pass = await freshPass({ templateCode: 'T1' });
    const before = await stored(pass);
    const update = {
      ...updateOf(pass),
      endDate: 1,
      dataInfo: { points: 1 },
      codeInfo: { $codevalue$: '1' },
      ...change,
    };
    expect(await apply(update, clientId)).toBe(`${code} F`);
    expect(await stored(pass)).toEqual(before);
  });

  test.each<[what: string, change: Partial<UpdatePassRequest>, code: string]>([
    ['to update', { endDate: 1 }, 'PASS_UPDATE_FAIL'],
    ['to close once more', closed, 'PASS_UPDATE_FAIL'],
    ['for another template', otherTemplate, 'PASS_TEMPLATE_HAS_NOT_EXIT'],
    ['for another user', { ...otherUser, ...otherTemplate }, 'USER_NOT_EXSITS'],
    ['of another merchant', { merchantId: 'M2', ...otherUser }, 'PASS_HAS_NOT_EXIST'],
  ])('a closed pass %s', async (_, change, code) => {
    const pass = await freshPass({ templateCode: 'T1' });
    expect(await apply({ ...updateOf(pass), ...closed })).toBe('SUCCESS S');
    const before = await stored(pass);
    expect(await apply({ ...updateOf(pass), ...change })).toBe(`${code} F`);
    expect(await stored(pass)).toEqual(before);
  });

  test('an update that names a template, for a pass without one', async () => {
    const pass = await freshPass();
    expect(await apply({ ...updateOf(pass), templateCode: 'T1' })).toBe('PASS_TEMPLATE_HAS_NOT_EXIT F');
  });
});

describe('applyUpdate compares userId and openId (A24)', () => {
  const byUser = { userId: 'U1', openId: undefined };
  const byOpen = { userId: undefined, openId: 'O1' };
  const byBoth = { userId: 'U1', openId: 'O1' };

  test.each<[pass: Partial<NewPass>, update: object, code: string]>([
    [byUser, { userId: 'U1' }, 'SUCCESS S'],
    [byUser, { userId: 'U2' }, 'USER_NOT_EXSITS F'],
    [byUser, { openId: 'O1' }, 'USER_NOT_EXSITS F'],
    [byUser, { userId: 'U1', openId: 'O1' }, 'SUCCESS S'],
    [byUser, { userId: 'U2', openId: 'O1' }, 'USER_NOT_EXSITS F'],
    [byOpen, { openId: 'O1' }, 'SUCCESS S'],
    [byOpen, { userId: 'U1' }, 'USER_NOT_EXSITS F'],
    [byOpen, { openId: 'O2' }, 'USER_NOT_EXSITS F'],
    [byBoth, { userId: 'U1' }, 'SUCCESS S'],
    [byBoth, { openId: 'O1' }, 'SUCCESS S'],
    [byBoth, { userId: 'U1', openId: 'O1' }, 'SUCCESS S'],
    [byBoth, { userId: 'U1', openId: 'O2' }, 'USER_NOT_EXSITS F'],
    [byBoth, { userId: 'U2', openId: 'O1' }, 'USER_NOT_EXSITS F'],
  ])('a pass of %o with an update for %o gives %s', async (ids, update, outcome) => {
    const pass = await freshPass(ids);
    const { userId: _, ...rest } = updateOf(pass);
    expect(await apply({ ...rest, ...update } as UpdatePassRequest)).toBe(outcome);
    expect((await stored(pass)).revision).toBe(outcome === 'SUCCESS S' ? 1 : 0);
  });
});

describe('applyUpdate applies', () => {
  test('what the update carries, and leaves the rest alone', async () => {
    const pass = await freshPass({ templateCode: 'T1' });
    const update = updateOf(pass);
    const dataInfo = { billNo: null, lastChangePoints: '50', $level_zh_HK$: '金卡會員 🏅', "it's": { cent: 800 } };
    const codeInfo = { $codemsg$: 'M 1', $codevalue$: 'M1' };
    const all = { ...update, templateCode: 'T1', endDate: 1767196799000, dataInfo, codeInfo };
    const set = { status: 'ACTIVE', endDate: 1767196799000, dataInfo, codeInfo };

    expect(await apply(all)).toBe('SUCCESS S');
    expect(await stored(pass)).toMatchObject({ ...set, revision: 1 });
    expect(await apply(update)).toBe('SUCCESS S');
    expect(await stored(pass)).toMatchObject({ ...set, revision: 2 });
    expect(await apply({ ...update, endDate: 0 })).toBe('SUCCESS S');
    expect(await stored(pass)).toMatchObject({ ...set, endDate: 0, revision: 3 });
  });

  test('dataInfo as a whole, an empty one too', async () => {
    const pass = await freshPass();
    await apply({ ...updateOf(pass), dataInfo: { points: '100', level: 'GOLD' } });
    await apply({ ...updateOf(pass), dataInfo: { points: '150' } });
    expect((await stored(pass)).dataInfo).toEqual({ points: '150' });
    await apply({ ...updateOf(pass), dataInfo: {} });
    expect((await stored(pass)).dataInfo).toEqual({});
  });

  test.each<[dataInfo: object, points: unknown, level: unknown]>([
    [{ points: 150, level: 'GOLD' }, 150, 'GOLD'],
    [{ points: '0150', level: 3 }, '0150', 3],
    [{ points: 1.5 }, 1.5, 'SILVER'],
    [{ points: null, level: '' }, 100, ''],
    [{ points: { value: 1 }, level: ['GOLD'] }, 100, 'SILVER'],
    [{ points: true, level: 'x'.repeat(65) }, 100, 'SILVER'],
    [JSON.parse('{ "points": 1e999 }'), 100, 'SILVER'],
    [{}, 100, 'SILVER'],
  ])('points and level of %j if they are a number or a short text (A27)', async (dataInfo, points, level) => {
    const pass = await freshPass();
    await apply({ ...updateOf(pass), dataInfo: { points: 100, level: 'SILVER' } });
    await apply({ ...updateOf(pass), dataInfo: { ...dataInfo } });
    expect(await stored(pass)).toMatchObject({
      points,
      level,
      dataInfo: JSON.parse(JSON.stringify(dataInfo)),
      revision: 2,
    });
  });

  test('no codeInfo if it is null (A16)', async () => {
    const pass = await freshPass();
    await apply({ ...updateOf(pass), codeInfo: { $codevalue$: 'M1' } });
    await apply({ ...updateOf(pass), codeInfo: null });
    expect(await stored(pass)).toMatchObject({ codeInfo: { $codevalue$: 'M1' }, revision: 2 });
  });

  test('the same update twice (A23)', async () => {
    const pass = await freshPass();
    const update = { ...updateOf(pass), dataInfo: { points: '150' } };
    expect([await apply(update), await apply(update)]).toEqual(['SUCCESS S', 'SUCCESS S']);
    expect(await stored(pass)).toMatchObject({ dataInfo: { points: '150' }, revision: 2 });
  });

  test('CLOSED, and what it carries', async () => {
    const pass = await freshPass();
    expect(await apply({ ...updateOf(pass), status: 'CLOSED', endDate: 5 })).toBe('SUCCESS S');
    expect(await stored(pass)).toMatchObject({ status: 'CLOSED', endDate: 5, revision: 1 });
  });

  test('an endDate above 2^53, which can be read again', async () => {
    const pass = await freshPass();
    expect(await apply({ ...updateOf(pass), endDate: 2 ** 60 })).toBe('SUCCESS S');
    expect(await stored(pass)).toMatchObject({ endDate: 2 ** 60 });
  });

  test('the largest update that the gateway accepts', async () => {
    const pass = await freshPass();
    const dataInfo = { text: '會'.repeat(340_000) };
    expect(await apply({ ...updateOf(pass), dataInfo, endDate: Number.MAX_VALUE })).toBe('SUCCESS S');
    expect(await stored(pass)).toMatchObject({ dataInfo, endDate: Number.MAX_VALUE });
  });

  test('the time of the update as updatedAt', async () => {
    const pass = await freshPass();
    const before = (await stored(pass)).updatedAt;
    await new Promise((resolve) => setTimeout(resolve, 5));
    await apply(updateOf(pass));
    expect((await stored(pass)).updatedAt).toBeGreaterThan(before);
  });
});

describe('concurrent updates', () => {
  test('are all applied, and none undoes what another set', async () => {
    const pass = await freshPass();
    const update = updateOf(pass);
    const updates = Array.from(
      { length: 60 },
      (_, at) =>
        [
          { ...update, dataInfo: { points: at } },
          { ...update, endDate: at },
          { ...update, codeInfo: { $codevalue$: `${at}` } },
        ][at % 3] as UpdatePassRequest,
    );

    expect(new Set(await Promise.all(updates.map((each) => apply(each))))).toEqual(new Set(['SUCCESS S']));

    const { revision, dataInfo, endDate, codeInfo } = await stored(pass);
    expect(revision).toBe(60);
    expect(updates).toContainEqual({ ...update, dataInfo });
    expect(updates).toContainEqual({ ...update, endDate });
    expect(updates).toContainEqual({ ...update, codeInfo });
  });

  test('with several CLOSED: one closes, and each update is either applied or refused', async () => {
    const pass = await freshPass();
    const update = updateOf(pass);
    const updates = Array.from({ length: 40 }, (_, at) => ({
      ...update,
      status: at % 10 === 5 ? ('CLOSED' as const) : ('UPDATE' as const),
      endDate: at,
    }));

    const outcomes = await Promise.all(updates.map((each) => apply(each)));

    const applied = updates.filter((_, at) => outcomes[at] === 'SUCCESS S');
    expect(applied.filter(({ status }) => status === 'CLOSED')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'PASS_UPDATE_FAIL F')).toHaveLength(40 - applied.length);
    const closing = applied.find(({ status }) => status === 'CLOSED');
    expect(await stored(pass)).toMatchObject({ status: 'CLOSED', endDate: closing?.endDate, revision: applied.length });
  });
});

describe('createPass', () => {
  test('returns false for a passId that is taken, by another client too', async () => {
    const pass = await freshPass();
    const before = await stored(pass);
    expect(await createPass(store, { ...pass, clientId: 'merchant-2', userId: 'U2' })).toBe(false);
    expect(await stored(pass)).toEqual(before);
  });

  test('is the only way to a pass: readPass finds no other', async () => {
    expect(await readPass(store, 'none')).toBeUndefined();
  });

  test.each([
    [
      'a pass without a user',
      "INSERT INTO passes (pass_id, client_id, merchant_id, updated_at) VALUES ('X', 'C', 'M', 0)",
    ],
    ['another status', "UPDATE passes SET status = 'USED'"],
    ['dataInfo that is no JSON', "UPDATE passes SET data_info = '{'"],
  ])('is backed by the database, which refuses %s', async (_, sql) => {
    await freshPass();
    await expect(execute(sql)).rejects.toThrow('CHECK constraint failed');
  });
});
