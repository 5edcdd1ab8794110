/**
 * The merchant's outbox: a caller says what a card should show and gets 202 once that is durable; a shard sends it to
 * AlipayHK until there is an answer.
 */
import { Hono } from 'hono';
import { emit } from './events.ts';
import { type App, shardsOf } from './http/app.ts';
import { authorize } from './http/authorize.ts';
import { getBatch, postBatch } from './http/batches.ts';
import { deadLetters, postRetry } from './http/dead-letters.ts';
import { Refused, replyTo } from './http/errors.ts';
import { members } from './http/members.ts';
import { getMetrics } from './http/metrics.ts';
import { passes } from './http/passes.ts';
import { replyToCall } from './http/webhooks.ts';

export { OutboxShard } from './shard/outbox-shard.ts';

const app = new Hono<App>();

// AlipayHK's calls, of any tag: one that is not ours is refused like every other call that does not verify.
app.post('/:tag/points/bill/notify', (c) => replyToCall(c.req.raw, c.env));
app.post('/:tag/points/membercard/create', (c) => replyToCall(c.req.raw, c.env));

// Everything from here on needs the token. What AlipayHK calls is authenticated by its signature.
app.use(async (c, next) => {
  await authorize(c.req.raw, c.env);
  await next();
});

app.route('/passes', passes);
app.post('/passes:batch', postBatch);
app.get('/batches/:batchId', getBatch);
app.route('/dead-letters', deadLetters);
app.post('/retry', postRetry);
app.route('/members', members);
app.get('/metrics', getMetrics);

app.notFound(() => replyTo(new Refused('RouteNotFound', [{ path: 'route', expected: 'one of README.md' }])));
app.onError((error) => replyTo(error));

export default {
  fetch: app.fetch,
  /** Each minute: a shard whose alarm was lost goes on. */
  async scheduled(_controller, env) {
    const { shards, call } = shardsOf(env);
    const ticks = await Promise.allSettled(Array.from({ length: shards }, (_, shard) => call(shard, 'tick')));
    for (const [shard, { status }] of ticks.entries()) {
      if (status === 'rejected') emit(env, 'alert', { code: 'TickFailed', shard });
    }
  },
} satisfies ExportedHandler<Env>;
