/**
 * The merchant's outbox: a caller says what a card should show and gets 202 once that is durable; a shard sends it to
 * AlipayHK until there is a reply.
 */
import { Hono } from 'hono';
import { sha256Hex } from './digests.ts';
import { emit } from './events.ts';
import { type App, shardsOf } from './http/app.ts';
import { replyTo } from './http/errors.ts';
import { frontOf } from './http/front.ts';
import { replyToCall } from './http/webhooks.ts';

export { OutboxShard } from './shard/outbox-shard.ts';

const app = new Hono<App>();
// AlipayHK's calls, of any tag: one that is not ours is refused like every other call that does not verify.
app.post('/:tag/points/bill/notify', (c) => replyToCall(c.req.raw, c.env));
app.post('/:tag/points/membercard/create', (c) => replyToCall(c.req.raw, c.env));
app.onError((error) => replyTo(error));
const front = frontOf(sha256Hex);
app.all('*', (c) => front.fetch(c.req.raw, c.env));

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
