/** Arguments of the programs of this folder. */

/** An option of `parseArgs` that takes text. */
export const text = (preset: string) => ({ type: 'string', default: preset }) as const;

/**
 * Reads a whole number.
 *
 * @param name - of the option, without its dashes
 * @throws TypeError
 */
export function count(name: string, value: string, { least = 0, most = 99_999 } = {}): number {
  const number = Number(value);
  if (/^\d{1,9}$/.test(value) && number >= least && number <= most) return number;
  throw new TypeError(`--${name}: expected a whole number from ${least} to ${most}, received ${value}`);
}

/** Returns what `read` returns. If it throws, prints the reason and ends the program with exit code 2. */
export function readArguments<Options>(program: string, read: () => Options): Options {
  try {
    return read();
  } catch (error) {
    console.error(`${program}: ${(error as Error).message.split('\n')[0]}`);
    process.exit(2);
  }
}
