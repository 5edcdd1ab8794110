/** A burst of distinct passes on one shard: every one is taken or refused, and sending goes on at the bound. */
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { send, update } from './caller.ts';
import { answerWith, gateway, recordingGateway } from './gateway.ts';
import { idsOf, inShard, shards, stubOf } from './shards.ts';

beforeEach(() => {
  for (const level of ['log', 'error'] as const) vi.spyOn(console, level).mockReturnValue();
});
afterEach(() => void vi.restoreAllMocks());

const count = 100_000;

test('100,000 distinct passes on one shard are all taken, and meanwhile and afterwards requests go', {
  timeout: 120_000,
}, async () => {
  let requests = 0;
  const genuine = await gateway();
  answerWith(async (request) => {
    requests += 1;
    return genuine(request);
  });
  const { dataInfo: _, ...who } = update;
  const change = { who, status: 'UPDATE', updateDetailType: 'UPDATE_MEMBER_CARD', fields: { 'dataInfo/points': 1 } };
  const began = performance.now();
  for (let from = 0; from < count; from += 200) {
    const lines = Array.from({ length: 200 }, (_, n) => ({
      number: from + n + 1,
      passId: `burst-${from + n}`,
      change,
    }));
    const reply = await stubOf(0).call(shards, 'takeLines', [{ batchId: 'burst', after: from, lines }]);
    expect(reply).toEqual({ value: 'taken' });
  }
  console.info(`${count} passes in ${((performance.now() - began) / 1000).toFixed(1)} s`);
  const gauges = (await stubOf(0).call(shards, 'gauges', [])) as unknown as { value: { pending: number } };
  expect(gauges.value.pending + requests).toBeGreaterThanOrEqual(count);
  const before = requests;
  await vi.waitFor(() => expect(requests).toBeGreaterThan(before + 50), { timeout: 10_000 });
});

test('a shard of which half a million passes wait replies 429 with Retry-After', async () => {
  await recordingGateway();
  const [passId = ''] = idsOf(1, 'full', 1);
  const counted = await inShard(passId, (object) => {
    const { ports } = object.shard;
    const genuine = ports.sql;
    // Half a million rows would take a minute: the count is what the shard decides by.
    ports.sql = ((query: string, ...bindings: never[]) =>
      query.startsWith('SELECT count(*) AS waiting')
        ? [{ waiting: 500_000 }]
        : genuine(query, ...bindings)) as typeof genuine;
    return true;
  });
  expect(counted).toBe(true);
  const response = await send('PUT', `/passes/${passId}`, { body: JSON.stringify(update) });
  expect(response).toMatchObject({ status: 429, body: { error: { code: 'ShardFull' } } });
  expect(response.headers.get('Retry-After')).toBe('5');
  const body = JSON.stringify({ ...update, passId });
  const headers = { 'Content-Type': 'application/x-ndjson', 'Idempotency-Key': 'full-1' };
  expect(await send('POST', '/passes:batch', { body, headers })).toMatchObject({ status: 429 });
  expect((await send('GET', `/passes/${passId}`)).status).toBe(404);
  expect(env.SHARDS).toBe(`${shards}`);
});
