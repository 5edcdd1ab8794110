/** The routes of dead letters: what AlipayHK refused with F, to be read, sent again, or given up. */
import { RequestInvalid } from '@alipayhk-pass/api';
import { Hono } from 'hono';
import { Refused } from './answer.ts';
import type { App } from './env.ts';
import { mailboxOf } from './mailboxes.ts';
import { type DeadLetterRow, listDeadLetters } from './pass-index.ts';

const pageSize = 100;

export const deadLetters = new Hono<App>()
  .get('/', async (c) => {
    const rows = await listDeadLetters(c.env.DB, readCursor(c.req.query('after')), pageSize);
    return c.json({ deadLetters: rows, ...nextOf(rows) });
  })
  .post('/replay', async (c) => {
    const resultCode = readResultCode(c.req.query('resultCode'));
    const rows = await listDeadLetters(c.env.DB, readCursor(c.req.query('after')), pageSize, resultCode);
    // Of one that the index still has, but that was revived meanwhile, nothing is replayed.
    const results = await Promise.all(rows.map(({ passId }) => mailboxOf(c.env, passId).replay()));
    return c.json({ replayed: results.filter(Boolean).length, ...nextOf(rows) }, 202);
  })
  .post('/:passId/replay', async (c) => {
    const passId = c.req.param('passId');
    if (!(await mailboxOf(c.env, passId).replay())) throw notDeadLettered('a pass that is a dead letter');
    return c.json({ passId }, 202);
  })
  .delete('/:passId', async (c) => {
    const passId = c.req.param('passId');
    if (!(await mailboxOf(c.env, passId).discard())) throw notDeadLettered('a pass that is a dead letter, or retrying');
    return c.json({ passId });
  });

function notDeadLettered(expected: string): Refused {
  return new Refused('NotDeadLettered', [{ path: 'passId', message: expected }]);
}

/** Where the next page begins, if there may be one. */
function nextOf(rows: readonly DeadLetterRow[]): { next?: string } {
  const last = rows.length === pageSize ? rows.at(-1) : undefined;
  return last ? { next: `${last.deadAt}.${last.passId}` } : {};
}

/** @throws RequestInvalid */
function readResultCode(resultCode = ''): string {
  if (/^\w{1,64}$/.test(resultCode)) return resultCode;
  throw new RequestInvalid([{ path: 'resultCode', message: 'the one that the dead letters have' }]);
}

/** @throws RequestInvalid */
function readCursor(after: string | undefined): { deadAt: number; passId: string } {
  if (after === undefined) return { deadAt: 0, passId: '' };
  const [, deadAt, passId] = /^(\d{1,15})\.(.+)$/s.exec(after) ?? [];
  if (deadAt === undefined || passId === undefined) {
    throw new RequestInvalid([{ path: 'after', message: '`next` of the page before' }]);
  }
  return { deadAt: Number(deadAt), passId };
}
