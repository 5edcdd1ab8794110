/** Wakes the one who waits. A wake-up that comes before the wait ends it at once. */
export class Signal {
  #isSet = false;
  #resolve: (() => void) | undefined;

  set(): void {
    this.#isSet = true;
    this.#resolve?.();
  }

  /** Settles once `set` was called since the last wait, or a pause has ended. */
  async wait(pause: { done: Promise<void>; cancel(): void } | undefined): Promise<void> {
    if (!this.#isSet) {
      const woken = new Promise<void>((resolve) => {
        this.#resolve = resolve;
      });
      await (pause ? Promise.race([woken, pause.done]) : woken);
    }
    pause?.cancel();
    this.#isSet = false;
    this.#resolve = undefined;
  }
}
