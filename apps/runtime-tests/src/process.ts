/** Child processes that end: in bounded time, with all that they started, and with this process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

const running = new Set<ChildProcess>();
process.once('exit', () => running.forEach(kill));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

interface Ended {
  stdout: string;
  /** How it ended and the end of what it wrote to stderr, for an error's text. */
  end: string;
  succeeded: boolean;
}

/** Runs a process to its end; kills it after `limit` milliseconds, or on `signal`. */
export async function runProcess(
  command: string,
  args: string[],
  limit: number,
  { signal, variables }: { signal?: AbortSignal; variables?: Record<string, string> } = {},
): Promise<Ended> {
  // A group of its own, because the commands of Deno, Bun and Chromium are scripts that start the real ones.
  const env = { ...process.env, NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1', ...variables };
  const child = spawn(command, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'], env });
  running.add(child);
  let late = '';
  const timer = setTimeout(() => {
    late = `not within ${limit} ms, `;
    kill(child);
  }, limit);
  signal?.addEventListener('abort', () => kill(child));
  try {
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    const { exitCode, signalCode } = child;
    const end = `${late}${signalCode ?? `exit status ${exitCode}`}: ${stderr.slice(-500)}`;
    return { stdout, end, succeeded: exitCode === 0 };
  } finally {
    clearTimeout(timer);
    running.delete(child);
  }
}

function kill({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // it has ended
  }
}
