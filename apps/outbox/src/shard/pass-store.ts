/** Passes in SQLite: a row each, its dead letters in rows of their own, and what is in flight in slots. */
import { type DeadLetter, emptyState, type Flight, nameOf, type State, waitingSince } from '../pass/state.ts';
import type { Ports } from './ports.ts';

type Row = {
  pass_id: string;
  due: number | null;
  hold: number;
  tried: number;
  state: string;
  leaves: number | null;
  body: string;
};
/** What a row holds besides its columns. Dead letters are counted, so that they are read only where there are any. */
type Body = Omit<State, 'passId' | 'due' | 'hold' | 'tried' | 'dead' | 'flight'> & { deadLetters: number };

/**
 * A request in flight, and its slot. `isOver`: its object has ended or its pass gave it up, so that its outcome changes
 * nothing, but AlipayHK may still work on it.
 */
export interface StoredFlight extends Flight {
  passId: string;
  slot: number;
  isOver?: boolean;
}

/** How long a closed pass stays, in milliseconds: longer than any batch that names it. */
const closedLifetime = 35 * 86_400_000;

export class PassStore {
  readonly #ports: Pick<Ports, 'sql'>;
  /** Requests in flight, by slot. */
  readonly flights = new Map<number, StoredFlight>();
  /** The highest number of a flight. */
  #number = 0;

  constructor(ports: Pick<Ports, 'sql'>) {
    this.#ports = ports;
    type Slot = { slot: number; number: number; pass_id: string; since: number };
    for (const { slot, number, pass_id: passId, since } of ports.sql<Slot>('SELECT * FROM flights')) {
      this.#number = Math.max(this.#number, number);
      this.flights.set(slot, { slot, number, passId, since });
    }
    for (const flight of [...this.flights.values()]) if (this.#isSettled(flight)) this.flights.delete(flight.slot);
  }

  #isSettled({ passId, number }: StoredFlight): boolean {
    try {
      // Nothing is to be settled of a pass that was erased.
      return (this.load(passId)?.lastFlight ?? number) >= number;
    } catch {
      return false; // the pass cannot be read: it is put aside when the flight is settled
    }
  }

  /** The pass, if a change of it was ever accepted. */
  load(passId: string): State | undefined {
    const [row] = this.#ports.sql<Row>('SELECT * FROM passes WHERE pass_id = ?', passId);
    return row && this.#stateOf(row);
  }

  /** Whether there is such a pass, even one that cannot be read. */
  has(passId: string): boolean {
    return this.#ports.sql('SELECT 1 AS found FROM passes WHERE pass_id = ?', passId).length > 0;
  }

  loadOrEmpty(passId: string): State {
    return this.load(passId) ?? emptyState(passId);
  }

  #stateOf({ pass_id: passId, due, hold, tried, body }: Row): State {
    const { deadLetters, ...rest } = JSON.parse(body) as Body;
    const flight = [...this.flights.values()].find((each) => each.passId === passId && !each.isOver);
    const dead = deadLetters > 0 ? this.#deadLettersOf(passId) : [];
    return { ...rest, passId, due: due ?? 0, hold, tried, dead, ...(flight && { flight }) };
  }

  #deadLettersOf(passId: string): DeadLetter[] {
    type Letter = { body: string };
    const letters = this.#ports.sql<Letter>(
      'SELECT body FROM dead_letters WHERE pass_id = ? ORDER BY at, revision',
      passId,
    );
    return letters.map(({ body }) => JSON.parse(body) as DeadLetter);
  }

  /** Stores a pass. The columns that an index has are written only when they change. */
  save(state: State, before: State | undefined): void {
    const { passId, due, hold, tried, dead, flight: _flight, ...rest } = state;
    const body = JSON.stringify({ ...rest, deadLetters: dead.length } satisfies Body);
    const waits = state.queue.length > 0;
    const since = waitingSince(state) ?? null;
    const name = nameOf({ ...state, flight: undefined });
    const leaves = state.closed ? Math.max(tried, 0) + closedLifetime : null;
    const { sql } = this.#ports;
    this.#saveDeadLetters(passId, dead, before?.dead ?? []);
    if (before === undefined) {
      const values = [passId, waits ? due : null, hold, tried, since, name, leaves, body];
      sql('INSERT INTO passes VALUES (?, ?, ?, ?, ?, ?, ?, ?)', ...values);
      return;
    }
    const isDueSame = before.queue.length > 0 === waits && (!waits || before.due === due);
    const isLeavingSame = before.closed === state.closed;
    const indexed = [
      ...(isDueSame ? [] : [['due', waits ? due : null] as const]),
      ...(isLeavingSame ? [] : [['leaves', leaves] as const]),
    ];
    const columns = [['hold', hold], ['tried', tried], ['since', since], ['state', name], ['body', body], ...indexed];
    sql(
      `UPDATE passes SET ${columns.map(([column]) => `${column} = ?`).join(', ')} WHERE pass_id = ?`,
      ...columns.map(([, value]) => value as string | number | null),
      passId,
    );
  }

  #saveDeadLetters(passId: string, after: readonly DeadLetter[], before: readonly DeadLetter[]): void {
    const { sql } = this.#ports;
    for (const { to } of before.filter((letter) => !after.some(({ to }) => to === letter.to))) {
      sql('DELETE FROM dead_letters WHERE pass_id = ? AND revision = ?', passId, to);
    }
    for (const letter of after) {
      const body = JSON.stringify(letter);
      if (before.some((each) => each.to === letter.to && JSON.stringify(each) === body)) continue;
      sql(
        `INSERT INTO dead_letters VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (pass_id, revision) DO UPDATE SET at = excluded.at, body = excluded.body`,
        ...[passId, letter.to, letter.at, letter.resultCode ?? letter.code ?? null, body],
      );
    }
  }

  /** Records that the head of a pass is in flight: the one row that is written before a request is sent. */
  begin(passId: string, now: number): StoredFlight {
    let slot = 0;
    while (this.flights.has(slot)) slot += 1;
    this.#number += 1;
    const flight: StoredFlight = { slot, number: this.#number, passId, since: now };
    this.#ports.sql(
      `INSERT INTO flights VALUES (?, ?, ?, ?) ON CONFLICT (slot) DO UPDATE
       SET number = excluded.number, pass_id = excluded.pass_id, since = excluded.since`,
      ...[slot, flight.number, passId, now],
    );
    this.flights.set(slot, flight);
    return flight;
  }

  /** The number of the last flight. */
  get lastNumber(): number {
    return this.#number;
  }

  /** Makes the number of every later flight greater than this one, such as the last of another shard. */
  raise(number: number): void {
    if (number <= this.#number) return;
    this.#number = number;
    // Slot -1 is never used by a flight.
    this.#ports.sql(
      "INSERT INTO flights VALUES (-1, ?, '', 0) ON CONFLICT (slot) DO UPDATE SET number = excluded.number",
      number,
    );
  }

  /** Frees the slot of a flight, unless `forgetOver` did so and another flight has it by now. */
  end(flight: StoredFlight): void {
    if (this.flights.get(flight.slot) === flight) this.flights.delete(flight.slot);
  }

  /** Takes a request in flight from its pass, which is erased or gave it up. */
  detach(passId: string): void {
    this.#ports.sql("UPDATE flights SET pass_id = '' WHERE pass_id = ?", passId);
    for (const flight of this.flights.values()) if (flight.passId === passId) flight.isOver = true;
  }

  /** Frees the slots of requests that are over, once their time-out has passed. */
  forgetOver(now: number, timeout: number): void {
    for (const { slot, since, isOver } of [...this.flights.values()]) {
      if (isOver && now >= since + timeout) this.flights.delete(slot);
    }
  }

  /** When `forgetOver` frees the next slot. */
  nextOver(timeout: number): number {
    const over = [...this.flights.values()].filter(({ isOver }) => isOver).map(({ since }) => since + timeout);
    return Math.min(Number.POSITIVE_INFINITY, ...over);
  }

  /** Passes that are due and not in flight, the longest due first. */
  due(now: number, limit: number): string[] {
    const { marks, ids } = this.#flying();
    const rows = this.#ports.sql<{ pass_id: string }>(
      `SELECT pass_id FROM passes WHERE due <= ? AND hold <= ? AND pass_id NOT IN (${marks}) ORDER BY due LIMIT ?`,
      ...[now, now, ...ids, limit],
    );
    return rows.map(({ pass_id }) => pass_id);
  }

  /** Passes that wait for nothing but their backoff and were tried before `wokenAt`, in the order in which they are due. */
  woken(now: number, wokenAt: number, after: number, limit: number): { passId: string; due: number }[] {
    const { marks, ids } = this.#flying();
    const rows = this.#ports.sql<{ pass_id: string; due: number }>(
      `SELECT pass_id, due FROM passes WHERE due > ? AND hold <= ? AND tried < ? AND pass_id NOT IN (${marks})
       ORDER BY due LIMIT ?`,
      ...[Math.max(now, after), now, wokenAt, ...ids, limit],
    );
    return rows.map(({ pass_id: passId, due }) => ({ passId, due }));
  }

  /** When the next pass that is not in flight is due. */
  nextDue(): number | undefined {
    const { marks, ids } = this.#flying();
    const [first] = this.#ports.sql<{ due: number }>(
      `SELECT due FROM passes WHERE due IS NOT NULL AND pass_id NOT IN (${marks}) ORDER BY due LIMIT 1`,
      ...ids,
    );
    return first?.due;
  }

  /** When the first hold ends of the passes that wait for their backoff and were tried before `wokenAt`. */
  nextHold(now: number, wokenAt: number): number | undefined {
    const { marks, ids } = this.#flying();
    const [row] = this.#ports.sql<{ hold: number | null }>(
      `SELECT min(hold) AS hold FROM passes WHERE due > ? AND tried < ? AND pass_id NOT IN (${marks})`,
      ...[now, wokenAt, ...ids],
    );
    return row?.hold ?? undefined;
  }

  #flying(): { marks: string; ids: string[] } {
    const ids = [...this.flights.values()].filter(({ isOver }) => !isOver).map(({ passId }) => passId);
    return { marks: ids.map(() => '?').join(', '), ids };
  }

  /** Puts a pass aside that cannot be read, so that the others go on. */
  putAside(passId: string, until: number): void {
    this.#ports.sql('UPDATE passes SET due = ?, hold = ? WHERE pass_id = ? AND due IS NOT NULL', until, until, passId);
  }
}
