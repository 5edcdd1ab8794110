/** Batches over HTTP: what is taken, what is refused, and what happens when a part of it fails. */
import { env } from 'cloudflare:workers';
import type { UpdatePassRequest } from '@alipayhk-pass/api/gateway';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { put, send, update, view } from './caller.ts';
import { answerWith, gateway, recordingGateway } from './gateway.ts';
import { idsOf, inShard, shards, stubOf, untilState } from './shards.ts';

let applied: UpdatePassRequest[] = [];
beforeEach(async () => {
  applied = await recordingGateway();
  for (const level of ['log', 'error'] as const) vi.spyOn(console, level).mockReturnValue();
});
afterEach(() => void vi.restoreAllMocks());

const line = (passId: string, fields: object = {}) => `${JSON.stringify({ ...update, passId, ...fields })}\n`;
const post = (body: BodyInit, headers: Record<string, string> = {}) =>
  send('POST', '/passes:batch', { body, headers: { 'Content-Type': 'application/x-ndjson', ...headers } });
const batch = async (batchId: string) => (await send('GET', `/batches/${batchId}`)).body;
const untilCounted = (batchId: string, counts: object) =>
  vi.waitFor(async () => expect(await batch(batchId)).toMatchObject(counts), { timeout: 15_000, interval: 100 });
const pointsOf = (passId: string) =>
  applied.filter((each) => each.passId === passId).map(({ dataInfo }) => dataInfo?.points);

describe('refused', () => {
  test.each(['application/json', 'text/plain', 'application/x-ndjson; charset=utf-16', ''])(
    'Content-Type %j: 415',
    async (type) => {
      expect(await post(line('T1'), { 'Content-Type': type })).toMatchObject({
        ...{ status: 415, body: { error: { code: 'MediaTypeNotSupported', issues: [{ path: 'Content-Type' }] } } },
      });
    },
  );

  test('a compressed body: 415', async () => {
    expect(await post(line('T1'), { 'Content-Encoding': 'gzip' })).toMatchObject({
      ...{ status: 415, body: { error: { issues: [{ path: 'Content-Encoding' }] } } },
    });
  });

  test('more than 32 MiB: 413, and nothing is recorded', async () => {
    const chunk = new Uint8Array(1024 * 1024).fill(0x20);
    let chunks = 0;
    const body = new ReadableStream({
      pull: (controller) => (chunks++ < 33 ? controller.enqueue(chunk) : controller.close()),
    });
    expect(await post(body)).toMatchObject({ status: 413, body: { error: { code: 'ContentTooLarge' } } });
  });

  test('the same key with another body: 422, and nothing of it applies', async () => {
    const headers = { 'Idempotency-Key': 'body-1' };
    expect((await post(line('R1', { points: 1 }), headers)).status).toBe(202);
    const other = await post(line('R1', { points: 2 }) + line('R2', { points: 2 }), headers);
    expect(other).toMatchObject({ status: 422, body: { error: { code: 'IdempotencyKeyReused' } } });
    expect(await view('R1')).toMatchObject({ revision: 1 });
    expect((await send('GET', '/passes/R2')).status).toBe(404);
  });

  test('the same key after a day: 422', async () => {
    const headers = { 'Idempotency-Key': 'old-1' };
    const { body } = await post(line('R3', { points: 1 }), headers);
    await inShard(body.batchId, (_, { storage }) => {
      storage.sql.exec('UPDATE batches SET started_at = started_at - 90000000 WHERE batch_id = ?', body.batchId);
    });
    expect(await post(line('R3', { points: 1 }), headers)).toMatchObject({
      ...{ status: 422, body: { error: { issues: [{ message: 'is older than 24 hours' }] } } },
    });
  });
});

test('lines that are malformed are named with every issue, the others are taken, unknown fields are listed', async () => {
  const body = [
    `\ufeff${line('M1', { points: 1, levl: 'gold' })}`,
    '\n',
    '{"passId": \n',
    line('M2', { points: -1, endDate: 'soon', merchantId: '' }),
    `${JSON.stringify({ ...update, passId: 'M3', points: 1 }).replace('"points":1', '"points":2024052221001234567')}\n`,
    `"${'x'.repeat(64 * 1024)}"\n`,
    '[]',
  ];
  const { status, body: reply } = await post(new Blob(body).stream());
  expect(status).toBe(202);
  expect(reply).toMatchObject({
    ...{ lines: 6, malformed: 5, unknownFields: ['levl'] },
    malformedLines: [
      { line: 3, error: { code: 'JsonInvalid' } },
      { line: 4, error: { issues: [{ path: 'points' }, { path: 'merchantId' }, { path: 'endDate' }] } },
      {
        line: 5,
        error: { issues: [{ path: 'points', message: 'must be a number that a double holds exactly, or text' }] },
      },
      { line: 6, error: { code: 'ContentTooLarge' } },
      { line: 7, error: { issues: [{ message: 'must be an object' }] } },
    ],
  });
  await untilCounted(reply.batchId, { accepted: 1, delivered: 1, refused: 0, pending: 0 });
  expect(applied.find(({ passId }) => passId === 'M1')).toMatchObject({ levl: 'gold' });
});

test('a batch of a thousand lines with a hundred issues each is finished; a part of them is named', async () => {
  const { dataInfo: _, ...who } = update;
  const wrong = `${JSON.stringify({ ...who, passId: 'L2' }).slice(0, -1)},"dataInfo":{"a":[${Array(100).fill('1e400')}]}}\n`;
  const headers = { 'Idempotency-Key': 'issues-1' };
  const { status, body: reply } = await post(line('L1', { points: 1 }) + wrong.repeat(1_000), headers);
  expect(status).toBe(202);
  expect(reply).toMatchObject({ lines: 1_001, malformed: 1_000 });
  const named = reply.malformedLines as { line: number; error: { message: string; issues: object[] } }[];
  expect(named.map(({ line }) => line)).toEqual(Array.from(named, (_, n) => n + 2));
  expect(named.length).toBeGreaterThan(100);
  expect(JSON.stringify(named).length).toBeLessThan(520 * 1024);
  for (const { error } of named) {
    expect(error).toMatchObject({ code: 'RequestInvalid', moreIssues: 80 });
    expect(error.issues).toHaveLength(20);
    expect(error.message.length).toBeLessThanOrEqual(1_000);
  }
  await untilCounted(reply.batchId, { lines: 1_001, malformed: 1_000, accepted: 1, pending: 0 });
  expect((await batch(reply.batchId)).malformedLines).toEqual(named);
  expect(await post(line('L1', { points: 1 }) + wrong.repeat(1_000), headers)).toMatchObject({
    status: 202,
    body: reply,
  });
});

test('of no line at all is 202', async () => {
  const { status, body } = await post('');
  expect(status).toBe(202);
  expect(await batch(body.batchId)).toMatchObject({ lines: 0, pending: 0, finishedAt: expect.any(Number) });
});

test('lines are counted as delivered, refused by AlipayHK, refused by the pass, and given up', async () => {
  answerWith(
    await gateway({
      handler: ({ passId }) =>
        passId.startsWith('F')
          ? { resultCode: 'PARAM_ILLEGAL', resultStatus: 'F' }
          : { resultCode: 'SUCCESS', resultStatus: 'S' },
    }),
  );
  await put('N-closed', { ...update, status: 'CLOSED' });
  const body =
    line('N-good') + line('F-dead') + line('N-closed') + line('F-given-up') + line('N-last', { status: 'CLOSED' });
  const { batchId } = (await post(body)).body;
  await untilCounted(batchId, { accepted: 4, delivered: 2, refused: 3, pending: 0 });
  await send('DELETE', '/dead-letters/F-given-up');
  await send('POST', '/dead-letters/F-dead/replay');
  const refusedLines = [
    { line: 2, passId: 'F-dead' },
    { line: 3, passId: 'N-closed', refusal: 'PassClosed' },
    { line: 4, passId: 'F-given-up' },
  ];
  await untilCounted(batchId, { delivered: 2, refused: 3, pending: 0, refusedLines });
  expect(await view('N-last')).toMatchObject({ state: 'closed' });
});

test('two lines of one pass are taken in their order', async () => {
  await post(line('O1', { points: 1, level: 'gold' }) + line('O1', { points: 2 }));
  await untilState('O1', 'delivered');
  const card = Object.assign({}, ...applied.filter(({ passId }) => passId === 'O1').map(({ dataInfo }) => dataInfo));
  expect(card).toMatchObject({ points: 2, level: 'gold' });
});

test('DELETE right after 202 closes the pass, and a PUT right after 202 wins', async () => {
  const names = Array.from({ length: 60 }, (_, n) => `after-${n}`);
  expect((await post(names.map((passId) => line(passId, { points: 1 })).join(''))).status).toBe(202);
  const [closed = '', changed = ''] = [names[20], names[40]];
  expect((await send('DELETE', `/passes/${closed}`)).status).toBe(202);
  expect((await put(changed, { ...update, points: 2 })).status).toBe(202);
  await untilState(closed, 'closed');
  await untilState(changed, 'delivered');
  expect(pointsOf(changed).at(-1)).toBe(2);
});

describe('when a shard fails', () => {
  /** Fails the calls of one shard. */
  const failing = (shard: number) => {
    const genuine = env.OUTBOX_SHARD.getByName.bind(env.OUTBOX_SHARD);
    return vi.spyOn(env.OUTBOX_SHARD, 'getByName').mockImplementation((name, options) => {
      if (name !== `shard-${shard}`) return genuine(name, options);
      return { call: () => Promise.reject(new Error('no shard')) } as never;
    });
  };

  test('503, and the same body under the same key completes it: each line counts once', async () => {
    const names = [0, 1, 2].flatMap((shard) => idsOf(shard, 'part', 3));
    const body = names.map((passId) => line(passId, { points: 1 })).join('');
    const headers = { 'Idempotency-Key': 'part-1' };
    let key = 0;
    let first: Awaited<ReturnType<typeof post>>;
    do {
      // A batch of which the failing shard is the home does not begin.
      headers['Idempotency-Key'] = `part-${key++}`;
      const broken = failing(1);
      first = await post(body, headers);
      broken.mockRestore();
    } while (first.body.error?.code === 'ShardFailed');
    expect(first).toMatchObject({ status: 503, body: { error: { code: 'BatchIncomplete' } } });
    expect(first.headers.get('Retry-After')).toBe('5');
    const taken = names.filter((passId) => !idsOf(1, 'part', 3).includes(passId));
    for (const passId of taken) await untilState(passId, 'delivered');

    // A change in between stays, on a shard that took its lines and on the one that did not.
    const missed = idsOf(1, 'part', 1)[0] ?? '';
    await put(taken[0] ?? '', { ...update, points: 9 });
    await put(missed, { ...update, points: 9 });
    const second = await post(body, headers);
    expect(second).toMatchObject({ status: 202, body: { lines: 9 } });
    await untilCounted(second.body.batchId, { accepted: 9, delivered: 9, pending: 0 });
    for (const passId of names) {
      const isChanged = passId === taken[0] || passId === missed;
      expect(pointsOf(passId).at(-1)).toBe(isChanged ? 9 : 1);
    }
    expect(await view(taken[1] ?? '')).toMatchObject({ revision: 1 });
    expect(await post(body, headers)).toMatchObject({ status: 202, body: second.body });
  });

  test('lines that come twice or after a gap change nothing', async () => {
    const [passId = ''] = idsOf(2, 'gap', 1);
    const { dataInfo: _, ...who } = update;
    const lineOf = (number: number) => ({
      ...{ number, passId },
      change: { who, status: 'UPDATE', updateDetailType: 'UPDATE_MEMBER_CARD', fields: { 'dataInfo/points': number } },
    });
    const take = (after: number, numbers: number[]) =>
      stubOf(2).call(shards, 'takeLines', [{ batchId: 'gap', after, lines: numbers.map(lineOf) }]);
    expect(await take(4, [5])).toEqual({ value: 'gap' });
    expect(await take(0, [2, 4])).toEqual({ value: 'taken' });
    expect(await take(0, [2, 4])).toEqual({ value: 'taken' });
    expect(await take(0, [2, 4, 7])).toEqual({ value: 'taken' });
    expect(await view(passId)).toMatchObject({ revision: 3 });
  });
});

test('old batches, their lines, keys and hashes of erased bills leave where no new one comes', async () => {
  const [passId = ''] = idsOf(0, 'old-lines', 1);
  await inShard(passId, async (object, { storage }) => {
    for (const table of ['batches', 'batch_lines']) storage.sql.exec(`DELETE FROM ${table}`);
    for (const batchId of ['old', 'young']) {
      await object.call(shards, 'startBatch', [batchId, 'd']);
      await object.call(shards, 'openBatch', [batchId]);
    }
    storage.sql.exec("UPDATE batches SET started_at = 1 WHERE batch_id = 'old'");
    storage.sql.exec("UPDATE batch_lines SET began = 1 WHERE batch_id = 'old'");
    storage.sql.exec(
      "DELETE FROM keys; INSERT INTO keys VALUES (1, 'P', 'old', 'd', 1, 1), (2, 'P', 'young', 'd', 1, ?)",
      Date.now(),
    );
    storage.sql.exec(
      "DELETE FROM erased_bills; INSERT INTO erased_bills VALUES (1, 'old', 0, 1), (2, 'young', 0, ?)",
      Date.now(),
    );
    await object.call(shards, 'tick', []);
    for (const table of ['batches', 'batch_lines']) {
      expect(storage.sql.exec(`SELECT batch_id FROM ${table}`).toArray()).toEqual([{ batch_id: 'young' }]);
    }
    expect(storage.sql.exec('SELECT name FROM keys').toArray()).toEqual([{ name: 'young' }]);
    expect(storage.sql.exec('SELECT hash FROM erased_bills').toArray()).toEqual([{ hash: 'young' }]);
  });
});

test('old batches and keys leave as new ones come', async () => {
  const home = 0;
  const ids = idsOf(home, 'leaving', 3);
  await inShard(ids[0] ?? '', (_, { storage }) => {
    for (const table of ['batches', 'keys']) storage.sql.exec(`DELETE FROM ${table}`);
  });
  await stubOf(home).call(shards, 'startBatch', ['old-a', 'd']);
  await stubOf(home).call(shards, 'startBatch', ['old-b', 'd']);
  await put(ids[0] ?? '', update, { 'Idempotency-Key': 'k1' });
  await inShard(ids[0] ?? '', (_, { storage }) => {
    storage.sql.exec('UPDATE batches SET started_at = 1');
    storage.sql.exec('UPDATE keys SET at = 1');
  });
  await stubOf(home).call(shards, 'startBatch', ['new', 'd']);
  await put(ids[1] ?? '', update, { 'Idempotency-Key': 'k2' });
  await inShard(ids[0] ?? '', (_, { storage }) => {
    expect(storage.sql.exec("SELECT batch_id FROM batches WHERE batch_id LIKE 'old-%'").toArray()).toEqual([]);
    expect(storage.sql.exec('SELECT name FROM keys').toArray()).toEqual([{ name: 'k2' }]);
  });
});
