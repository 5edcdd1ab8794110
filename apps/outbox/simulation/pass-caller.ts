/**
 * A caller that owns one pass: it asks for changes one after the other, each until the outbox has said what became of it.
 * Points and levels rise with every change, so whatever goes back on the card was sent in the wrong order.
 */
import type { Scheduler } from './scheduler.ts';
import type { World } from './world.ts';

export class PassCaller {
  readonly passId: string;
  readonly #world: World;
  readonly #scheduler: Scheduler;
  /** Rises with every change. */
  #value = 0;
  /** The last values that were accepted. */
  points: number | undefined;
  level: string | undefined;
  /** Changes that were accepted. */
  accepted = 0;
  isClosed = false;
  /** Something was given up, so the card need not show the last values. */
  isLossy = false;
  isBusy = false;

  constructor(world: World, passId: string) {
    this.#world = world;
    this.#scheduler = world.scheduler;
    this.passId = passId;
  }

  /** The next values, for one field or both. */
  next(): { points?: number; level?: string } {
    this.#value += 1;
    const level = `L${String(this.#value).padStart(9, '0')}`;
    const which = this.#scheduler.below(3);
    return { ...(which !== 0 && { points: this.#value }), ...(which !== 1 && { level }) };
  }

  take({ points, level }: { points?: number; level?: string }): void {
    this.accepted += 1;
    if (points !== undefined) this.points = points;
    if (level !== undefined) this.level = level;
  }

  /** Asks for a change until it is accepted or refused. */
  async put(): Promise<void> {
    const values = this.next();
    const who = { merchantId: 'M1', userId: `U-${this.passId}` };
    const reply = await this.#untilReply('PUT', JSON.stringify({ ...who, ...values }));
    if (reply.status === 202) this.take(values);
    else this.#expectClosed(reply);
  }

  /** Closes the pass. */
  async close(): Promise<void> {
    const reply = await this.#untilReply('DELETE', undefined);
    if (reply.status === 202) {
      this.accepted += 1;
      this.isClosed = true;
    } else if (reply.status !== 404) this.#expectClosed(reply);
  }

  #expectClosed({ status, body }: { status: number; body: object }): void {
    if (status === 409 && this.isClosed) return;
    this.#world.gateway.problems.push(`${this.passId}: ${status} ${JSON.stringify(body)}`);
  }

  async #untilReply(method: string, body: string | undefined) {
    const key = `${this.passId}-${this.#value}-${method}-${this.#scheduler.below(1e9)}`;
    for (;;) {
      const reply = await this.#world.fetch(method, `/passes/${this.passId}`, body, { 'Idempotency-Key': key });
      if (reply && reply.status < 500 && reply.status !== 429) return reply;
      await this.#scheduler.wait(this.#scheduler.between(100, 3_000), 'again');
    }
  }
}
