/**
 * The storage of one shard: a real SQLite, and the alarm. What is written stays unconfirmed until `commit`; `rollback`
 * loses it, as the end of an object does. `conformance.ts` holds it against workerd's.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { SqlValue } from '../src/shard/ports.ts';

export class Disk {
  readonly #db = new DatabaseSync(':memory:');
  readonly #statements = new Map<string, StatementSync>();
  #alarm: number | null = null;
  /** The alarm as the unconfirmed writes have it. */
  #unconfirmedAlarm: number | null | undefined;
  /** Whether there are unconfirmed writes. */
  isDirty = false;

  sql<Row extends Record<string, SqlValue>>(query: string, ...bindings: SqlValue[]): Row[] {
    if (!/^\s*SELECT/.test(query)) this.#begin();
    let statement = this.#statements.get(query);
    if (statement === undefined) {
      statement = this.#db.prepare(query);
      this.#statements.set(query, statement);
    }
    return statement.all(...bindings) as Row[];
  }

  transaction<T>(run: () => T): T {
    this.#begin();
    this.#db.exec('SAVEPOINT turn');
    try {
      const value = run();
      this.#db.exec('RELEASE turn');
      return value;
    } catch (error) {
      this.#db.exec('ROLLBACK TO turn; RELEASE turn');
      throw error;
    }
  }

  /** As an object sees it. */
  get alarm(): number | null {
    return this.#unconfirmedAlarm === undefined ? this.#alarm : this.#unconfirmedAlarm;
  }

  /** As it is stored, whatever becomes of the unconfirmed writes. */
  get storedAlarm(): number | null {
    return this.#alarm;
  }

  setAlarm(at: number | null): void {
    this.#begin();
    this.#unconfirmedAlarm = at;
  }

  /** What the runtime does: it takes the alarm when it is due, and puts one back when its run has failed. */
  storeAlarm(at: number | null): void {
    this.#alarm = at;
  }

  /** @returns whether the alarm was set or cleared */
  commit(): boolean {
    if (!this.isDirty) return false;
    this.#db.exec('COMMIT');
    const isAlarmSet = this.#unconfirmedAlarm !== undefined;
    if (this.#unconfirmedAlarm !== undefined) this.#alarm = this.#unconfirmedAlarm;
    this.#end();
    return isAlarmSet;
  }

  rollback(): void {
    if (!this.isDirty) return;
    this.#db.exec('ROLLBACK');
    this.#end();
  }

  #begin(): void {
    if (this.isDirty) return;
    this.#db.exec('BEGIN');
    this.isDirty = true;
  }

  #end(): void {
    this.isDirty = false;
    this.#unconfirmedAlarm = undefined;
  }
}
