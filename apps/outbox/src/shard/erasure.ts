/** Erasure of a member: its bills and points, its passes with their dead letters, and what lines of batches hold of them. */
import { erased, isBlank, withoutPasses } from '../members/member.ts';
import { withoutUser } from '../pass/dead-letters.ts';
import { emptyState, type State } from '../pass/state.ts';
import { fateOf } from '../pass/view.ts';
import { shardOf } from './route.ts';
import type { Shard } from './shard.ts';

export function erasureOperations(shard: Shard) {
  const { ports, passes } = shard;
  const { sql } = ports;

  /** Takes a pass out of the lines of batches, which keep their number and what became of them. */
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

  /** When the next request of a pass may be sent if the one in flight is given up, which may still be in work. */
  const holdOf = ({ flight, hold }: State): number => {
    const { timeout, pauses } = shard.limits;
    return flight ? ports.now() + timeout + pauses.unanswered : hold;
  };

  /**
   * Erases a pass. A closed one leaves a tombstone. Of an open one the id stays, without content, while a request may still
   * be in work: nothing newer may overtake that request.
   *
   * @param isMeant - whether to erase the pass as it is when its row is deleted
   * @param eraseElsewhere - erases in the same transaction what other tables hold of it
   * @returns whether the pass was erased
   */
  const erasePass = async (
    passId: string,
    isMeant: (state: State) => boolean,
    eraseElsewhere: (state: State) => void = () => undefined,
  ): Promise<boolean> => {
    const storeTombstone = await shard.tombstones.ofPass(passId);
    const state = passes.load(passId);
    if (state === undefined || !isMeant(state)) return false;
    const hold = holdOf(state);
    ports.transaction(() => {
      eraseElsewhere(state);
      sql('DELETE FROM keys WHERE pass_id = ?', passId);
      sql('DELETE FROM dead_letters WHERE pass_id = ?', passId);
      sql('DELETE FROM passes WHERE pass_id = ?', passId);
      shard.alerts.forget('passId', passId);
      passes.detach(passId);
      if (state.closing) storeTombstone();
      else if (hold > ports.now()) {
        const { revision, delivered, lastFlight } = state;
        passes.save({ ...emptyState(passId), revision, delivered, lastFlight, hold }, undefined);
        sql('UPDATE passes SET leaves = ? WHERE pass_id = ?', hold, passId);
      }
    });
    ports.emit('erased', { revision: state.revision });
    return true;
  };

  /** Erases what a member left on a pass that now has another holder. */
  const eraseLeftBehind = (passId: string, userId: string): void => {
    const before = passes.load(passId);
    const after = before && withoutUser(before, userId);
    if (after === undefined) return;
    const isFlightGivenUp = before?.flight !== undefined && after.flight === undefined;
    const hold = isFlightGivenUp ? holdOf(before) : after.hold;
    ports.transaction(() => {
      if (isFlightGivenUp) passes.detach(passId);
      passes.save({ ...after, hold, due: Math.max(after.due, hold) }, before);
    });
  };

  const idsOfPostings = (userId: string): string[] =>
    sql<{ id: string }>('SELECT id FROM postings WHERE user_id = ?', userId).map(({ id }) => id);

  /**
   * Erases a member, but keeps the ids of its passes, so that an erasure that fails can be repeated. Once the passes are
   * erased, `forgetPasses` deletes the rest.
   *
   * @returns those ids; `undefined` for an unknown member
   */
  const eraseMember = async (userId: string): Promise<string[] | undefined> => {
    for (;;) {
      const ids = new Set(idsOfPostings(userId));
      const storeHashes = await shard.tombstones.ofBills(userId, [...ids]);
      if (idsOfPostings(userId).some((id) => !ids.has(id))) continue; // one came during the await and has no hash yet
      const member = shard.handovers.load(userId);
      ports.transaction(() => {
        storeHashes();
        for (const table of ['postings', 'handovers']) sql(`DELETE FROM ${table} WHERE user_id = ?`, userId);
        shard.alerts.forget('userId', userId);
        if (member) shard.handovers.save(erased(member), undefined);
      });
      // The caller erases the passes next: points that arrived after that would make one anew.
      await shard.handovers.settled();
      return member?.passIds;
    }
  };

  /** Forgets passes of a member, and the member itself if nothing else is known of it. */
  const forgetPasses = (userId: string, passIds: readonly string[]): void => {
    const before = shard.handovers.load(userId);
    if (before === undefined) return;
    const member = withoutPasses(before, passIds);
    if (isBlank(member)) sql('DELETE FROM members WHERE user_id = ?', userId);
    else shard.handovers.save(member, undefined);
  };

  /** Forgets a pass that leaves, and erases its member unless another pass shows its points. */
  const forgetLeavingPass = async (userId: string, passId: string): Promise<void> => {
    if (shard.handovers.load(userId)?.pass?.passId === passId) await eraseMember(userId);
    forgetPasses(userId, [passId]);
  };

  /** Lets a pass leave whose time has come. Its member goes first: if that fails, the pass is still here to try again. */
  const leave = async (passId: string): Promise<void> => {
    const isOver = ({ closed, who }: State): boolean => closed || who === undefined;
    const state = passes.load(passId);
    if (state && !isOver(state)) {
      sql('UPDATE passes SET leaves = NULL WHERE pass_id = ?', passId);
      return;
    }
    const userId = state?.who?.userId;
    if (userId) await ports.call(shardOf(userId, shard.limits.shards), 'forgetLeavingPass', userId, passId);
    await erasePass(passId, isOver); // no batch names it any more: batches are kept for a shorter time
  };

  return {
    eraseMember,
    forgetPasses,
    forgetLeavingPass,

    /**
     * Erases the passes of this shard that a member holds, and what it left on passes that now have another holder.
     *
     * @param passIds - the passes that the member had: one whose holder is named by `openId` alone counts as the member's
     * @returns how many passes were erased
     * @throws what kept a pass from being erased, after the others were
     */
    async erasePasses(userId: string, passIds: readonly string[]): Promise<number> {
      const isHeld = ({ passId, who }: State): boolean =>
        who !== undefined && (who.userId ?? (passIds.includes(passId) ? userId : undefined)) === userId;
      const named = `"userId":${JSON.stringify(userId)}`;
      const found = sql<{ pass_id: string }>(
        `SELECT pass_id FROM passes WHERE instr(body, ?) > 0
         UNION SELECT pass_id FROM dead_letters WHERE instr(body, ?) > 0`,
        ...[named, named],
      ).map(({ pass_id }) => pass_id);
      let count = 0;
      let failure: unknown;
      for (const passId of new Set([...found, ...passIds])) {
        try {
          if (await erasePass(passId, isHeld, eraseLines)) count += 1;
          else eraseLeftBehind(passId, userId);
        } catch (error) {
          failure = error;
          shard.passFailed(passId, error);
        }
      }
      if (failure !== undefined) throw failure;
      return count;
    },

    /** Lets passes leave whose time has come: closed ones, and ids that an erasure left. At most `most` of them. */
    async leave(most: number): Promise<void> {
      type Row = { pass_id: string };
      const rows = sql<Row>('SELECT pass_id FROM passes WHERE leaves <= ? ORDER BY leaves LIMIT ?', ports.now(), most);
      for (const { pass_id: passId } of rows) {
        try {
          await leave(passId);
        } catch (error) {
          shard.passFailed(passId, error);
        }
      }
    },
  };
}
