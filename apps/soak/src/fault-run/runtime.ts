/** A Worker's runtime that can be killed, with everything that belongs to it, and started again on the same state. */

/** Something that runs in a process group of its own. */
export interface Running {
  url: string;
  processGroup: number;
  stop(): Promise<void>;
}

export class Runtime {
  readonly #begin: () => Promise<Running>;
  #running: Running | undefined;

  /** @param begin - starts it; the second time it finds the state that the first one left */
  constructor(begin: () => Promise<Running>) {
    this.#begin = begin;
  }

  /** Where it answers, or did last. */
  get url(): string {
    return this.#running?.url ?? 'http://127.0.0.1:0';
  }

  async start(): Promise<void> {
    this.#running = await this.#begin();
  }

  /** Ends wrangler and workerd by SIGKILL, in the midst of whatever they do, and starts them again. */
  async killAndStart(): Promise<void> {
    const { processGroup } = this.#running ?? {};
    if (processGroup === undefined) throw new Error('expected a runtime that runs');
    process.kill(-processGroup, 'SIGKILL');
    await this.stop(); // waits until they are gone, and clears away what they left
    await this.start();
  }

  async stop(): Promise<void> {
    await this.#running?.stop();
  }
}
