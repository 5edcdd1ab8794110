/**
 * Child processes in bounded time: each leads a process group of its own, so that it can be stopped with everything that
 * it started. What still runs when this process exits is killed then; `exitOnSignal` has a signal end it by way of `exit`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** How to start a child. */
export interface ChildOptions {
  /** Longest life in milliseconds; after that it is killed with its whole group. */
  limit: number;
  /** Its working directory; this process's unless given. */
  cwd?: string;
  /** Variables beside those of this process. */
  variables?: Record<string, string | undefined>;
  /** Written to its stdin, which then stays open: when it ends, this process has ended. Without it stdin is empty. */
  input?: string;
}

/** How a child ended. */
export interface Ended {
  /** Its exit code; `null` after a signal. */
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Whether it was killed because it reached its limit. */
  late: boolean;
  stdout: string;
  stderr: string;
}

/** A child that was started. */
export interface Child {
  /** Its process id, which is also the id of its process group. */
  pid: number;
  /** All that it has printed so far, to stdout and stderr. */
  output(): string;
  /**
   * Waits for a text in its output.
   *
   * @param within - the longest time, in milliseconds; a minute unless given
   * @returns the first match
   * @throws Error when it ends without having printed such a text, or does not print it in time
   */
  printed(pattern: RegExp, within?: number): Promise<RegExpExecArray>;
  /** Sends a signal to it alone. */
  kill(signal: NodeJS.Signals): void;
  /** Kills it with its whole group; settles once it has ended. `await using` does so at the end of a block. */
  stop(): Promise<Ended>;
  [Symbol.asyncDispose](): Promise<void>;
  /** Settles once it has ended and its output is complete; rejects when it could not be started. */
  ended: Promise<Ended>;
}

const running = new Set<number>();
process.on('exit', () => {
  for (const pid of running) killGroup(pid);
});

/**
 * Starts a program.
 *
 * @param command - its file, or its name on the PATH
 * @param args - its arguments; whoever lists processes can read them
 */
export function startChild(command: string, args: readonly string[], options: ChildOptions): Child {
  const { limit, cwd, variables, input } = options;
  const child = spawn(command, args, {
    env: { ...process.env, ...variables },
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    detached: true, // leads a process group
    ...(cwd !== undefined && { cwd }),
  });
  const { pid = 0 } = child;
  if (pid > 0) running.add(pid);
  let output = '';
  const streams = { stdout: '', stderr: '' };
  const onOutput = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      streams[name] += text;
      output += text;
      for (const look of onOutput) look();
    });
  }
  child.stdin?.on('error', () => undefined); // it ended before it read its input
  if (input !== undefined) child.stdin?.write(input);

  let late = false;
  const timer = setTimeout(() => {
    late = true;
    killGroup(pid);
  }, limit).unref();
  const ended = once(child, 'close').then(([code, signal]): Ended => {
    clearTimeout(timer);
    running.delete(pid);
    return { code, signal, late, ...streams };
  });
  ended.catch(() => clearTimeout(timer)); // it could not be started: whoever waits for it sees the error

  return {
    pid,
    ended,
    output: () => output,
    printed(pattern, within = 60_000) {
      return new Promise((resolve, reject) => {
        const settle = (): void => {
          clearTimeout(timeout);
          onOutput.delete(look);
        };
        const look = (): void => {
          const match = pattern.exec(output);
          if (match === null) return;
          settle();
          resolve(match);
        };
        const fail = (why: string): void => {
          settle();
          reject(new Error(`${command} printed no ${pattern}: ${why}`));
        };
        const timeout = setTimeout(() => fail(`not within ${within} ms; it printed ${output.slice(-500)}`), within);
        onOutput.add(look);
        look();
        ended.then((end) => fail(describeEnd(end)), reject);
      });
    },
    kill: (signal) => void child.kill(signal),
    stop() {
      killGroup(pid);
      return ended;
    },
    async [Symbol.asyncDispose]() {
      killGroup(pid);
      await ended.catch(() => undefined); // it was never there
    },
  };
}

/**
 * Runs a program to its end.
 *
 * @throws Error when it cannot be started
 */
export function runChild(command: string, args: readonly string[], options: ChildOptions): Promise<Ended> {
  return startChild(command, args, options).ended;
}

/** How a child ended, in words, with the end of what it wrote to stderr. */
export function describeEnd({ code, signal, late, stderr }: Ended): string {
  const end = signal === null ? `exit code ${code}` : `ended by ${signal}`;
  return `${late ? 'not done in time, ' : ''}${end}: ${stderr.slice(-500)}`;
}

/** Kills a process group with SIGKILL; one that is gone already is fine. */
export function killGroup(processGroup: number): void {
  try {
    if (processGroup > 0) process.kill(-processGroup, 'SIGKILL');
  } catch {
    // it has ended
  }
}
