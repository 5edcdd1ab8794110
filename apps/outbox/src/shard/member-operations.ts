/** Members: their bills, adjustments and passes. Each posting counts once; the pass is handed each change. */
import {
  type Member,
  type MemberPass,
  newMember,
  type Posting,
  post,
  type RegisterRefusal,
  type Registration,
  register,
  totalOf,
} from '../members/member.ts';
import type { Shard } from './shard.ts';

/**
 * What became of a posting. `repeated`: this id was there already. `conflicting`: it was, with another amount, which is
 * what stays. `PointsOverflowing`: the total would no longer be a safe integer. `PointsInsufficient`: it would be below 0.
 */
export type PostResult = 'posted' | 'repeated' | 'conflicting' | 'PointsOverflowing' | 'PointsInsufficient';

/** A member as `GET /members/:userId` shows it. */
export interface MemberView extends Partial<MemberPass> {
  userId: string;
  /** Opening points, and those of all bills and adjustments. */
  points: number;
  openingPoints: number;
  bills: number;
  adjustments: number;
  /** How many changes are still to be handed to the pass. */
  pending: number;
}

export function memberOperations(shard: Shard) {
  const { ports, handovers } = shard;
  const { sql } = ports;

  const loadOrNew = (userId: string): Member => handovers.load(userId) ?? newMember(userId, ports.randomText());
  const view = (member: Member): MemberView => {
    const { userId, pass, openingPoints, bills, adjustments } = member;
    const pending = handovers.pending(userId);
    return { userId, ...pass, points: totalOf(member), openingPoints, bills, adjustments, pending };
  };

  return {
    /** Adds a bill or an adjustment, once for all time. What it returns is durable before the caller gets it. */
    async post(userId: string, posting: Posting): Promise<PostResult> {
      const wasErased = await shard.tombstones.hasBill(userId, posting.id);
      const [earlier] = sql<{ digest: string }>(
        'SELECT digest FROM postings WHERE user_id = ? AND id = ?',
        ...[userId, posting.id],
      );
      if (earlier || wasErased) {
        if (earlier && earlier.digest !== posting.digest) return 'conflicting';
        shard.counters.add('repeated');
        return 'repeated';
      }
      const posted = post(loadOrNew(userId), posting);
      if (typeof posted === 'string') return posted;
      const { id, digest, points, kind } = posting;
      ports.transaction(() => {
        sql('INSERT INTO postings VALUES (?, ?, ?, ?, ?)', ...[userId, id, digest, points, ports.now()]);
        handovers.save(posted.member, posted.handover);
      });
      shard.counters.add(kind === 'bill' ? 'awarded' : 'adjusted');
      return 'posted';
    },

    /** Names the pass that shows a member's points, and its opening points. The same again changes nothing. */
    register(userId: string, registration: Registration): MemberView | RegisterRefusal {
      const registered = register(loadOrNew(userId), registration);
      if (typeof registered === 'string') return registered;
      ports.transaction(() => handovers.save(registered.member, registered.handover));
      return view(registered.member);
    },

    /** The member as it is now; `undefined` for a user of whom nothing is known. */
    readMember(userId: string): MemberView | undefined {
      const member = handovers.load(userId);
      return member && view(member);
    },
  };
}
