/** What an update costs: rows written, alarms, and calls of objects, counted in workerd. */
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { OutboxShard } from '../src/worker.ts';
import { send, update } from './caller.ts';
import { recordingGateway } from './gateway.ts';

beforeEach(() => {
  for (const level of ['log', 'error'] as const) vi.spyOn(console, level).mockReturnValue();
});
afterEach(() => void vi.restoreAllMocks());

const shards = Number(env.SHARDS);
const read = async () => {
  const sizes = await Promise.all(
    Array.from({ length: shards }, (_, shard) =>
      runInDurableObject(
        env.OUTBOX_SHARD.getByName(`shard-${shard}`),
        (_object, { storage }) => storage.sql.databaseSize,
      ),
    ),
  );
  return { ...OutboxShard.usage, size: sizes.reduce((total, size) => total + size, 0) };
};

const post = async (prefix: string, count: number) => {
  const lines = Array.from({ length: count }, (_, index) =>
    JSON.stringify({ ...update, passId: `${prefix}-${index}`, points: index }),
  );
  const { body } = await send('POST', '/passes:batch', {
    body: lines.join('\n'),
    headers: { 'Content-Type': 'application/x-ndjson' },
  });
  await vi.waitFor(
    async () => expect((await send('GET', `/batches/${body.batchId}`)).body).toMatchObject({ delivered: count }),
    { timeout: 60_000, interval: 500 },
  );
};

test('an update by batch writes at most 4.5 rows and makes at most 0.5 calls until it is delivered', {
  timeout: 90_000,
}, async () => {
  await recordingGateway();
  await post('first', 30);
  const count = 1_500;
  const before = await read();
  await post('budget', count);
  const after = await read();
  const each = {
    rows: (after.rows + after.alarms - before.rows - before.alarms) / count,
    calls: (after.calls - before.calls) / count,
    bytes: (after.size - before.size) / count,
  };
  console.info(`an update: ${each.rows} rows, ${each.calls} calls, ${each.bytes} bytes`);
  expect(each.rows).toBeLessThan(4.5);
  expect(each.calls).toBeLessThan(0.5);
  expect(each.bytes).toBeLessThan(1_500);
});
