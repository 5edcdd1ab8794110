/**
 * The merchant's outbox: a caller says what a card should show and gets 202 once that is durable; a shard sends it to
 * AlipayHK until there is a reply.
 */
import { sha256Hex } from './digests.ts';
import { emit } from './events.ts';
import { shardsOf } from './http/app.ts';
import { replyTo } from './http/errors.ts';
import { frontOf } from './http/front.ts';
import { replyToCall } from './http/webhooks.ts';

export { OutboxShard } from './shard/outbox-shard.ts';

/** AlipayHK's calls, of any tag: one that is not ours is refused like every other call that does not verify. */
const calls = /^\/[^/]+\/points\/(?:bill\/notify|membercard\/create)$/;
const front = frontOf(sha256Hex);

export default {
  fetch(request: Request, env: Env, context: ExecutionContext) {
    const isCall = request.method === 'POST' && calls.test(new URL(request.url).pathname);
    return isCall ? replyToCall(request, env).catch(replyTo) : front.fetch(request, env, context);
  },
  /** Each minute: a shard whose alarm was lost goes on. */
  async scheduled(_controller, env) {
    const { shards, call } = shardsOf(env);
    const ticks = await Promise.allSettled(Array.from({ length: shards }, (_, shard) => call(shard, 'tick')));
    for (const [shard, tick] of ticks.entries()) {
      if (tick.status === 'rejected') emit(env, 'alert', { code: 'TickFailed', shard, error: tick.reason?.name });
    }
  },
} satisfies ExportedHandler<Env>;
