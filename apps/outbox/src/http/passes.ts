/** The routes of passes: what a caller asks for -> the pass's shard -> 202 with the revision, once that is durable. */
import { RequestInvalid } from '@alipayhk-pass/api';
import { Hono } from 'hono';
import { changeOf } from '../pass/fields.ts';
import type { StateName } from '../pass/state.ts';
import type { PutResult } from '../shard/pass-operations.ts';
import type { PassSummary } from '../shard/recovery-operations.ts';
import { type App, fieldNamesOf, shardsOf } from './app.ts';
import { readConditions } from './conditions.ts';
import { Refused } from './errors.ts';
import { compareIds } from './ids.ts';
import { checkMediaType, readBody, readJson } from './json.ts';
import { maxUpdateBytes, readUpdate, withPassId } from './update.ts';

const refusals = {
  PassClosed: { path: 'passId', message: 'names a closed pass' },
  PreconditionFailed: { path: 'If-Match', message: 'is not the revision that the pass has' },
  IdempotencyKeyReused: { path: 'Idempotency-Key', message: 'was used for another request' },
  PassFull: { path: '', message: 'is too large together with what is not delivered yet' },
  PassNotFound: { path: 'passId', message: 'names a pass of which no change was accepted' },
  ShardFull: { path: '', message: 'cannot be accepted now; too many passes wait' },
} as const;

const states: readonly StateName[] = ['pending', 'retrying', 'sending', 'dead', 'delivered', 'closed', 'discarded'];
const pageSize = 100;

export const passes = new Hono<App>()
  .put('/:passId', async (c) => {
    const passId = c.req.param('passId');
    checkMediaType(c.req.raw.headers, ['application/json']);
    const body = await readBody(c.req.raw, maxUpdateBytes);
    const { update, unknownFields } = readUpdate(withPassId(readJson(body), passId), fieldNamesOf(c.env));
    const conditions = await readConditions(c.req.raw, body, c.var.digest);
    const result = await shardsOf(c.env).of(passId, 'put', passId, changeOf(update), conditions);
    return replyPut(passId, result, unknownFields);
  })
  .delete('/:passId', async (c) => {
    const passId = c.req.param('passId');
    const conditions = await readConditions(c.req.raw, new Uint8Array(), c.var.digest);
    return replyPut(passId, await shardsOf(c.env).of(passId, 'put', passId, undefined, conditions), []);
  })
  .get('/:passId', async (c) => {
    const passId = c.req.param('passId');
    const view = await shardsOf(c.env).of(passId, 'read', passId);
    if (view === undefined) throw new Refused('PassNotFound', [refusals.PassNotFound]);
    return c.json(view, 200, { ETag: `"${view.revision}"` });
  })
  .post('/:passId/retry', async (c) => {
    const passId = c.req.param('passId');
    const result = await shardsOf(c.env).of(passId, 'retry', passId);
    if (result === 'PassNotFound') throw new Refused(result, [refusals.PassNotFound]);
    if (result === 'NotWaiting') {
      throw new Refused(result, [{ path: 'passId', message: 'names no pass that waits and is not in flight' }]);
    }
    return c.json({ passId }, 202);
  })
  .get('/', async (c) => {
    const state = c.req.query('state') as StateName | undefined;
    if (state === undefined || !states.includes(state)) {
      throw new RequestInvalid([{ path: 'state', message: `must be one of ${states.join(', ')}` }]);
    }
    const pages = await shardsOf(c.env).all('list', state, c.req.query('after') ?? '', pageSize);
    return c.json(merge(pages));
  });

/** Pages of the shards -> one page, in the order of ids. `next` goes into `after`; a page may be short, or empty. */
function merge(pages: { passes: PassSummary[]; scannedTo?: string | undefined }[]) {
  const ends = pages.map(({ scannedTo }) => scannedTo).filter((end) => end !== undefined);
  const scannedTo = ends.length > 0 ? ends.reduce((a, b) => (compareIds(a, b) < 0 ? a : b)) : undefined;
  const found = pages
    .flatMap(({ passes }) => passes)
    .filter(({ passId }) => scannedTo === undefined || compareIds(passId, scannedTo) <= 0)
    .sort((a, b) => compareIds(a.passId, b.passId));
  const page = found.slice(0, pageSize);
  const next = found.length > pageSize ? page.at(-1)?.passId : scannedTo;
  return { passes: page, ...(next !== undefined && { next }) };
}

function replyPut(passId: string, { revision, refusal }: PutResult, unknownFields: string[]): Response {
  if (refusal) throw new Refused(refusal, [refusals[refusal]]);
  const body = { passId, revision, ...(unknownFields.length > 0 && { unknownFields }) };
  return Response.json(body, { status: 202, headers: { ETag: `"${revision}"` } });
}
