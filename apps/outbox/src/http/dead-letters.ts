/** The routes of what was refused or waits: dead letters to be read, sent again or given up, and retries. */
import { RequestInvalid } from '@alipayhk-pass/api';
import { Hono } from 'hono';
import type { DeadLetterCursor, DeadLetterSummary } from '../shard/recovery-operations.ts';
import { type App, type AppContext, shardsOf } from './app.ts';
import { Refused } from './errors.ts';
import { compareIds } from './ids.ts';

const pageSize = 100;

export const deadLetters = new Hono<App>()
  .get('/', async (c) => {
    const page = await pageOf(c, undefined);
    return c.json({ deadLetters: page, ...nextOf(page) });
  })
  .post('/replay', async (c) => {
    const page = await pageOf(c, readResultCode(c.req.query('resultCode')));
    const shards = shardsOf(c.env);
    let replayed = 0;
    // Of one pass in their order.
    for (const { passId, revision } of page) {
      if (await shards.of(passId, 'replay', passId, revision)) replayed += 1;
    }
    return c.json({ replayed, ...nextOf(page) }, 202);
  })
  .post('/:passId/replay', async (c) => {
    const passId = c.req.param('passId');
    const revision = readRevision(c.req.query('revision'));
    if (!(await shardsOf(c.env).of(passId, 'replay', passId, revision))) {
      throw notDeadLettered('names no pass with a dead letter that may be sent');
    }
    return c.json({ passId }, 202);
  })
  .delete('/:passId', async (c) => {
    const passId = c.req.param('passId');
    const revision = readRevision(c.req.query('revision'));
    if (!(await shardsOf(c.env).of(passId, 'discard', passId, revision))) {
      throw notDeadLettered('names no pass with a dead letter, and none that is retrying');
    }
    return c.json({ passId });
  });

/** `POST /retry?state=` */
export async function postRetry(c: AppContext): Promise<Response> {
  const state = c.req.query('state') ?? 'retrying';
  if (state !== 'retrying') {
    throw new RequestInvalid([
      { path: 'state', message: 'must be retrying; for dead letters see POST /dead-letters/replay' },
    ]);
  }
  const counts = await shardsOf(c.env).all('retryAll');
  return c.json({ retrying: counts.reduce((sum, each) => sum + each, 0) }, 202);
}

/** The oldest of all shards. */
async function pageOf(c: AppContext, resultCode: string | undefined): Promise<DeadLetterSummary[]> {
  const pages = await shardsOf(c.env).all('deadLetters', readCursor(c.req.query('after')), pageSize, resultCode);
  return pages.flat().sort(compare).slice(0, pageSize);
}

function compare(a: DeadLetterSummary, b: DeadLetterSummary): number {
  return a.deadAt - b.deadAt || compareIds(a.passId, b.passId) || a.revision - b.revision;
}

function notDeadLettered(message: string): Refused {
  return new Refused('NotDeadLettered', [{ path: 'passId', message }]);
}

/** Where the next page begins, if there may be one. */
function nextOf(page: readonly DeadLetterSummary[]): { next?: string } {
  const last = page.length === pageSize ? page.at(-1) : undefined;
  return last ? { next: `${last.deadAt}.${last.revision}.${last.passId}` } : {};
}

/** @throws RequestInvalid */
function readResultCode(resultCode = ''): string {
  if (/^\w{1,64}$/.test(resultCode)) return resultCode;
  throw new RequestInvalid([{ path: 'resultCode', message: 'must be one that dead letters have' }]);
}

/** @throws RequestInvalid */
function readRevision(revision: string | undefined): number | undefined {
  if (revision === undefined) return undefined;
  if (/^\d{1,15}$/.test(revision)) return Number(revision);
  throw new RequestInvalid([{ path: 'revision', message: 'must be the one of a dead letter' }]);
}

/** @throws RequestInvalid */
function readCursor(after: string | undefined): DeadLetterCursor {
  if (after === undefined) return { deadAt: -1, passId: '', revision: 0 };
  const [, deadAt, revision, passId] = /^(\d{1,15})\.(\d{1,15})\.(.+)$/s.exec(after) ?? [];
  if (deadAt === undefined || passId === undefined) {
    throw new RequestInvalid([{ path: 'after', message: 'must be `next` of the page before' }]);
  }
  return { deadAt: Number(deadAt), revision: Number(revision), passId };
}
