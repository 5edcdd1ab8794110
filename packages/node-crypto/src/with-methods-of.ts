/** Objects of the runtime with some of their members replaced. */

/**
 * An object that has all that `native` has, and `replaced` in place of its own. Methods keep `native` as their receiver,
 * which runtimes check.
 */
export function withMethodsOf<Native extends object>(native: Native, replaced: Partial<Native>): Native {
  const object: Record<string, unknown> = {};
  for (const name of Object.getOwnPropertyNames(Object.getPrototypeOf(native))) {
    const value: unknown = name === 'constructor' ? undefined : native[name as keyof Native];
    if (value !== undefined) object[name] = typeof value === 'function' ? value.bind(native) : value;
  }
  return Object.assign(object, replaced) as Native;
}
