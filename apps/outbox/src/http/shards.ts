/** The routes that move passes to another number of shards. `move-shards.ts` calls them until nothing is left. */
import { RequestInvalid } from '@alipayhk-pass/api';
import { ShardsMismatch, ShardsMoving } from '../shard/call-shards.ts';
import type { AppContext } from './app.ts';
import { shardsOf } from './app.ts';

/**
 * `POST /shards/move?to=`: one step. The shards take in no more; each that is idle moves some of what belongs elsewhere.
 * Once nothing is left, every shard has the new number.
 */
export async function postMove(c: AppContext): Promise<Response> {
  const to = Number(/^[1-9]\d{0,3}$/.exec(c.req.query('to') ?? '')?.[0] ?? 0);
  if (to === 0) throw new RequestInvalid([{ path: 'to', message: 'must be the new number of shards, 1 to 9999' }]);
  const { shards, call } = shardsOf(c.env);
  const numbers = Array.from({ length: Math.max(shards, to) }, (_, shard) => shard);
  // Every shard stops before any row moves. Shard 0 is what refuses a second move, so it stops first and finishes last.
  for (const shard of numbers) {
    const { movingTo, filledUnder } = await call(shard, 'startMove', to, numbers.length);
    if (movingTo !== undefined) throw new ShardsMoving(movingTo);
    if (filledUnder !== undefined) throw new ShardsMismatch(filledUnder, shards);
  }
  let moved = 0;
  let isDone = true;
  for (const shard of numbers) {
    const step = await call(shard, 'moveSome', shard, to);
    moved += step.moved;
    isDone &&= step.isDone;
  }
  if (isDone) for (const shard of numbers.toReversed()) await call(shard, 'finishMove', to);
  return c.json({ moved, done: isDone }, 202);
}
