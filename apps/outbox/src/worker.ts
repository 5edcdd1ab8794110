/**
 * The merchant's Worker: what a caller wants of a pass goes into that pass's mailbox and is answered 202; the mailbox
 * sends it to AlipayHK with updatePass, signed with the merchant's key, until AlipayHK has answered.
 */
import { Hono } from 'hono';
import { answerTo, Refused } from './answer.ts';
import { authorize } from './authorize.ts';
import { batchLifetime, clearBatches } from './batch-clearing.ts';
import { type BatchMessage, consumeLines } from './batch-queue.ts';
import { getBatch, postBatch } from './batches.ts';
import { deadLetters } from './dead-letters.ts';
import type { App, Env } from './env.ts';
import { readEnvironment } from './environment.ts';
import { tell } from './events.ts';
import { members } from './members.ts';
import { getMetrics } from './metrics.ts';
import { answerCall } from './notifications.ts';
import { type PassRow, writeRows } from './pass-index.ts';
import { passes } from './passes.ts';

export { Mailbox } from './mailbox.ts';
export { Member } from './member.ts';
export { RateLease } from './rate-lease.ts';

const app = new Hono<App>();

// AlipayHK's calls, of any tag: one that is not ours is refused like every other call that does not verify.
app.post('/:tag/points/bill/notify', async (c) => answerCall(c.req.raw, c.env, await readEnvironment(c.env)));
app.post('/:tag/points/membercard/create', async (c) => answerCall(c.req.raw, c.env, await readEnvironment(c.env)));

// Everything from here on needs the token. What AlipayHK calls is authenticated by its signature.
app.use(async (c, next) => {
  const merchant = await readEnvironment(c.env);
  await authorize(c.req.raw, merchant);
  c.set('merchant', merchant);
  await next();
});

app.route('/passes', passes);
app.post('/passes:batch', postBatch);
app.get('/batches/:batchId', getBatch);
app.route('/dead-letters', deadLetters);
app.route('/members', members);
app.get('/metrics', (c) => getMetrics(c.env, c.var.merchant.rate.shards));

app.notFound(() => answerTo(new Refused('RouteNotFound', [{ path: 'route', message: 'one of README.md' }])));
app.onError(answerTo);

export default {
  fetch: app.fetch,
  async queue(batch, env) {
    if (batch.queue.includes('-index')) {
      const rows = (batch as MessageBatch<PassRow>).messages.map(({ body }) => body);
      await writeRows(env.DB, rows).catch((error: unknown) => {
        tell(env, 'alert', { passId: '', code: 'IndexWriteFailed' });
        throw error; // all come again
      });
    } else {
      await consumeLines(batch as MessageBatch<BatchMessage>, env);
    }
  },
  async scheduled(_controller, env) {
    await clearBatches(env.DB, Date.now() - batchLifetime).catch((error: unknown) => {
      tell(env, 'alert', { passId: '', code: 'ClearingFailed' });
      throw error; // shown as a failed run; the next one begins where it ended
    });
  },
} satisfies ExportedHandler<Env, PassRow | BatchMessage>;
