/** What commands print: words for people, JSON for machines, colour only on a terminal that wants it. */
import { writeSync } from 'node:fs';
import { styleText } from 'node:util';

type Colour = 'green' | 'red' | 'yellow' | 'cyan' | 'bold' | 'dim';

/** Text in colour if standard output is a terminal and NO_COLOR is not set. */
export function colour(name: Colour, text: string): string {
  const { NO_COLOR, FORCE_COLOR } = process.env;
  const wanted = FORCE_COLOR ? FORCE_COLOR !== '0' : process.stdout.isTTY && !NO_COLOR;
  return wanted ? styleText(name, text, { validateStream: false } as object) : text;
}

/** Writes to standard output, in whole before it returns: a command may end right after. */
export function print(text: string | Uint8Array): void {
  writeAll(1, typeof text === 'string' ? `${text}\n` : text);
}

/** Writes a line to standard error; what cannot be written there cannot be said anywhere. */
export function printError(text: string): void {
  try {
    writeAll(2, `${text}\n`);
  } catch {
    // closed
  }
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value));
}

function writeAll(file: number, content: string | Uint8Array): void {
  const bytes = Buffer.from(content);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(file, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error; // a pipe that is full
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}
