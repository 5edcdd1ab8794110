/** How much a shard accepts before it asks callers to come later. */
import type { Shard } from './shard.ts';

/** Most passes of a shard that wait. The 10 GB of an object's storage hold them at 20 KB each; SCALE.md has 1 to 3. */
const mostWaiting = 500_000;
/** After how many changes the passes that wait are counted again. */
const between = 1_000;

const counts = new WeakMap<Shard, { waiting: number; since: number }>();

/** Whether no more passes may wait. The count is at most a thousand changes old. */
export function shardIsFull(shard: Shard): boolean {
  const last = counts.get(shard);
  if (last && last.since < between) {
    last.since += 1;
    return last.waiting >= mostWaiting;
  }
  const [{ waiting } = { waiting: 0 }] = shard.ports.sql<{ waiting: number }>(
    'SELECT count(*) AS waiting FROM passes WHERE due IS NOT NULL',
  );
  counts.set(shard, { waiting, since: 0 });
  return waiting >= mostWaiting;
}
