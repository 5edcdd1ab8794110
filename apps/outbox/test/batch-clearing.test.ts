// What the cron trigger deletes of old batches, and that it deletes nothing else.
import { createScheduledController } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test, vi } from 'vitest';
import { finishBatch, recordLines, startBatch } from '../src/batch-store.ts';
import worker from '../src/worker.ts';
import { send } from './caller.ts';

const day = 86_400_000;

/** A batch as it is when all its lines were refused. */
async function makeBatch(batchId: string, age: number, lines: number): Promise<void> {
  await startBatch(env.DB, batchId, Date.now() - age);
  const results = Array.from({ length: lines }, (_, n) => ({
    ...{ number: n + 1, passId: `P${n}`, revision: 1, refusal: 'PassClosed' as const },
  }));
  await recordLines(env.DB, batchId, results);
  const error = { code: 'JsonInvalid', message: 'body: expected JSON in UTF-8' } as const;
  await finishBatch(env.DB, batchId, {
    ...{ lines: lines + 1, malformed: 1, malformedLines: [{ line: lines + 1, error }] },
  });
}

const rows = async (table: string) =>
  (await env.DB.prepare(`SELECT DISTINCT batch_id AS id FROM ${table} ORDER BY id`).all()).results.map(({ id }) => id);
const batch = async (batchId: string) => (await send('GET', `/batches/${batchId}`)).status;

test('batches of thirty days are gone with all their lines; younger ones stay', async () => {
  await makeBatch('oldest', 40 * day, 3);
  await makeBatch('large', 30 * day + 60_000, 12_000);
  await makeBatch('young', 30 * day - 60_000, 5);
  await worker.scheduled(createScheduledController(), env);
  expect([await batch('oldest'), await batch('large'), await batch('young')]).toEqual([404, 404, 200]);
  for (const table of ['batches', 'batch_lines', 'malformed_lines']) expect(await rows(table)).toEqual(['young']);
});

test('a run that fails is an alert, and the next one does its work', async () => {
  const log = vi.spyOn(console, 'error').mockReturnValue();
  await makeBatch('failing', 31 * day, 2);
  await env.DB.exec('ALTER TABLE malformed_lines RENAME TO gone');
  await expect(worker.scheduled(createScheduledController(), env)).rejects.toThrow(/no such table/);
  const alert = { event: 'alert', passId: '', code: 'ClearingFailed' };
  expect(log.mock.calls.map(([line]) => JSON.parse(line))).toEqual([alert]);
  await env.DB.exec('ALTER TABLE gone RENAME TO malformed_lines');
  await worker.scheduled(createScheduledController(), env);
  expect(await batch('failing')).toBe(404);
});
