/** A Worker in a process group of its own, which can be killed as a power cut would end it, and measured. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Child, startChild } from './child.ts';
import { isRunning } from './processes.ts';
import type { RunningWorker, WorkerOptions } from './workers.ts';

/** A Worker that can be killed. */
export interface WorkerProcess extends RunningWorker {
  /** Id of the process group of wrangler and workerd. */
  processGroup: number;
  /** Kills all of it with SIGKILL, whatever it is doing; settles once it is gone. */
  kill(): Promise<void>;
}

/** Longest life of such a Worker, in milliseconds. */
const limit = 4 * 3_600_000;
/** How long it may take to stop before it is killed. */
const patience = 5_000;

/**
 * Starts a Worker as `startWorker` does, but in a child process.
 *
 * @throws Error with the reason when it does not start
 */
export async function startWorkerProcess(options: WorkerOptions): Promise<WorkerProcess> {
  // What SIGKILL leaves behind goes with the folder.
  const temporary = mkdtempSync(join(tmpdir(), 'alipayhk-pass-worker-'));
  const remove = (): void => rmSync(temporary, { recursive: true, force: true, maxRetries: 5 });
  process.on('exit', remove); // after the child was killed
  const child = startChild(process.execPath, [join(import.meta.dirname, 'worker-process-main.ts')], {
    limit,
    variables: { TMPDIR: temporary },
    input: `${JSON.stringify(options)}\n`, // not as arguments, which whoever lists processes can read
  });
  const kill = async (): Promise<void> => {
    await child.stop();
    while (isRunning(child.pid)) await sleep(10);
    remove();
    process.off('exit', remove);
  };
  try {
    const [, url = ''] = await child.printed(/^ready on (\S+)$/m);
    return { url, processGroup: child.pid, output: child.output, kill, stop: () => stop(child).finally(kill) };
  } catch (error) {
    await kill();
    throw error;
  }
}

/** Lets it stop by itself, so that it removes its temporary files. */
async function stop(child: Child): Promise<void> {
  child.kill('SIGTERM');
  await Promise.race([child.ended, sleep(patience, undefined, { ref: false })]);
}
