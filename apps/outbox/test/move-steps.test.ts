/** The steps of a move: how much one of them carries, and which are refused. */

import { runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { emptyState } from '../src/pass/state.ts';
import type { Moved } from '../src/shard/between-shards.ts';
import { shardOf } from '../src/shard/route.ts';
import { send } from './caller.ts';
import { recordingGateway } from './gateway.ts';
import { idsOf, shards, stubOf } from './shards.ts';

beforeEach(async () => {
  for (const level of ['log', 'error'] as const) vi.spyOn(console, level).mockReturnValue();
  await recordingGateway();
});
afterEach(() => void vi.restoreAllMocks());

const to = 4;
const step = (number: number) => send('POST', `/shards/move?to=${number}`);
/** Passes of the first shard that belong to another one after the move, with rows of so many characters. */
const large = idsOf(0, 'large', 40).filter((passId) => shardOf(passId, to) !== 0);
const bodyOf = (length: number) => JSON.stringify({ ...emptyState(''), deadLetters: 0, filler: 'x'.repeat(length) });

test('rows of up to 2 MB move in calls of one megabyte, or one row; another move beside it is refused', async () => {
  const lengths = large.map((_, n) => [1_800_000, 300_000, 400_000, 5_000][n % 4] as number);
  const calls: { bytes: number; rows: number }[] = [];
  await runInDurableObject(stubOf(0), async (object, { storage }) => {
    await object.call(shards, 'gauges', []);
    for (const [n, passId] of large.entries()) {
      const values = [passId, null, 0, 0, null, 'delivered', null, bodyOf(lengths[n] ?? 0)];
      storage.sql.exec('INSERT INTO passes VALUES (?, ?, ?, ?, ?, ?, ?, ?)', ...values);
    }
    const { ports } = object.shard;
    const genuine = ports.call;
    ports.call = ((shard: number, name: 'takeMoved', moved: Moved) => {
      calls.push({ bytes: JSON.stringify(moved.rows).length, rows: moved.rows.length });
      return genuine(shard, name, moved);
    }) as typeof genuine;
  });

  expect(await step(to)).toMatchObject({ status: 202, body: { moved: expect.any(Number), done: false } });
  expect(await step(5)).toMatchObject({
    status: 503,
    body: { error: { code: 'ShardsMoving', message: 'the passes are moving to 4 shards: come later' } },
  });
  for (let steps = 0; steps < 100; steps += 1) if ((await step(to)).body.done) break;

  expect(calls.reduce((sum, { rows }) => sum + rows, 0)).toBe(large.length);
  for (const { bytes, rows } of calls) expect(rows === 1 || bytes < 1_010_000).toBe(true);
  expect(Math.max(...calls.map(({ bytes }) => bytes))).toBeGreaterThan(1_800_000);
  expect(Math.max(...calls.map(({ rows }) => rows))).toBeGreaterThan(1);
  for (const [n, passId] of large.entries()) {
    const body = (shard: number) =>
      runInDurableObject(stubOf(shard), (_, { storage }) =>
        storage.sql.exec<{ body: string }>('SELECT body FROM passes WHERE pass_id = ?', passId).toArray(),
      );
    expect(await body(0)).toEqual([]);
    expect(await body(shardOf(passId, to))).toEqual([{ body: bodyOf(lengths[n] ?? 0) }]);
  }
}, 60_000);

test('rows that come late, once the move has ended, are refused: they may be older than what is there', async () => {
  await runInDurableObject(stubOf(3), async (object) => {
    const moved: Moved = { to, rows: [], hashKeys: [], stamp: 0, flight: 0 };
    await expect(object.call(shards, 'takeMoved', [moved])).rejects.toThrow('this shard does not move to 4 shards');
  });
});

test('a move that would leave a shard out is refused: SHARDS is less than what the shards were filled under', async () => {
  const message = /^the shards were filled under SHARDS 4, and SHARDS is 3: set SHARDS back to 4/;
  expect(await step(2)).toMatchObject({
    status: 503,
    body: { error: { code: 'ShardsMismatch', message: expect.stringMatching(message) } },
  });
  // The same move again finds nothing left.
  expect(await step(to)).toMatchObject({ status: 202, body: { moved: 0, done: true } });
});
