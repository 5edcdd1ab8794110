/** What callers ask of one pass: to change it, to read it. */
import { type AcceptRefusal, accept } from '../pass/accept.ts';
import type { Change } from '../pass/fields.ts';
import { type PassView, viewOf } from '../pass/view.ts';
import { shardIsFull } from './capacity.ts';
import { deleteExpired, expiring } from './expiry.ts';
import type { Shard } from './shard.ts';

/** Conditions on which a change is accepted. */
export interface Conditions {
  /** The same key with the same digest gets the same reply, for five days. */
  key?: { name: string; digest: string } | undefined;
  /** The revision that the pass has to have; `*` for any but none. */
  ifMatch?: number | '*' | undefined;
}

export type PutRefusal = AcceptRefusal | 'PreconditionFailed' | 'IdempotencyKeyReused' | 'PassNotFound' | 'ShardFull';

/** The revision that a change got, or why it got none. */
export type PutResult = { revision: number; refusal?: PutRefusal | undefined };

/** How many members' last changes a pass remembers. */
const sourcesKept = 20;

export function passOperations(shard: Shard) {
  const { ports, passes, counters } = shard;
  const { sql } = ports;

  const storeKey = (passId: string, { name, digest }: { name: string; digest: string }, revision: number): void => {
    const now = ports.now();
    deleteExpired(ports, 'keys');
    sql(
      `INSERT INTO keys (pass_id, name, digest, revision, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (pass_id, name)
       DO UPDATE SET digest = excluded.digest, revision = excluded.revision, at = excluded.at`,
      ...[passId, name, digest, revision, now],
    );
  };

  return {
    /**
     * Accepts a change. What it returns is durable before the caller gets it.
     *
     * @param change - `undefined` to close the pass as it is
     */
    async put(passId: string, change: Change | undefined, { key, ifMatch }: Conditions = {}): Promise<PutResult> {
      const hasLeft = !passes.has(passId) && (await shard.tombstones.has(passId));
      const before = passes.load(passId);
      const revision = before?.revision ?? 0;
      if (key) {
        type Earlier = { digest: string; revision: number };
        const [earlier] = sql<Earlier>(
          'SELECT digest, revision FROM keys WHERE pass_id = ? AND name = ? AND at >= ?',
          ...[passId, key.name, ports.now() - expiring.keys.lifetime],
        );
        if (earlier?.digest === key.digest) return { revision: earlier.revision };
        if (earlier) return { revision, refusal: 'IdempotencyKeyReused' };
      }
      if (hasLeft) return { revision, refusal: 'PassClosed' };
      if (ifMatch !== undefined && (ifMatch === '*' ? revision === 0 : ifMatch !== revision)) {
        return { revision, refusal: 'PreconditionFailed' };
      }
      const wanted = change ?? closeOf(before);
      if (wanted === undefined) return { revision, refusal: 'PassNotFound' };
      if (shardIsFull(shard)) return { revision, refusal: 'ShardFull' };
      const now = ports.now();
      const { coalesceBills } = shard.limits;
      const stamp = shard.stamps.next(now);
      const next = accept(before ?? passes.loadOrEmpty(passId), wanted, { now, stamp, coalesceBills });
      if (typeof next === 'string') return { revision, refusal: next };
      ports.transaction(() => {
        passes.save(next, before);
        if (key) storeKey(passId, key, next.revision);
      });
      counters.add('accepted');
      ports.emit('accepted', { passId, revision: next.revision });
      return { revision: next.revision };
    },

    /** The pass as it is now, if a change of it was ever accepted. */
    read(passId: string): PassView | undefined {
      const state = passes.load(passId);
      return state && viewOf(state);
    },

    /**
     * Accepts changes of a member, each once and in order.
     *
     * @returns the sequence of the last one that is done, and why the next one was refused
     */
    async handOver(
      passId: string,
      source: string,
      changes: readonly { sequence: number; change: Change }[],
    ): Promise<{ done: number; refusal?: AcceptRefusal | undefined }> {
      const hasLeft = !passes.has(passId) && (await shard.tombstones.has(passId));
      const before = passes.load(passId);
      let state = before ?? passes.loadOrEmpty(passId);
      let done = state.sources[source] ?? 0;
      let refusal: AcceptRefusal | undefined;
      for (const { sequence, change } of changes) {
        if (sequence <= done) continue;
        const now = ports.now();
        const stamp = shard.stamps.next(now);
        const next = hasLeft
          ? 'PassClosed'
          : accept(state, change, { now, stamp, coalesceBills: shard.limits.coalesceBills });
        if (typeof next === 'string') {
          refusal = next;
          break;
        }
        done = sequence;
        const others = Object.entries(next.sources).filter(([key]) => key !== source);
        state = { ...next, sources: Object.fromEntries([...others.slice(1 - sourcesKept), [source, sequence]]) };
        counters.add('accepted');
        ports.emit('accepted', { passId, revision: state.revision });
      }
      if (state.revision > (before?.revision ?? 0)) passes.save(state, before);
      return { done, refusal };
    },
  };
}

/** A close of the pass as it is. */
function closeOf(state: ReturnType<Shard['passes']['load']>): Change | undefined {
  if (state?.who === undefined) return undefined;
  return { who: state.who, status: 'CLOSED', updateDetailType: 'UPDATE_MEMBER_CARD', fields: {} };
}
