/** What a shard can be asked for. Each operation takes and returns plain values, for it may be called from afar. */
import { batchOperations } from './batch-operations.ts';
import type { CallOf } from './between-shards.ts';
import { erasureOperations } from './erasure.ts';
import { memberOperations } from './member-operations.ts';
import { moveOperations, whileMoving } from './move.ts';
import { passOperations } from './pass-operations.ts';
import { recoveryOperations } from './recovery-operations.ts';
import type { Shard } from './shard.ts';
import { upkeepOperations } from './upkeep.ts';

export function operationsOf(shard: Shard) {
  const erasure = erasureOperations(shard);
  return {
    ...passOperations(shard),
    ...recoveryOperations(shard),
    ...batchOperations(shard),
    ...memberOperations(shard),
    ...erasure,
    ...upkeepOperations(shard, erasure.leave),
    ...moveOperations(shard),
  };
}

export type Operations = ReturnType<typeof operationsOf>;

/** Calls any operation of a shard, by its number. */
export type CallShard = CallOf<Operations>;

/**
 * What a shard returns: the operation's value, or why it did nothing: the number of shards under which it was filled, or
 * to which it moves.
 */
export type Reply = { value: unknown } | { filledUnder: number } | { movingTo: number };

/**
 * One call: the caller says how many shards there are. A shard that was filled under another number holds other passes
 * than the caller believes, so nothing is done. A new shard asks shard 0 for the number: what it accepted under a wrong
 * one would be overwritten by the move.
 */
export async function perform(
  shard: Shard,
  operations: Operations,
  { shards, name, args }: { shards: number; name: keyof Operations; args: unknown[] },
): Promise<Reply> {
  const { meta, ports } = shard;
  const isOfMove = whileMoving.has(name);
  if (!isOfMove) {
    const first = meta.get('shards') === undefined ? await ports.call(0, 'fillUnder', shards) : undefined;
    const movingTo = meta.get<number | null>('moving') ?? first?.movingTo;
    if (movingTo) return { movingTo };
    const filledUnder = meta.get<number>('shards') ?? first?.filledUnder ?? shards;
    if (filledUnder !== shards) return { filledUnder };
    if (meta.get('shards') === undefined) meta.set('shards', shards);
  }
  const operation = operations[name] as (...args: unknown[]) => unknown;
  if (!isOfMove) shard.calls += 1;
  try {
    return { value: await operation(...args) };
  } finally {
    if (!isOfMove) shard.calls -= 1;
    await shard.loop.arm();
  }
}
