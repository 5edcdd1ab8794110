/** The routes that move passes to another number of shards. `move-shards.ts` calls them until nothing is left. */
import { RequestInvalid } from '@alipayhk-pass/api';
import type { AppContext } from './app.ts';
import { shardsOf } from './app.ts';

/**
 * `POST /shards/move?to=`: one step. The shards take in no more and drain; then what belongs elsewhere moves, passes with
 * a request in flight last. Once nothing is left, every shard has the new number.
 */
export async function postMove(c: AppContext): Promise<Response> {
  const to = Number(/^[1-9]\d{0,3}$/.exec(c.req.query('to') ?? '')?.[0] ?? 0);
  if (to === 0) throw new RequestInvalid([{ path: 'to', message: 'must be the new number of shards, 1 to 9999' }]);
  const { shards, call } = shardsOf(c.env);
  const numbers = Array.from({ length: Math.max(shards, to) }, (_, shard) => shard);
  // Each stops before the first one moves anything.
  for (const shard of numbers) await call(shard, 'startMove', to);
  let moved = 0;
  let left = 0;
  for (const shard of numbers) {
    const step = await call(shard, 'moveSome', shard, to);
    moved += step.moved;
    left += step.left;
  }
  if (left === 0) for (const shard of numbers) await call(shard, 'finishMove', to);
  return c.json({ moved, left }, 202);
}
