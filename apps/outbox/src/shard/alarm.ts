/** The one alarm of a shard. It begins a run of the loop, and while a run goes on it outlives what is in flight. */
import type { Ports } from './ports.ts';

/** An alarm that is this late, in milliseconds, counts as lost. */
const overdue = 10_000;

export class Alarm {
  readonly #ports: Pick<Ports, 'alarm' | 'now'>;
  /** When the alarm that the present run has stored is due. */
  #keptAt = 0;

  constructor(ports: Pick<Ports, 'alarm' | 'now'>) {
    this.#ports = ports;
  }

  /** Has the next run begin at a time; without one, none. */
  set(at: number | undefined): void {
    const { alarm, now } = this.#ports;
    this.#keptAt = 0;
    // Never the present millisecond: workerd may not fire it (cloudflare/workerd#6866).
    if (at === undefined) alarm.clear();
    else alarm.set(Math.max(at, now() + 1));
  }

  /** Whether the stored alarm fires by a time, and was not lost. */
  async firesBy(at: number): Promise<boolean> {
    const { alarm, now } = this.#ports;
    const stored = await alarm.get();
    const isLost = stored !== null && stored < now() - overdue;
    return stored !== null && stored <= Math.max(at, now() + 1) && !isLost;
  }

  /**
   * Stores an alarm that outlives a request: should this object end, another one goes on.
   *
   * @param timeout - how long a request takes at most, in milliseconds
   */
  keep(timeout: number): void {
    const { alarm, now } = this.#ports;
    if (this.#keptAt - now() > timeout + 5_000) return;
    this.#keptAt = now() + 2 * timeout + 10_000;
    alarm.set(this.#keptAt);
  }
}
