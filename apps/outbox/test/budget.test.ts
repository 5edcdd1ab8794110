/** What an update costs: rows written, alarms, and calls of objects, counted in workerd. */
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { OutboxShard } from '../src/worker.ts';
import { send, update } from './caller.ts';
import { recordingGateway } from './gateway.ts';

beforeEach(() => {
  for (const level of ['log', 'error'] as const) vi.spyOn(console, level).mockReturnValue();
});
afterEach(() => void vi.restoreAllMocks());

const shards = Number(env.SHARDS);
const read = async () => {
  const all = await Promise.all(
    Array.from({ length: shards }, (_, shard) =>
      runInDurableObject(env.OUTBOX_SHARD.getByName(`shard-${shard}`), (object: OutboxShard, state) => ({
        ...object.written,
        object,
        size: state.storage.sql.databaseSize,
      })),
    ),
  );
  const sum = (name: 'rows' | 'alarms' | 'calls' | 'size') => all.reduce((total, each) => total + each[name], 0);
  const objects = all.map(({ object }) => object);
  return { rows: sum('rows'), alarms: sum('alarms'), calls: sum('calls'), size: sum('size'), objects };
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
  timeout: 180_000,
}, async () => {
  await recordingGateway();
  await post('first', 30);
  const count = 1_500;
  let [before, after] = [await read(), await read()];
  let areSame = false;
  // An object that ends, as one that nobody calls for a while does, takes its counts with it: again, then.
  for (let tries = 0; tries < 4; tries += 1) {
    before = await read();
    await post(`budget-${tries}`, count);
    after = await read();
    areSame = after.objects.every((object, shard) => object === before.objects[shard]);
    if (areSame) break;
  }
  expect(areSame).toBe(true);
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
