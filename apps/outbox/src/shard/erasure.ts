/** Erasure: a member's bills and points, and what its passes, their dead letters and batch lines hold of it. */
import { emptyState, type State } from '../pass/state.ts';
import { fateOf } from '../pass/view.ts';
import type { Shard } from './shard.ts';

export function erasureOperations(shard: Shard) {
  const { ports, passes } = shard;
  const { sql } = ports;

  /** Lines of batches that name a pass keep their number and what became of them. */
  const eraseLines = (state: State): void => {
    type Row = { sequence: number; lines: string };
    const rows = sql<Row>(
      'SELECT sequence, lines FROM batch_lines WHERE instr(lines, ?) > 0',
      JSON.stringify(state.passId),
    );
    for (const { sequence, lines } of rows) {
      const erased = (JSON.parse(lines) as [number, string, number, string | null][]).map((line) => {
        const [number, passId, revision, refusal] = line;
        if (passId !== state.passId) return line;
        const isDelivered = refusal === null && fateOf(state, revision) === 'delivered';
        return [number, '', 0, isDelivered ? null : (refusal ?? 'PassErased')];
      });
      sql('UPDATE batch_lines SET lines = ? WHERE sequence = ?', JSON.stringify(erased), sequence);
    }
  };

  /**
   * Erases a pass. A closed one leaves a tombstone. One that is open stays as a number without content while a request
   * may still be in work: until then nothing newer may overtake it.
   */
  const erasePass = async (passId: string): Promise<void> => {
    const bury = await shard.tombstones.ofPass(passId);
    const state = passes.load(passId);
    if (state === undefined) return;
    const now = ports.now();
    const { timeout, pauses } = shard.limits;
    const hold = state.flight ? now + timeout + pauses.unanswered : state.hold;
    ports.transaction(() => {
      eraseLines(state);
      sql('DELETE FROM keys WHERE pass_id = ?', passId);
      sql('DELETE FROM dead_letters WHERE pass_id = ?', passId);
      sql('DELETE FROM passes WHERE pass_id = ?', passId);
      passes.detach(passId);
      if (state.closing) bury();
      else if (hold > now) {
        const { revision, delivered, lastFlight } = state;
        passes.save({ ...emptyState(passId), revision, delivered, lastFlight, hold, closed: false }, undefined);
        sql('UPDATE passes SET leaves = ? WHERE pass_id = ?', hold, passId);
      }
    });
    ports.emit('erased', { revision: state.revision });
  };

  /** Erases a member; `undefined` for a member of whom nothing is known here. @returns the ids of its passes */
  const eraseMember = async (userId: string): Promise<string[] | undefined> => {
    const member = shard.handovers.load(userId);
    if (member === undefined) return undefined;
    const ids = sql<{ id: string }>('SELECT id FROM postings WHERE user_id = ?', userId).map(({ id }) => id);
    const keep = await shard.tombstones.ofBills(userId, ids);
    ports.transaction(() => {
      keep();
      for (const table of ['postings', 'handovers', 'members']) sql(`DELETE FROM ${table} WHERE user_id = ?`, userId);
    });
    return member.passIds;
  };

  return {
    eraseMember,

    /** Erases the passes of this shard that a member holds, and those with these ids. @returns how many they were */
    async erasePasses(userId: string, passIds: readonly string[]): Promise<number> {
      const found = sql<{ pass_id: string }>(
        "SELECT pass_id FROM passes WHERE instr(body, ?) > 0 AND (body ->> '$.who.userId') = ?",
        ...[JSON.stringify(userId).slice(1, -1), userId],
      ).map(({ pass_id }) => pass_id);
      const known = [...new Set([...found, ...passIds])].filter((passId) => passes.load(passId) !== undefined);
      for (const passId of known) await erasePass(passId);
      return known.length;
    },

    /** Lets closed passes leave, and what was erased before. @returns members whose passes have left */
    async leave(most: number): Promise<{ userId: string; passId: string }[]> {
      type Row = { pass_id: string };
      const rows = sql<Row>('SELECT pass_id FROM passes WHERE leaves <= ? ORDER BY leaves LIMIT ?', ports.now(), most);
      const left: { userId: string; passId: string }[] = [];
      for (const { pass_id: passId } of rows) {
        const state = passes.load(passId);
        const isUsed = state !== undefined && !state.closed && state.who !== undefined;
        if (isUsed) sql('UPDATE passes SET leaves = NULL WHERE pass_id = ?', passId);
        else await erasePass(passId);
        if (state?.closed && state.who?.userId) left.push({ userId: state.who.userId, passId });
      }
      return left;
    },

    /** Erases a member whose pass has left, unless it has another one by now. */
    async forgetMember(userId: string, passId: string): Promise<void> {
      if (shard.handovers.load(userId)?.pass?.passId !== passId) return;
      await eraseMember(userId);
    },
  };
}
