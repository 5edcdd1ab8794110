/** The shards of the tests, from inside. */
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, vi } from 'vitest';
import { shardOf } from '../src/shard/route.ts';
import type { OutboxShard } from '../src/worker.ts';
import { view } from './caller.ts';

export const shards = Number(env.SHARDS);

/** The object of a shard. */
export const stubOf = (shard: number) => env.OUTBOX_SHARD.getByName(`shard-${shard}`);

/** The number of the shard that has an id. */
export const shardFor = (id: string) => shardOf(id, shards);

/** Runs a function in the object that has an id. */
export const inShard = <T>(id: string, run: (object: OutboxShard, state: DurableObjectState) => T | Promise<T>) =>
  runInDurableObject(stubOf(shardFor(id)), run);

/** Ids with a prefix that belong to one shard. */
export function idsOf(shard: number, prefix: string, count: number): string[] {
  const ids: string[] = [];
  for (let n = 0; ids.length < count; n += 1) if (shardFor(`${prefix}-${n}`) === shard) ids.push(`${prefix}-${n}`);
  return ids;
}

/** Waits until a pass is in a state. */
export const untilState = (passId: string, state: string, timeout = 10_000) =>
  vi.waitFor(async () => expect(await view(passId)).toMatchObject({ state }), { timeout, interval: 50 });
