/** The way to the shards, for the Worker and for shards that call each other. */
import { readLimits } from '../config/limits.ts';
import type { CallShard, Operations, Reply } from './operations.ts';

/** The shards were filled under another number than SHARDS says. */
export class ShardsMismatch extends Error {
  override readonly name = 'ShardsMismatch';
  readonly filledUnder: number;
  constructor(filledUnder: number, shards: number) {
    super(`the shards were filled under SHARDS ${filledUnder}, and SHARDS is ${shards}`);
    this.filledUnder = filledUnder;
  }
}

/** The passes are on their way to another number of shards. */
export class ShardsMoving extends Error {
  override readonly name = 'ShardsMoving';
  constructor(to: number) {
    super(`the passes are moving to ${to} shards`);
  }
}

/** A call of a shard failed. The shard may have done what it was asked for. */
export class ShardFailed extends Error {
  override readonly name = 'ShardFailed';
  /** It has more to do than it can: come later. */
  readonly isOverloaded: boolean;
  constructor(name: keyof Operations, cause: unknown) {
    super(`a shard failed at ${name}`, { cause });
    this.isOverloaded = (cause as { overloaded?: boolean } | null)?.overloaded === true;
  }
}

/** The name of a shard's object. */
export function shardName(shard: number): string {
  return `shard-${shard}`;
}

/** Calls shards by their number. @throws ShardsMismatch, ShardsMoving, ShardFailed */
export function callShards(env: Env): CallShard {
  return async (shard, name, ...args) => {
    const { shards } = readLimits(env);
    const locationHint = env.LOCATION_HINT as DurableObjectLocationHint;
    const stub = env.OUTBOX_SHARD.getByName(shardName(shard), { locationHint });
    let reply: Reply;
    try {
      reply = (await stub.call(shards, name, args)) as Reply;
    } catch (cause) {
      throw new ShardFailed(name, cause);
    }
    if ('movingTo' in reply) throw new ShardsMoving(reply.movingTo);
    if ('filledUnder' in reply) throw new ShardsMismatch(reply.filledUnder, shards);
    return reply.value as never;
  };
}
