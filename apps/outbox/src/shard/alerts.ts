/** Alerts on their way to ALERT_URL: stored, pushed one at a time, and tried again. Nothing waits for them. */
import type { EventFields } from '../events.ts';
import type { Ports } from './ports.ts';
import type { Signal } from './signal.ts';

/** Most alerts that wait; a newer one is dropped, and is in the log. */
const most = 100;
/** An alert of the same code is pushed once in so many milliseconds: an outage must not be a thousand messages. */
const quiet = 5 * 60_000;
const pauses = { first: 5_000, longest: 10 * 60_000 };

export class Alerts {
  readonly #ports: Ports;
  readonly #lastOf = new Map<string, number>();
  #attempt = 0;
  #nextAt = 0;
  isBusy = false;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** Whether alerts are pushed. They are not while the configuration cannot be read, which is an alert itself. */
  #isPushed(): boolean {
    try {
      return this.#ports.limits().alert !== undefined;
    } catch {
      return false;
    }
  }

  add(fields: EventFields): void {
    const { sql, now, random } = this.#ports;
    if (!this.#isPushed()) return;
    const code = `${fields.resultCode ?? fields.code}`;
    if (now() - (this.#lastOf.get(code) ?? Number.NEGATIVE_INFINITY) < quiet) return;
    this.#lastOf.set(code, now());
    if (this.#lastOf.size > most) this.#lastOf.clear();
    const [{ waiting } = { waiting: 0 }] = sql<{ waiting: number }>('SELECT count(*) AS waiting FROM alerts');
    if (waiting >= most) return;
    const id = `alert_${now()}_${Math.floor(random() * 1e9)}`;
    const body = JSON.stringify({ type: 'outbox.alert', timestamp: new Date(now()).toISOString(), data: fields });
    sql('INSERT INTO alerts (id, body) VALUES (?, ?)', id, body);
  }

  /** Drops those that name a pass or a member, which is erased. */
  forget(name: 'passId' | 'userId', id: string): void {
    this.#ports.sql('DELETE FROM alerts WHERE instr(body, ?) > 0', `"${name}":${JSON.stringify(id)}`);
  }

  /**
   * Pushes the oldest, unless a push is under way or has to wait.
   *
   * @returns milliseconds until the next push is due; Infinity if nothing waits, or a push is under way
   */
  start(signal: Signal): number {
    const next = this.nextTime();
    if (this.isBusy || next === undefined) return Number.POSITIVE_INFINITY;
    const wait = next - this.#ports.now();
    if (wait > 0) return wait;
    this.isBusy = true;
    void this.#push().finally(() => {
      this.isBusy = false;
      signal.set();
    });
    return Number.POSITIVE_INFINITY;
  }

  nextTime(): number | undefined {
    const { sql } = this.#ports;
    if (!this.#isPushed() || sql('SELECT 1 AS found FROM alerts LIMIT 1').length === 0) return undefined;
    return this.#nextAt;
  }

  async #push(): Promise<void> {
    const { sql, push, now } = this.#ports;
    type Row = { sequence: number; id: string; body: string };
    const [alert] = sql<Row>('SELECT sequence, id, body FROM alerts ORDER BY sequence LIMIT 1');
    if (alert === undefined) return;
    try {
      await push(alert);
      sql('DELETE FROM alerts WHERE sequence = ?', alert.sequence);
      this.#attempt = 0;
      this.#nextAt = 0;
    } catch {
      this.#nextAt = now() + Math.min(pauses.longest, pauses.first * 2 ** this.#attempt);
      this.#attempt += 1;
    }
  }
}
