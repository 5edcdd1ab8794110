/** The routes of batches: a body of NDJSON -> its digest at the batch's home -> lines at their shards -> 202. */
import { changeOf } from '../pass/fields.ts';
import type { LinesCall, MalformedLine } from '../shard/batch-operations.ts';
import { ShardFailed } from '../shard/call-shards.ts';
import { shardOf } from '../shard/route.ts';
import { type AppContext, fieldNamesOf, shardsOf } from './app.ts';
import { readKeyName } from './conditions.ts';
import { describe, Refused } from './errors.ts';
import { checkMediaType, readBody, readJson } from './json.ts';
import { LineSender } from './line-sender.ts';
import { countLines, linesOf } from './ndjson.ts';
import { maxUpdateBytes, readUpdate } from './update.ts';

/** Longest batch in bytes: it is held in memory until its digest is known. */
const maxBatchBytes = 32 * 1024 * 1024;
/** Most lines, blank ones included, since each takes time. */
const maxLines = 400_000;
/** How many malformed or refused lines are named; all are counted. */
const maxNamed = 1_000;
/** After how many characters of JSON no more malformed lines are named: a shard stores them in one value of at most 2 MB. */
const maxNamedLength = 512 * 1024;

/** `POST /passes:batch` */
export async function postBatch(c: AppContext): Promise<Response> {
  checkMediaType(c.req.raw.headers, ['application/x-ndjson', 'application/ndjson']);
  const key = readKeyName(c.req.raw);
  const names = fieldNamesOf(c.env);
  const body = await readBody(c.req.raw, maxBatchBytes);
  if (countLines(body) > maxLines) {
    throw new Refused('ContentTooLarge', [{ path: '', message: `has more than ${maxLines} lines` }]);
  }
  const batchId =
    key === undefined ? crypto.randomUUID() : (await c.var.digest(new TextEncoder().encode(key))).slice(0, 32);
  const shards = shardsOf(c.env);
  const { elapsed, refusal } = await shards.of(
    batchId,
    'startBatch',
    batchId,
    `${await c.var.digest(body)}/${shards.shards}`,
  );
  if (refusal) {
    const message = refusal === 'old' ? 'is older than 24 hours' : 'was used for another body';
    throw new Refused('IdempotencyKeyReused', [{ path: 'Idempotency-Key', message }]);
  }
  const sender = new LineSender({
    send: (shard, after, lines) => shards.call(shard, 'takeLines', { batchId, elapsed, after, lines }),
    open: (shard) => shards.call(shard, 'openBatch', batchId),
  });
  const malformedLines: MalformedLine[] = [];
  let namedLength = 0;
  const unknownFields = new Set<string>();
  let lines = 0;
  let malformed = 0;
  for (const { number, bytes } of linesOf(body)) {
    lines += 1;
    let line: LinesCall['lines'][number];
    try {
      if (bytes.length > maxUpdateBytes) {
        throw new Refused('ContentTooLarge', [
          { path: '', message: `has a line of more than ${maxUpdateBytes} bytes` },
        ]);
      }
      const read = readUpdate(readJson(bytes), names);
      for (const name of read.unknownFields) if (unknownFields.size < maxNamed) unknownFields.add(name);
      line = { number, passId: read.update.passId, change: changeOf(read.update) };
    } catch (error) {
      const failure = describe(error);
      if (failure.code === 'InternalError') throw error;
      malformed += 1;
      if (malformedLines.length < maxNamed && namedLength < maxNamedLength) {
        const named = { line: number, error: failure };
        malformedLines.push(named);
        namedLength += JSON.stringify(named).length;
      }
      continue;
    }
    await sender.add(shardOf(line.passId, shards.shards), line, bytes.length);
  }
  refuseIncomplete(await sender.finish(), key);
  await shards.of(batchId, 'finishBatch', batchId, { lines, malformed, malformedLines });
  const reply = { batchId, lines, malformed, malformedLines };
  return Response.json(unknownFields.size > 0 ? { ...reply, unknownFields: [...unknownFields] } : reply, {
    status: 202,
    headers: { Location: `/batches/${batchId}` },
  });
}

/** @throws Refused where not every line is durable */
function refuseIncomplete(failures: unknown[], key: string | undefined): void {
  const [first] = failures;
  if (first === undefined) return;
  if (first instanceof Error && !(first instanceof ShardFailed)) throw first;
  const again =
    key === undefined ? 'an Idempotency-Key, under which the same body can be sent again' : 'the same body again';
  if (first === 'full' || (first instanceof ShardFailed && first.isOverloaded)) {
    throw new Refused('ShardFull', [
      { path: '', message: `cannot be accepted now; too many passes wait: come later with ${again}` },
    ]);
  }
  throw new Refused('BatchIncomplete', [{ path: '', message: `was not taken by every shard: ${again}` }]);
}

/** `GET /batches/:batchId` */
export async function getBatch(c: AppContext): Promise<Response> {
  const batchId = c.req.param('batchId') ?? '';
  const shards = shardsOf(c.env);
  const head = await shards.of(batchId, 'readBatch', batchId);
  if (head === undefined)
    throw new Refused('BatchNotFound', [{ path: 'batchId', message: 'is not the id of a batch' }]);
  const counts = await shards.all('countLines', batchId);
  const sum = (name: 'accepted' | 'delivered' | 'refused') => counts.reduce((total, each) => total + each[name], 0);
  const [accepted, delivered, refused] = [sum('accepted'), sum('delivered'), sum('refused')];
  const refusedLines = counts.flatMap((each) => each.refusedLines).sort((a, b) => a.line - b.line);
  return c.json({
    ...head,
    ...{ accepted, delivered, refused },
    // Until it is finished its lines are not counted yet.
    pending: Math.max(0, head.lines - head.malformed - delivered - refused),
    refusedLines: refusedLines.slice(0, maxNamed),
  });
}
