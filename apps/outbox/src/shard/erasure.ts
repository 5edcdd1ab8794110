/** Erasure: a member's bills and points, and what its passes, their dead letters and batch lines hold of it. */
import { erased, isBlank, withoutPasses } from '../members/member.ts';
import { withoutUser } from '../pass/dead-letters.ts';
import { emptyState, type State } from '../pass/state.ts';
import { fateOf } from '../pass/view.ts';
import { shardOf } from './route.ts';
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

  /** Until when nothing is sent, should what is in flight be given up: the request may still be in work. */
  const holdOf = ({ flight, hold }: State): number => {
    const { timeout, pauses } = shard.limits;
    return flight ? ports.now() + timeout + pauses.unanswered : hold;
  };

  /**
   * Erases a pass. A closed one leaves a tombstone. One that is open stays as a number without content while a request
   * may still be in work: until then nothing newer may overtake it.
   *
   * @param isMeant - whether the pass, as it is by then, is still to be erased
   * @param eraseElsewhere - what goes in the same turn
   * @returns whether it was erased
   */
  const erasePass = async (
    passId: string,
    isMeant: (state: State) => boolean,
    eraseElsewhere: (state: State) => void = () => undefined,
  ): Promise<boolean> => {
    const bury = await shard.tombstones.ofPass(passId);
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
      if (state.closing) bury();
      else if (hold > ports.now()) {
        const { revision, delivered, lastFlight } = state;
        passes.save({ ...emptyState(passId), revision, delivered, lastFlight, hold }, undefined);
        sql('UPDATE passes SET leaves = ? WHERE pass_id = ?', hold, passId);
      }
    });
    ports.emit('erased', { revision: state.revision });
    return true;
  };

  /** Erases what a member left on a pass that someone else holds by now. */
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
   * Erases what is known of a member but for the ids of its passes: with them an erasure that failed can be repeated.
   * `forgetPasses` ends it.
   *
   * @returns those ids; `undefined` for a member of whom nothing is known here
   */
  const eraseMember = async (userId: string): Promise<string[] | undefined> => {
    for (;;) {
      const ids = new Set(idsOfPostings(userId));
      const keep = await shard.tombstones.ofBills(userId, [...ids]);
      if (idsOfPostings(userId).some((id) => !ids.has(id))) continue; // it came meanwhile, and has no hash yet
      const member = shard.handovers.load(userId);
      ports.transaction(() => {
        keep();
        for (const table of ['postings', 'handovers']) sql(`DELETE FROM ${table} WHERE user_id = ?`, userId);
        shard.alerts.forget('userId', userId);
        if (member) shard.handovers.save(erased(member), undefined);
      });
      // A change on its way would make a pass anew that is erased next.
      await shard.handovers.arrived();
      return member?.passIds;
    }
  };

  /** Forgets passes that a member had, and a member of whom nothing is left. */
  const forgetPasses = (userId: string, passIds: readonly string[]): void => {
    const before = shard.handovers.load(userId);
    if (before === undefined) return;
    const member = withoutPasses(before, passIds);
    if (isBlank(member)) sql('DELETE FROM members WHERE user_id = ?', userId);
    else shard.handovers.save(member, undefined);
  };

  /** Forgets a pass that leaves, and erases its member if that has no other one by now. */
  const forgetMember = async (userId: string, passId: string): Promise<void> => {
    if (shard.handovers.load(userId)?.pass?.passId === passId) await eraseMember(userId);
    forgetPasses(userId, [passId]);
  };

  /** Lets a pass leave whose time has come, after its member: what fails is tried again from the pass. */
  const leave = async (passId: string): Promise<void> => {
    const isOver = ({ closed, who }: State): boolean => closed || who === undefined;
    const state = passes.load(passId);
    if (state && !isOver(state)) {
      sql('UPDATE passes SET leaves = NULL WHERE pass_id = ?', passId);
      return;
    }
    const userId = state?.who?.userId;
    if (userId) await ports.call(shardOf(userId, shard.limits.shards), 'forgetMember', userId, passId);
    await erasePass(passId, isOver); // batches that changed it are gone: they are kept for less time
  };

  return {
    eraseMember,
    forgetPasses,
    forgetMember,

    /**
     * Erases the passes of this shard that a member holds; of those with these ids, those whose holder has no userId as
     * well. A pass that someone else holds by now loses what the member left there.
     *
     * @returns how many passes were erased
     * @throws what kept a pass from being erased, after all the others
     */
    async erasePasses(userId: string, passIds: readonly string[]): Promise<number> {
      const isHeld = ({ passId, who }: State): boolean =>
        who !== undefined && (who.userId ?? (passIds.includes(passId) ? userId : undefined)) === userId;
      const text = `"userId":${JSON.stringify(userId)}`;
      const found = sql<{ pass_id: string }>(
        `SELECT pass_id FROM passes WHERE instr(body, ?) > 0
         UNION SELECT pass_id FROM dead_letters WHERE instr(body, ?) > 0`,
        ...[text, text],
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

    /** Lets closed passes leave, and what was erased before; at most so many. */
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
