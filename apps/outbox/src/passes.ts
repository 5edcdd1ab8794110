/** The routes of a pass: what a caller wants of it -> its mailbox -> 202 with the revision, once that is durable. */
import { RequestInvalid } from '@alipayhk-pass/api';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { Refused } from './answer.ts';
import type { App } from './env.ts';
import type { Conditions, PutResult } from './mailbox.ts';
import { mailboxOf, putUpdate } from './mailboxes.ts';
import { maxUpdateBytes, readJson, readUpdate, withPassId } from './update.ts';

const refusals: Record<NonNullable<PutResult['refusal']>, { path: string; message: string }> = {
  PassClosed: { path: 'passId', message: 'a pass that was not closed' },
  PreconditionFailed: { path: 'If-Match', message: 'the revision that the pass has' },
  IdempotencyKeyReused: { path: 'Idempotency-Key', message: 'a key that was not used for another request' },
  PassFull: { path: '', message: 'less, together with what is not delivered yet' },
  PassNotFound: { path: 'passId', message: 'a pass of which an update was accepted' },
};

export const passes = new Hono<App>()
  .put(
    '/:passId',
    bodyLimit({
      maxSize: maxUpdateBytes,
      onError: () => {
        throw new Refused('ContentTooLarge', [{ path: '', message: `at most ${maxUpdateBytes} bytes` }]);
      },
    }),
    async (c) => {
      const passId = c.req.param('passId');
      checkMediaType(c.req.header('Content-Type'));
      const body = await c.req.arrayBuffer();
      const update = readUpdate(withPassId(readJson(body), passId), c.var.merchant.fieldNames);
      const conditions = await readConditions(c, body);
      return answerPut(c, passId, await putUpdate(c.env, update, conditions));
    },
  )
  .delete('/:passId', async (c) => {
    const passId = c.req.param('passId');
    const conditions = await readConditions(c, new ArrayBuffer(0));
    return answerPut(c, passId, await mailboxOf(c.env, passId).put(passId, undefined, conditions));
  })
  .get('/:passId', async (c) => {
    const view = await mailboxOf(c.env, c.req.param('passId')).read();
    if (view === undefined) throw notFound();
    return c.json(view, 200, { ETag: `"${view.revision}"` });
  })
  .post('/:passId/reindex', async (c) => {
    const passId = c.req.param('passId');
    if (!(await mailboxOf(c.env, passId).reindex())) throw notFound();
    return c.json({ passId }, 202);
  });

function answerPut(c: Context<App>, passId: string, { revision, refusal }: PutResult): Response {
  if (refusal) throw new Refused(refusal, [refusals[refusal]]);
  return c.json({ passId, revision }, 202, { ETag: `"${revision}"` });
}

function notFound(): Refused {
  return new Refused('PassNotFound', [refusals.PassNotFound]);
}

/** @throws RequestInvalid */
async function readConditions(c: Context<App>, body: ArrayBuffer): Promise<Conditions> {
  const ifMatch = c.req.header('If-Match')?.trim();
  const [, any, revision] = /^(?:(\*)|"(\d{1,15})")$/.exec(ifMatch ?? '') ?? [];
  if (ifMatch !== undefined && any === undefined && revision === undefined) {
    throw new RequestInvalid([{ path: 'If-Match', message: '"<revision>", quoted, or *' }]);
  }
  const name = readKeyName(c);
  return {
    ifMatch: any ? '*' : revision === undefined ? undefined : Number(revision),
    key: name === undefined ? undefined : { name: `key/${name}`, digest: await digestOf(c.req.method, body) },
  };
}

/** @throws RequestInvalid */
export function readKeyName(c: Context<App>): string | undefined {
  const name = c.req.header('Idempotency-Key');
  if (name === undefined || /^[\x21-\x7e]{1,255}$/.test(name)) return name;
  throw new RequestInvalid([{ path: 'Idempotency-Key', message: '1 to 255 printable characters' }]);
}

async function digestOf(method: string, body: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', body));
  return `${method} ${Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** @throws Refused, MediaTypeNotSupported */
export function checkMediaType(contentType = ''): void {
  if (/^application\/json *(; *charset="?utf-8"? *)?$/i.test(contentType)) return;
  throw new Refused('MediaTypeNotSupported', [{ path: 'Content-Type', message: 'application/json in UTF-8' }]);
}
