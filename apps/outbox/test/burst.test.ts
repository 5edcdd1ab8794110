/** A burst of distinct passes on one shard: every one is taken or refused, and sending goes on at the bound. */
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { send, update } from './caller.ts';
import { answerWith, gateway, recordingGateway } from './gateway.ts';
import { idsOf, inShard, shards } from './shards.ts';

beforeEach(() => {
  for (const level of ['log', 'error'] as const) vi.spyOn(console, level).mockReturnValue();
});
afterEach(() => void vi.restoreAllMocks());

const burst = { passes: 100_000, batches: 100, milliseconds: 10_000 };
/** Of the shard, in this file. */
const [perSecond, inFlight] = [60, 5];

test('100,000 distinct passes in 10 s on one shard are taken or refused with 429, and then requests go at the bound', {
  timeout: 180_000,
}, async () => {
  const sent: number[] = [];
  const genuine = await gateway();
  answerWith(async (request) => {
    sent.push(performance.now());
    return genuine(request);
  });
  const [first = '', ...others] = idsOf(0, 'burst', burst.passes);
  await inShard(first, ({ shard: { ports } }) => {
    const limits = { ...ports.limits(), bound: { perSecond: perSecond * shards, inFlight: inFlight * shards } };
    ports.limits = () => limits;
  });
  const ids = [first, ...others];
  const lines = ids.length / burst.batches;
  const began = performance.now();
  // Each begins when it is due, whatever has become of those before.
  const replies = await Promise.all(
    Array.from({ length: burst.batches }, async (_, batch) => {
      await scheduler.wait((batch * burst.milliseconds) / burst.batches);
      const body = ids
        .slice(batch * lines, (batch + 1) * lines)
        .map((passId) => JSON.stringify({ ...update, passId }))
        .join('\n');
      const headers = { 'Content-Type': 'application/x-ndjson', 'Idempotency-Key': `burst-${batch}` };
      return send('POST', '/passes:batch', { body, headers });
    }),
  );
  const taken = replies.filter(({ status }) => status === 202);
  const refused = replies.filter(({ status }) => status !== 202);
  console.info(
    `${taken.length * lines} passes taken, ${refused.length * lines} refused in ${(performance.now() - began).toFixed(0)} ms`,
  );
  for (const { status, body, headers } of refused) {
    expect({ status, code: body.error.code }).toEqual({ status: 429, code: 'ShardFull' });
    expect(headers.get('Retry-After')).toBe('5');
  }
  const stored = await inShard(first, (_, { storage }) => {
    const rows = storage.sql.exec<{ passes: number }>(
      "SELECT count(*) AS passes FROM passes WHERE pass_id LIKE 'burst-%'",
    );
    return rows.one().passes;
  });
  // Of a batch that was refused some lines may have been taken before.
  expect(stored).toBeGreaterThanOrEqual(taken.length * lines);
  expect(stored).toBeLessThanOrEqual(burst.passes);

  const before = sent.length;
  const seconds = 5;
  await vi.waitFor(() => expect(sent.length).toBeGreaterThanOrEqual(before + seconds * perSecond), { timeout: 60_000 });
  // At once after a pause: a quarter of a second's worth, and one. What is in flight may have been held up on its way.
  const most = perSecond + Math.ceil(perSecond / 4) + 1 + inFlight;
  const after = sent.slice(before);
  for (const [index, time] of after.entries()) {
    const within = after.slice(index).filter((each) => each < time + 1_000).length;
    expect(within).toBeLessThanOrEqual(most);
  }
  const took = ((after[seconds * perSecond - 1] ?? 0) - (after[0] ?? 0)) / 1000;
  console.info(`afterwards ${((seconds * perSecond) / took).toFixed(0)} requests a second of ${perSecond}`);
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
