/** Changes on their way from members to their passes, which may be on another shard: in order, each once. */
import type { Limits } from '../config/limits.ts';
import type { EventFields } from '../events.ts';
import { changeOfHandover, type Handover, type Member } from '../members/member.ts';
import type { Ports } from './ports.ts';
import { shardOf } from './route.ts';
import type { Signal } from './signal.ts';

/** Most changes of a member in one call. */
const mostAtOnce = 50;
/** The pause in milliseconds after a handover that failed or found the pass full. */
const pauseAfterFault = 10_000;

/** What handing over needs of its shard. */
interface HandoverShard {
  readonly ports: Ports;
  readonly limits: Limits;
  alert(fields: EventFields): void;
}

export class Handovers {
  readonly #shard: HandoverShard;
  /** The handover that is under way. It never rejects. */
  #current: Promise<void> | undefined;
  /** Whether a change came since the last `start`. */
  isNew = false;

  constructor(shard: HandoverShard) {
    this.#shard = shard;
  }

  load(userId: string): Member | undefined {
    const [row] = this.#shard.ports.sql<{ body: string }>('SELECT body FROM members WHERE user_id = ?', userId);
    return row && (JSON.parse(row.body) as Member);
  }

  /** Stores a member, and a change that its pass has to show. */
  save(member: Member, handover: Handover | undefined): void {
    const { sql, now } = this.#shard.ports;
    if (handover) {
      this.isNew = true;
      const { sequence, points, transaction } = handover;
      const bill = transaction ? JSON.stringify(transaction) : null;
      sql('INSERT INTO handovers VALUES (?, ?, ?, ?)', ...[member.userId, sequence, points, bill]);
    }
    sql(
      `INSERT INTO members VALUES (?, ?, ?) ON CONFLICT (user_id)
       DO UPDATE SET due = coalesce(members.due, excluded.due), body = excluded.body`,
      ...[member.userId, member.pass && this.pending(member.userId) > 0 ? now() : null, JSON.stringify(member)],
    );
  }

  pending(userId: string): number {
    const [{ pending } = { pending: 0 }] = this.#shard.ports.sql<{ pending: number }>(
      'SELECT count(*) AS pending FROM handovers WHERE user_id = ?',
      userId,
    );
    return pending;
  }

  nextTime(): number | undefined {
    const [next] = this.#shard.ports.sql<{ due: number }>(
      'SELECT due FROM members WHERE due IS NOT NULL ORDER BY due LIMIT 1',
    );
    return next?.due;
  }

  /**
   * Hands a member's changes over, if some are due and no handover is under way.
   *
   * @returns milliseconds until the next one is due; Infinity if none is, or one is under way, which sets the signal
   */
  start(signal: Signal): number {
    this.isNew = false;
    const next = this.nextTime();
    if (this.isBusy || next === undefined) return Number.POSITIVE_INFINITY;
    const wait = next - this.#shard.ports.now();
    if (wait > 0) return wait;
    this.#current = this.#handOver().finally(() => {
      this.#current = undefined;
      signal.set();
    });
    return Number.POSITIVE_INFINITY;
  }

  get isBusy(): boolean {
    return this.#current !== undefined;
  }

  /** Waits until the handover that is under way, if any, has succeeded or failed. */
  async settled(): Promise<void> {
    await this.#current;
  }

  async #handOver(): Promise<void> {
    const { ports } = this.#shard;
    const [next] = ports.sql<{ user_id: string }>(
      'SELECT user_id FROM members WHERE due IS NOT NULL ORDER BY due LIMIT 1',
    );
    if (next === undefined) return;
    const userId = next.user_id;
    try {
      await this.#handOverOf(userId);
    } catch (error) {
      this.#shard.alert({ userId, code: 'HandoverFailed', error: error instanceof Error ? error.name : 'Error' });
      this.#postpone(userId);
    }
  }

  async #handOverOf(userId: string): Promise<void> {
    const { ports, limits } = this.#shard;
    const member = this.load(userId);
    type Row = { sequence: number; points: number; bill: string | null };
    const rows = ports.sql<Row>(
      'SELECT sequence, points, bill FROM handovers WHERE user_id = ? ORDER BY sequence LIMIT ?',
      ...[userId, mostAtOnce],
    );
    const { pass } = member ?? {};
    if (member === undefined || pass === undefined || rows.length === 0) return this.#setDue(userId, null);
    const changes = rows.map(({ sequence, points, bill }) => {
      const handover = { sequence, points, transaction: bill === null ? undefined : JSON.parse(bill) };
      return { sequence, change: changeOfHandover({ ...member, pass }, handover, ports.fieldNames()) };
    });
    const { passId } = pass;
    const { done, refusal } = await ports.call(
      shardOf(passId, limits.shards),
      'handOver',
      ...([passId, member.key, changes] as const),
    );
    // The member keeps its points: another pass may be registered to show them.
    const isClosed = refusal === 'PassClosed';
    if (isClosed) this.#shard.alert({ passId, userId, code: refusal });
    const upTo = isClosed ? (rows.at(-1)?.sequence ?? done) : done;
    ports.sql('DELETE FROM handovers WHERE user_id = ? AND sequence <= ?', userId, upTo);
    if (refusal === 'PassFull') return this.#postpone(userId); // there is room once AlipayHK has replied
    if (this.pending(userId) === 0) this.#setDue(userId, null);
  }

  #postpone(userId: string): void {
    this.#setDue(userId, this.#shard.ports.now() + pauseAfterFault);
  }

  #setDue(userId: string, due: number | null): void {
    this.#shard.ports.sql('UPDATE members SET due = ? WHERE user_id = ?', due, userId);
  }
}
