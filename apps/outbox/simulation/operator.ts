/** A person who looks after the outbox: reads lists, sends dead letters again, and retries what waits. */
import type { PassCaller } from './pass-caller.ts';
import type { World } from './world.ts';

export class Operator {
  readonly #world: World;
  readonly #callers: Map<string, PassCaller>;
  #isBusy = false;

  constructor(world: World, callers: readonly PassCaller[]) {
    this.#world = world;
    this.#callers = new Map(callers.map((caller) => [caller.passId, caller]));
  }

  async work(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    const { scheduler } = this.#world;
    if (scheduler.chance(0.3)) await this.#ask('POST', '/retry?state=retrying');
    if (scheduler.chance(0.3)) await this.#ask('GET', '/passes?state=pending');
    if (scheduler.chance(0.3)) await this.#ask('GET', '/metrics');
    await this.replayAll(scheduler.chance(0.1));
    this.#isBusy = false;
  }

  /** Sends every dead letter again, or gives some up. */
  async replayAll(discards = false): Promise<void> {
    const { scheduler } = this.#world;
    const list = await this.#ask('GET', '/dead-letters');
    const letters = (list?.body.deadLetters ?? []) as { passId: string; revision: number }[];
    for (const { passId, revision } of letters.slice(0, 50)) {
      const caller = this.#callers.get(passId);
      if (discards && caller && scheduler.chance(0.5)) {
        caller.isLossy = true;
        await this.#ask('DELETE', `/dead-letters/${passId}?revision=${revision}`);
      } else await this.#ask('POST', `/dead-letters/${passId}/replay?revision=${revision}`);
    }
  }

  async #ask(method: string, path: string) {
    const isText = path === '/metrics';
    return isText ? undefined : this.#world.fetch(method, path);
  }
}
