/** The move to another number of shards, in workerd: everything is where it belongs, and nothing overtakes. */
import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import worker from '../src/worker.ts';
import { moveShards } from '../tools/move-shards.ts';
import { alipayhk, billOf } from './alipayhk.ts';
import { put, send, update, view } from './caller.ts';
import { answerWith, gateway, recordingGateway } from './gateway.ts';
import { inShard, untilState } from './shards.ts';

beforeEach(() => {
  for (const level of ['log', 'error'] as const) vi.spyOn(console, level).mockReturnValue();
});
afterEach(() => void vi.restoreAllMocks());

const token = env.API_TOKEN;
/** The Worker as it is deployed after the move. */
const after = async (method: string, path: string, body?: object, headers: Record<string, string> = {}) => {
  const init = {
    method,
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', ...headers },
  };
  const request = new Request(`https://merchant.test${path}`, { ...init, ...(body && { body: JSON.stringify(body) }) });
  const response = await worker.fetch(request, { ...env, SHARDS: '5' }, createExecutionContext());
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

test('3 shards become 5: passes, keys, dead letters, batches, members and tombstones move, once no request is in flight', async () => {
  const applied = await recordingGateway();
  const ids = Array.from({ length: 40 }, (_, n) => `move-${n}`);
  const headers = { 'Content-Type': 'application/x-ndjson', 'Idempotency-Key': 'nightly' };
  const body = ids.map((passId) => JSON.stringify({ ...update, passId, points: 1 })).join('\n');
  const { batchId } = (await send('POST', '/passes:batch', { body, headers })).body;
  for (const passId of ids) await untilState(passId, 'delivered');
  await put('move-keyed', { ...update, points: 5 }, { 'Idempotency-Key': 'sale-1' });
  await send('PUT', '/members/move-member', { body: JSON.stringify({ passId: 'move-card', merchantId: 'M1' }) });
  const bill = billOf(300, { userId: 'move-member' });
  await alipayhk().notifyBill(bill);
  await untilState('move-card', 'delivered');
  for (const passId of ['move-keyed', 'move-card']) await untilState(passId, 'delivered');
  await put('move-closed', { ...update, userId: 'move-erased', status: 'CLOSED' });
  await untilState('move-closed', 'closed');
  await send('DELETE', '/members/move-erased');
  answerWith(await gateway({ handler: () => ({ resultCode: 'PARAM_ILLEGAL', resultStatus: 'F' }) }));
  await put('move-dead', { ...update, points: 5 });
  await untilState('move-dead', 'dead');

  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const genuine = await gateway({
    handler: (each) => {
      applied.push(each);
      return { resultCode: 'SUCCESS', resultStatus: 'S' };
    },
  });
  let requests = 0;
  answerWith(async (request) => {
    requests += 1;
    await held;
    return genuine(request);
  });
  const flying = ids.slice(0, 6);
  for (const passId of flying) await put(passId, { ...update, points: 2 });
  await vi.waitFor(() => expect(requests).toBe(6), 5_000);

  vi.stubGlobal('fetch', async (input: Request | string, init?: RequestInit) => {
    if (typeof input === 'string') return worker.fetch(new Request(input, init), env, createExecutionContext());
    requests += 1;
    await held;
    return genuine(input);
  });
  let steps = 0;
  const moving = moveShards({ url: 'https://merchant.test/', token, to: 5 }, () => {
    steps += 1;
    if (steps === 2) release();
  });
  await vi.waitFor(() => expect(steps).toBeGreaterThan(0), 10_000);
  expect(await put('move-late', { ...update, points: 1 })).toMatchObject({
    status: 503,
    body: { error: { code: 'ShardsMoving' } },
  });
  await moving;
  // Before it is deployed with the new number, 5 shards have a fifth of the bound each and not a third.
  expect(await inShard('move-0', ({ shard }) => shard.limits)).toMatchObject({ shards: 5, bound: { perSecond: 3000 } });

  expect(await put('move-late', { ...update, points: 1 })).toMatchObject({
    status: 503,
    body: { error: { code: 'ShardsMismatch' } },
  });
  for (const passId of ids) {
    const revision = flying.includes(passId) ? 2 : 1;
    expect((await after('GET', `/passes/${passId}`)).body).toMatchObject({
      state: 'delivered',
      revision,
      delivered: revision,
    });
  }
  expect(requests).toBe(6);
  expect((await after('GET', `/batches/${batchId}`)).body).toMatchObject({
    lines: 40,
    accepted: 40,
    delivered: 40,
    pending: 0,
  });
  const again = await after('PUT', '/passes/move-keyed', { ...update, points: 5 }, { 'Idempotency-Key': 'sale-1' });
  expect(again).toMatchObject({ status: 202, body: { revision: 1 } });
  expect((await after('GET', '/members/move-member')).body).toMatchObject({ points: 3, bills: 1 });
  expect((await after('GET', '/dead-letters')).body).toMatchObject({ deadLetters: [{ passId: 'move-dead' }] });
  expect(await after('PUT', '/passes/move-closed', update)).toMatchObject({ status: 409 });
  const fresh = await after('PUT', '/passes/move-0', { ...update, points: 3 });
  expect(fresh).toMatchObject({ status: 202, body: { revision: 3 } });
  await vi.waitFor(
    async () => expect((await after('GET', '/passes/move-0')).body).toMatchObject({ delivered: 3 }),
    10_000,
  );
  expect(await view('move-0').catch(() => undefined)).toMatchObject({ error: { code: 'ShardsMismatch' } });
}, 60_000);
