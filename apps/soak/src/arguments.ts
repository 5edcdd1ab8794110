/** Arguments of the programs of this folder. */

/**
 * @param name - of the option, without its dashes
 * @throws TypeError
 */
export function count(name: string, value: string): number {
  if (!/^\d{1,5}$/.test(value))
    throw new TypeError(`--${name}: expected a whole number up to 99999, received ${value}`);
  return Number(value);
}
