/** The routes that need the token. What AlipayHK calls is authenticated by its signature, in `webhooks.ts`. */
import { Hono } from 'hono';
import type { App, Digest } from './app.ts';
import { authorize } from './authorize.ts';
import { getBatch, postBatch } from './batches.ts';
import { deadLetters, postRetry } from './dead-letters.ts';
import { Refused, replyTo } from './errors.ts';
import { members } from './members.ts';
import { getMetrics } from './metrics.ts';
import { passes } from './passes.ts';
import { postMove } from './shards.ts';

/** @param digest - SHA-256 in hex */
export function frontOf(digest: Digest): Hono<App> {
  const front = new Hono<App>();
  front.use(async (c, next) => {
    authorize(c.req.raw, c.env);
    c.set('digest', digest);
    await next();
  });
  front.route('/passes', passes);
  front.post('/passes:batch', postBatch);
  front.get('/batches/:batchId', getBatch);
  front.route('/dead-letters', deadLetters);
  front.post('/retry', postRetry);
  front.route('/members', members);
  front.post('/shards/move', postMove);
  front.get('/metrics', getMetrics);
  front.notFound(() => replyTo(new Refused('RouteNotFound', [{ path: 'route', message: 'is not one of README.md' }])));
  front.onError((error) => replyTo(error));
  return front;
}
