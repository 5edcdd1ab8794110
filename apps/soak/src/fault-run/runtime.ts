/** A Worker's runtime that can be killed, with everything that belongs to it, and started again on the same state. */
import type { WorkerProcess } from '@alipayhk-pass/harness/worker-process';

export class Runtime {
  readonly #begin: () => Promise<WorkerProcess>;
  #running: WorkerProcess | undefined;

  /** @param begin - starts it; the second time it finds the state that the first one left */
  constructor(begin: () => Promise<WorkerProcess>) {
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
    if (this.#running === undefined) throw new Error('there is no runtime to kill; expected one that runs');
    await this.#running.kill();
    await this.start();
  }

  async stop(): Promise<void> {
    await this.#running?.stop();
  }
}
