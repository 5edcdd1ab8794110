// The index in D1: rows in any order and number, pages of dead letters, and that it can be rebuilt from the mailboxes.
import { createMessageBatch, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeEach, expect, test, vi } from 'vitest';
import { listDeadLetters, type PassRow, writeRows } from '../src/pass-index.ts';
import worker from '../src/worker.ts';
import { put, send, view } from './caller.ts';
import { answerWith, gateway } from './gateway.ts';

beforeEach(async () => {
  vi.spyOn(console, 'log').mockReturnValue();
  await env.DB.exec('DELETE FROM passes');
});

const row = (passId: string, sequence: number, change: Partial<PassRow> = {}): PassRow => ({
  ...{ passId, sequence, revision: 1, delivered: 0, settled: 1, state: 'dead' },
  ...{ resultCode: 'PARAM_ILLEGAL', tracerId: null, deadAt: 1_000, updatedAt: 1_000, discarded: [], ...change },
});
const sequences = async () =>
  (await env.DB.prepare('SELECT pass_id, sequence FROM passes ORDER BY pass_id').all()).results.map(Object.values);

test('the newest row of a pass stays, in whatever order rows come', async () => {
  await writeRows(env.DB, [row('A', 5), row('B', 1), row('A', 7), row('A', 6)]);
  await writeRows(env.DB, [row('A', 4), row('B', 2), row('B', 2)]);
  expect(await sequences()).toEqual([
    ['A', 7],
    ['B', 2],
  ]);
});

test('a hundred rows are one statement', async () => {
  await writeRows(
    env.DB,
    Array.from({ length: 100 }, (_, n) => row(`H${n}`, 1)),
  );
  expect(await sequences()).toHaveLength(100);
});

test('dead letters come in pages, the oldest first, those of one moment too', async () => {
  const rows = Array.from({ length: 205 }, (_, n) => row(`P${1_000 + n}`, 1, { deadAt: 1_000 + Math.floor(n / 50) }));
  await writeRows(env.DB, [...rows, row('alive', 1, { deadAt: null })]);
  const seen: string[] = [];
  let next: string | undefined = '';
  for (let page = 0; next !== undefined && page < 5; page += 1) {
    const path: string = next ? `/dead-letters?after=${encodeURIComponent(next)}` : '/dead-letters';
    const { body } = await send('GET', path);
    seen.push(...body.deadLetters.map(({ passId }: PassRow) => passId));
    next = body.next;
  }
  expect(seen).toEqual(rows.map(({ passId }) => passId));
  expect(await listDeadLetters(env.DB, { deadAt: 1_004, passId: 'P1204' }, 10)).toEqual([]);
});

test('dead letters of one result code are replayed page by page, and no others', async () => {
  answerWith(
    await gateway({
      handler: ({ passId }) => ({ resultCode: passId === 'K3' ? 'PARAM_ILLEGAL' : 'KEY_NOT_FOUND', resultStatus: 'F' }),
    }),
  );
  const inTime = { timeout: 20_000, interval: 100 };
  for (const passId of ['K1', 'K2', 'K3']) await put(passId);
  await vi.waitFor(async () => expect((await send('GET', '/dead-letters')).body.deadLetters).toHaveLength(3), inTime);
  // Long since revived, but still in the index: a page and a half of them, before the others.
  await writeRows(
    env.DB,
    Array.from({ length: 150 }, (_, n) => row(`gone${n}`, 1, { resultCode: 'KEY_NOT_FOUND' })),
  );

  answerWith(await gateway());
  const replay = (query: string) => send('POST', `/dead-letters/replay${query}`);
  const first = await replay('?resultCode=KEY_NOT_FOUND');
  expect(first).toMatchObject({ status: 202, body: { replayed: 0, next: expect.any(String) } });
  const after = encodeURIComponent(first.body.next);
  expect(await replay(`?resultCode=KEY_NOT_FOUND&after=${after}`)).toMatchObject({
    status: 202,
    body: { replayed: 2 },
  });
  for (const passId of ['K1', 'K2']) {
    await vi.waitFor(async () => expect(await view(passId)).toMatchObject({ state: 'delivered', revision: 1 }), inTime);
  }
  expect(await view('K3')).toMatchObject({ state: 'dead' });
  expect(await replay('')).toMatchObject({ status: 422, body: { error: { issues: [{ path: 'resultCode' }] } } });
});

test('an index that was emptied is rebuilt from the mailboxes', async () => {
  answerWith(await gateway({ handler: () => ({ resultCode: 'PASS_IS_NULL', resultStatus: 'F' }) }));
  const passIds = ['R1', 'R2', 'R3'];
  for (const passId of passIds) await put(passId);
  const listed = async () => (await send('GET', '/dead-letters')).body.deadLetters.map(({ passId }: PassRow) => passId);
  const inTime = { timeout: 20_000, interval: 100 };
  await vi.waitFor(async () => expect((await listed()).sort()).toEqual(passIds), inTime);
  for (const passId of passIds) expect(await view(passId)).toMatchObject({ state: 'dead' });

  await env.DB.exec('DELETE FROM passes');
  expect(await listed()).toEqual([]);
  for (const passId of passIds) expect(await send('POST', `/passes/${passId}/reindex`)).toMatchObject({ status: 202 });
  await vi.waitFor(async () => expect((await listed()).sort()).toEqual(passIds), inTime);
});

test('a dead letter whose row was lost is in the index again within six hours, until it is given up', async () => {
  answerWith(await gateway({ handler: () => ({ resultCode: 'PASS_IS_NULL', resultStatus: 'F' }) }));
  const inTime = { timeout: 20_000, interval: 100 };
  const listed = async () => (await send('GET', '/dead-letters')).body.deadLetters.map(({ passId }: PassRow) => passId);
  const stub = env.MAILBOX.getByName('L1');
  const alarm = () => runInDurableObject(stub, (_, { storage }) => storage.getAlarm());
  await put('L1');
  await vi.waitFor(async () => expect(await listed()).toEqual(['L1']), inTime);
  await env.DB.exec('DELETE FROM passes');
  await vi.waitFor(async () => expect(await alarm()).toBeGreaterThan(Date.now() + 5 * 3_600_000), inTime);
  vi.useFakeTimers({ toFake: ['Date'], now: (await alarm()) ?? 0 });
  await runDurableObjectAlarm(stub);
  vi.useRealTimers();
  await vi.waitFor(async () => expect(await listed()).toEqual(['L1']), inTime);
  await send('DELETE', '/dead-letters/L1');
  await vi.waitFor(async () => expect([await listed(), await alarm()]).toEqual([[], null]), inTime);
});

test('rows that cannot be written come again, and a person is told; those that failed for good are taken later', async () => {
  const log = vi.spyOn(console, 'error').mockReturnValue();
  const queued = (queue: string) =>
    worker.queue(
      createMessageBatch(queue, [{ id: '1', timestamp: new Date(), attempts: 1, body: row('W', 1) }]) as never,
      env,
    );
  await env.DB.exec('ALTER TABLE passes RENAME TO gone');
  await expect(queued('alipayhk-merchant-index')).rejects.toThrow(/no such table/);
  await env.DB.exec('ALTER TABLE gone RENAME TO passes');
  const alert = { event: 'alert', passId: '', code: 'IndexWriteFailed' };
  expect(log.mock.calls.map(([line]) => JSON.parse(line))).toEqual([alert]);
  await queued('alipayhk-merchant-index-failed');
  expect(await sequences()).toEqual([['W', 1]]);
});
