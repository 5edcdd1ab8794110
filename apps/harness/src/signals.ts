/** Signals that ask a program to stop, for a program that has something to stop first. */
import { constants } from 'node:os';

/** A signal that asked this program to stop. */
export interface StopSignal {
  name: 'SIGINT' | 'SIGTERM' | 'SIGHUP';
  /** The exit code by which a shell reports it: 128 and the signal's number. */
  exitCode: number;
}

const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
let first: Promise<StopSignal> | undefined;

/**
 * Waits for a signal that asks this program to stop; later ones change nothing. To be called before anything is started.
 * From then on the program alone decides what these signals do: a handler that a library adds is removed again, because
 * Miniflare's would end this process at once.
 *
 * @returns the first signal
 */
export function untilSignal(): Promise<StopSignal> {
  first ??= new Promise((resolve) => {
    const handlers = new Map(
      names.map((name) => [name as string, () => resolve({ name, exitCode: 128 + constants.signals[name] })]),
    );
    for (const [name, handler] of handlers) process.on(name, handler);
    process.on('newListener', (name: string, handler: (...args: unknown[]) => void) => {
      // A signal is handled in a later turn than the one that added the listener: none gets to it before.
      if (handlers.has(name)) process.nextTick(() => process.off(name, handler));
    });
  });
  return first;
}

/**
 * Has a signal end this program at once, by way of `exit`, where children are killed and folders removed.
 *
 * @param program - its name, with which the last line on stderr begins
 */
export function exitOnSignal(program: string): void {
  untilSignal().then(({ name, exitCode }) => {
    console.error(`${program}: stopped by ${name}`);
    process.exit(exitCode);
  });
}
