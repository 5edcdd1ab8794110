/** The routes of batches: a stream of NDJSON -> lines -> the Queue -> 202 with the batch's id once the Queue has all. */
import type { Context } from 'hono';
import { describe, Refused } from './answer.ts';
import { BatchSender } from './batch-queue.ts';
import { finishBatch, type MalformedLine, readBatch, startBatch } from './batch-store.ts';
import type { App } from './env.ts';
import type { Merchant } from './environment.ts';
import { linesOf } from './ndjson.ts';
import { readKeyName } from './passes.ts';
import { maxUpdateBytes, readJson, readUpdate } from './update.ts';

/** Longest update in bytes as it is written into a message, which may have 128 KB. */
const maxWrittenBytes = 100_000;
/** Milliseconds from a batch's begin in which it may be sent again: with a Queue's four days, no longer than orders are kept. */
const longestRepetition = 24 * 3_600_000;
/** How many malformed lines are named; all are counted. */
const maxNamed = 1000;

/** `POST /passes:batch` */
export async function postBatch(c: Context<App>): Promise<Response> {
  checkMediaType(c.req.header('Content-Type'));
  const batchId = await batchIdOf(readKeyName(c));
  const startedAt = await startBatch(c.env.DB, batchId, Date.now());
  if (startedAt < Date.now() - longestRepetition) {
    throw new Refused('IdempotencyKeyReused', [{ path: 'Idempotency-Key', message: 'one of the last 24 hours' }]);
  }
  const sender = new BatchSender(c.env.BATCH_QUEUE, { batchId, startedAt });
  const malformedLines: MalformedLine[] = [];
  let lines = 0;
  let malformed = 0;
  for await (const { number, bytes } of linesOf(c.req.raw.body ?? new Blob([]).stream(), maxUpdateBytes)) {
    if (bytes && isBlank(bytes)) continue;
    lines += 1;
    try {
      const line = readLine(bytes, c.var.merchant.fieldNames);
      await sender.add({ number, update: line.update }, line.bytes);
    } catch (error) {
      const failure = describe(error);
      if (failure.code === 'InternalError') throw error;
      malformed += 1;
      if (malformedLines.length < maxNamed) malformedLines.push({ line: number, error: failure });
    }
  }
  await sender.flush();
  await finishBatch(c.env.DB, batchId, { lines, malformed, malformedLines });
  return c.json({ batchId, lines, malformed, malformedLines }, 202, { Location: `/batches/${batchId}` });
}

/** `GET /batches/:batchId` */
export async function getBatch(c: Context<App>): Promise<Response> {
  const view = await readBatch(c.env.DB, c.req.param('batchId') ?? '');
  if (view === undefined) throw new Refused('BatchNotFound', [{ path: 'batchId', message: 'the one of a batch' }]);
  return c.json(view);
}

/** The same key names the same batch: its lines have the keys and orders that they had. */
async function batchIdOf(key: string | undefined): Promise<string> {
  if (key === undefined) return crypto.randomUUID();
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(key)));
  return Array.from(digest.subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** @throws Refused, RequestInvalid */
function readLine(received: Uint8Array | undefined, names: Merchant['fieldNames']) {
  const update = received && readUpdate(readJson(received), names);
  // As it will be written: a number as short as 1e20 has 21 digits there.
  const bytes = new TextEncoder().encode(JSON.stringify(update)).length;
  if (update && bytes <= maxWrittenBytes) return { update, bytes };
  throw new Refused('ContentTooLarge', [{ path: '', message: `at most ${maxUpdateBytes} bytes a line` }]);
}

/** Blank lines are none, as the one at the end. */
function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x0d || byte === 0x09);
}

/** @throws Refused, MediaTypeNotSupported */
function checkMediaType(contentType = ''): void {
  if (/^application\/(x-)?ndjson *(; *charset="?utf-8"? *)?$/i.test(contentType)) return;
  throw new Refused('MediaTypeNotSupported', [{ path: 'Content-Type', message: 'application/x-ndjson in UTF-8' }]);
}
