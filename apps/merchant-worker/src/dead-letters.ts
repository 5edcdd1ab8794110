/** The routes of dead letters: what AlipayHK refused with F, to be read, sent again, or given up. */
import { RequestInvalid } from '@alipayhk-pass/update-pass/client';
import { Hono } from 'hono';
import { Refused } from './answer.ts';
import type { App } from './env.ts';
import { mailboxOf } from './mailboxes.ts';
import { listDeadLetters } from './pass-index.ts';

const pageSize = 100;

export const deadLetters = new Hono<App>()
  .get('/', async (c) => {
    const rows = await listDeadLetters(c.env.DB, readCursor(c.req.query('after')), pageSize);
    const last = rows.length === pageSize ? rows.at(-1) : undefined;
    return c.json({ deadLetters: rows, ...(last && { next: `${last.deadAt}.${last.passId}` }) });
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
  return new Refused('NotDeadLettered', [{ path: 'passId', expected }]);
}

/** @throws RequestInvalid */
function readCursor(after: string | undefined): { deadAt: number; passId: string } {
  if (after === undefined) return { deadAt: 0, passId: '' };
  const [, deadAt, passId] = /^(\d{1,15})\.(.+)$/s.exec(after) ?? [];
  if (deadAt === undefined || passId === undefined) {
    throw new RequestInvalid([{ path: 'after', expected: '`next` of the page before' }]);
  }
  return { deadAt: Number(deadAt), passId };
}
