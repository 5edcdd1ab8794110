/** Erasure of members and passes, and what comes in between. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { billPosting } from '../src/members/member.ts';
import { changeOf } from '../src/pass/fields.ts';
import { emptyState } from '../src/pass/state.ts';
import { alipayhk, billOf } from './alipayhk.ts';
import { put, send, update, view } from './caller.ts';
import { answerWith, gateway, recordingGateway } from './gateway.ts';
import { idsOf, inShard, shardFor, shards, untilState } from './shards.ts';

beforeEach(async () => {
  await recordingGateway();
  for (const level of ['log', 'error'] as const) vi.spyOn(console, level).mockReturnValue();
});
afterEach(() => void vi.restoreAllMocks());

let users = 0;
const newMember = async (openingPoints = 0) => {
  users += 1;
  const [userId, passId] = [`erased-${users}`, `erased-card-${users}`];
  const body = JSON.stringify({ passId, merchantId: 'M1', openingPoints });
  expect((await send('PUT', `/members/${userId}`, { body })).status).toBe(200);
  return { userId, passId };
};

test('removes bills, points, and what passes, dead letters and batch lines hold, on every shard', async () => {
  const { userId, passId } = await newMember();
  const bill = billOf(500, { userId });
  await alipayhk().notifyBill(bill);
  await untilState(passId, 'delivered');
  const other = `${passId}-put`;
  answerWith(await gateway({ handler: () => ({ resultCode: 'PARAM_ILLEGAL', resultStatus: 'F' }) }));
  const line = JSON.stringify({ ...update, userId, passId: other, level: 'Ada-gold' });
  const headers = { 'Content-Type': 'application/x-ndjson' };
  const { batchId } = (await send('POST', '/passes:batch', { body: line, headers })).body;
  await untilState(other, 'dead');

  expect(await send('DELETE', `/members/${userId}`)).toMatchObject({ status: 200, body: { userId, passes: 2 } });
  for (const path of [`/members/${userId}`, `/passes/${passId}`, `/passes/${other}`]) {
    expect((await send('GET', path)).status).toBe(404);
  }
  expect((await send('GET', `/batches/${batchId}`)).body).toMatchObject({
    ...{ lines: 1, refused: 1, pending: 0, refusedLines: [{ line: 1, passId: '', refusal: 'PassErased' }] },
  });
  for (const id of [userId, passId, other]) {
    await inShard(id, (_, { storage }) => {
      const tables = storage.sql.exec(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
      );
      for (const { name } of tables.toArray()) {
        const rows = JSON.stringify(storage.sql.exec(`SELECT * FROM ${name}`).toArray());
        for (const text of [userId, passId, bill.billNo, 'Ada-gold']) expect(rows).not.toContain(`"${text}"`);
      }
    });
  }
  expect((await send('DELETE', `/members/${userId}`)).status).toBe(404);
});

test('alerts that wait to be pushed and the breaker name no erased member and none of its passes', async () => {
  const { userId, passId } = await newMember();
  answerWith(async () => new Response('', { status: 500 }));
  await put(passId, { ...update, userId });
  await untilState(passId, 'retrying');
  for (const id of [userId, passId]) {
    await inShard(id, (_, { storage }) => {
      for (const data of [{ userId }, { passId }, { code: 'Stale' }]) {
        storage.sql.exec('INSERT INTO alerts (id, body) VALUES (?, ?)', 'alert_1', JSON.stringify({ data }));
      }
    });
  }
  await send('POST', '/retry?state=retrying'); // it has the breaker stored

  await send('DELETE', `/members/${userId}`);
  const textOf = async (id: string, table: string) =>
    inShard(id, (_, { storage }) => JSON.stringify(storage.sql.exec(`SELECT * FROM ${table}`).toArray()));
  expect(await textOf(userId, 'alerts')).not.toContain(`"${userId}\\"`);
  expect(await textOf(passId, 'alerts')).not.toContain(`"${passId}\\"`);
  expect(await textOf(passId, 'alerts')).toContain('Stale');
  expect(await textOf(passId, 'meta')).not.toContain(passId);
});

test('a bill that was erased counts no more when AlipayHK repeats it', async () => {
  const { userId, passId } = await newMember();
  const bill = billOf(500, { userId });
  await alipayhk().notifyBill(bill);
  await untilState(passId, 'delivered');
  await send('DELETE', `/members/${userId}`);
  expect(await alipayhk().notifyBill(bill)).toMatchObject({ resultInfo: { resultStatus: 'S' } });
  expect((await send('GET', `/members/${userId}`)).status).toBe(404);
});

test('a bill that comes during the erasure counts no more either', async () => {
  const { userId, passId } = await newMember();
  await alipayhk().notifyBill(billOf(500, { userId }));
  const amount = { currency: 'HKD', amount: 300, pointsProvider: 'ALIPAYHK', points: 3 };
  const late = billPosting({ billNo: `late-${userId}`, ...amount });
  await inShard(userId, async (object, { storage }) => {
    // The erasure waits for a hash when the bill comes, and the bill for none.
    storage.sql.exec('DELETE FROM erased_bills');
    const erased = object.call(shards, 'eraseMember', [userId]);
    expect(await object.call(shards, 'post', [userId, late])).toEqual({ value: 'posted' });
    expect(await erased).toEqual({ value: [passId] });
    await object.call(shards, 'forgetPasses', [userId, [passId]]);
    expect(await object.call(shards, 'post', [userId, late])).toEqual({ value: 'repeated' });
  });
  expect((await send('GET', `/members/${userId}`)).status).toBe(404);
});

test('a pass that someone else holds by now stays, without what the member left there', async () => {
  const { userId, passId } = await newMember();
  answerWith(await gateway({ handler: () => ({ resultCode: 'PARAM_ILLEGAL', resultStatus: 'F' }) }));
  await put(passId, { ...update, userId, level: 'Ada-gold' });
  await untilState(passId, 'dead');
  await recordingGateway();
  await put(passId, { ...update, userId: `${userId}-next`, points: 7 });
  await vi.waitFor(async () => expect(await view(passId)).toMatchObject({ delivered: 2 }), 10_000);

  expect(await send('DELETE', `/members/${userId}`)).toMatchObject({ status: 200, body: { passes: 0 } });
  expect(await view(passId)).toMatchObject({ revision: 2, delivered: 2, deadLetters: [] });
  await inShard(passId, (_, { storage }) => {
    for (const table of ['passes', 'dead_letters']) {
      const rows = JSON.stringify(storage.sql.exec(`SELECT * FROM ${table}`).toArray());
      for (const text of [`${userId}\\"`, 'Ada-gold']) expect(rows).not.toContain(text);
    }
  });
});

test('a pass that is asked for anew while what is left of it leaves stays', async () => {
  const passId = 'asked-anew';
  const change = changeOf({ ...update, passId, status: 'UPDATE', updateDetailType: 'UPDATE_MEMBER_CARD' });
  await inShard(passId, async (object, { storage }) => {
    await object.call(shards, 'put', [passId, change, {}]);
    // What an erasure leaves while a request may be in work.
    const left = JSON.stringify({ ...emptyState(passId), revision: 1, deadLetters: 0 });
    storage.sql.exec('UPDATE passes SET body = ?, due = NULL, leaves = 1 WHERE pass_id = ?', left, passId);
    const ticked = object.call(shards, 'tick', []);
    const put = await object.call(shards, 'put', [passId, change, {}]);
    expect(put).toEqual({ value: { revision: 2 } });
    await ticked;
  });
  expect(await view(passId)).toMatchObject({ revision: 2 });
});

test('a pass that cannot be read keeps no other one of its member from being erased, and the reply is 503', async () => {
  const { userId, passId } = await newMember();
  const [unreadable = '', other = ''] = idsOf(shardFor(passId), `beside-${passId}`, 2);
  for (const each of [unreadable, other]) {
    await put(each, { ...update, userId });
    await untilState(each, 'delivered');
  }
  const write = (body: string) =>
    inShard(unreadable, (_, { storage }) =>
      storage.sql.exec(`UPDATE passes SET body = ${body} WHERE pass_id = ?`, unreadable).toArray(),
    );
  await write("'?' || body");
  expect(await send('DELETE', `/members/${userId}`)).toMatchObject({ status: 503 });
  expect((await send('GET', `/passes/${other}`)).status).toBe(404);
  await write('substr(body, 2)');
  expect(await send('DELETE', `/members/${userId}`)).toMatchObject({ status: 200, body: { passes: 1 } });
});

test('a closed pass whose member cannot be forgotten stays until it can, and keeps no other one back', async () => {
  await recordingGateway();
  const { userId, passId } = await newMember();
  const [other = ''] = idsOf(shardFor(passId), `other-${passId}`, 1);
  for (const each of [passId, other]) {
    await put(each, { ...update, userId: each === passId ? userId : `U-${other}`, status: 'CLOSED' });
    await untilState(each, 'closed');
  }
  await inShard(passId, async (object, { storage }) => {
    storage.sql.exec('UPDATE passes SET leaves = 1 WHERE pass_id IN (?, ?)', passId, other);
    const { ports } = object.shard;
    const genuine = ports.call;
    ports.call = (async (shard: number, name: 'forgetLeavingPass', ...args: [string, string]) => {
      if (args[1] === passId) throw new Error('the shard did not answer');
      return genuine(shard, name, ...args);
    }) as typeof genuine;
    await object.call(shards, 'tick', []);
    ports.call = genuine;
  });
  expect((await send('GET', `/passes/${other}`)).status).toBe(404);
  expect(await send('GET', `/members/${userId}`)).toMatchObject({ status: 200 });
  await inShard(passId, (object) => object.call(shards, 'tick', []));
  for (const path of [`/passes/${passId}`, `/members/${userId}`]) expect((await send('GET', path)).status).toBe(404);
});

test('a closed pass stays closed after it was erased, and after it has left', async () => {
  const { userId, passId } = await newMember(5);
  await untilState(passId, 'delivered');
  await send('DELETE', `/passes/${passId}`);
  await untilState(passId, 'closed');
  await send('DELETE', `/members/${userId}`);
  expect(await put(passId)).toMatchObject({ status: 409, body: { error: { code: 'PassClosed' } } });

  const left = `${passId}-left`;
  await put(left, { ...update, status: 'CLOSED' });
  await untilState(left, 'closed');
  await inShard(left, async (object, { storage }) => {
    storage.sql.exec('UPDATE passes SET leaves = 1 WHERE pass_id = ?', left);
    await object.call(shards, 'tick', []);
  });
  expect((await send('GET', `/passes/${left}`)).status).toBe(404);
  expect((await put(left)).status).toBe(409);
});

test('nothing overtakes a request that is in flight when its pass is erased', async () => {
  const { userId } = await newMember();
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const genuine = await gateway();
  let requests = 0;
  answerWith(async (request) => {
    requests += 1;
    await held;
    return genuine(request);
  });
  const passId = `flying-${userId}`;
  await put(passId, { ...update, userId, points: 1 });
  await vi.waitFor(() => expect(requests).toBe(1), 5_000);
  await send('DELETE', `/members/${userId}`);
  await put(passId, { ...update, userId, points: 2 });
  release();
  await scheduler.wait(500);
  expect(requests).toBe(1);
  expect(await view(passId)).toMatchObject({ state: 'pending', revision: 2 });
  await inShard(passId, (_, { storage }) => void storage.sql.exec('DELETE FROM passes WHERE pass_id = ?', passId));
});

test('a closed pass that leaves while lines of a batch are taken in stays closed', async () => {
  const passId = 'leaving-in-batch';
  const { userId: _, ...who } = update;
  await put(passId, { ...who, openId: 'O1', status: 'CLOSED' });
  await untilState(passId, 'closed');
  const ids = [passId, ...idsOf(shardFor(passId), 'beside-it', 100)];
  await inShard(passId, async (object, { storage }) => {
    // So that ids are looked up among those that have left.
    storage.sql.exec("INSERT OR IGNORE INTO tombstones VALUES ('another', 0)");
    storage.sql.exec('UPDATE passes SET leaves = 1 WHERE pass_id = ?', passId);
    const change = changeOf({ ...update, passId, status: 'UPDATE', updateDetailType: 'UPDATE_MEMBER_CARD' });
    const lines = ids.map((each, index) => ({ number: index + 1, passId: each, change }));
    const taken = object.call(shards, 'takeLines', [{ batchId: 'beside-leaving', after: 0, lines }]);
    await object.call(shards, 'tick', []);
    expect(await taken).toEqual({ value: 'taken' });
    expect(await object.call(shards, 'countLines', ['beside-leaving'])).toMatchObject({
      value: { accepted: 100, refused: 1, refusedLines: [{ line: 1, refusal: 'PassClosed' }] },
    });
  });
  expect((await put(passId)).status).toBe(409);
});
