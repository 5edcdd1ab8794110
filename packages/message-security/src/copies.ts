/**
 * Two copies of this package in one program: npm installs a second one when version ranges conflict. A copy keeps the
 * numbers of keys and the suites to itself, so a handle from another copy cannot encrypt. It is recognised by its mark,
 * and refused with the cause.
 */

/** Key of the mark on handles and errors; the same in every copy. */
export const brand: unique symbol = Symbol.for('@alipayhk-pass/message-security');

const own = new WeakSet<object>();

/**
 * Freezes a handle and marks it as made by this package. The mark is not enumerable, so that no print or copy shows it.
 *
 * @param handle - a key or an encryption
 * @returns the same object
 */
export function brandHandle<Handle extends object>(handle: Handle): Readonly<Handle> {
  Object.defineProperty(handle, brand, { value: 'handle' });
  own.add(handle);
  return Object.freeze(handle);
}

/**
 * What is wrong with a handle from another copy, as the end of a sentence.
 *
 * @param value - any value
 * @returns `undefined` for every other value
 */
export function foreignHandle(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, brand) || own.has(value)) return undefined;
  return 'is from another copy of @alipayhk-pass/message-security; import everything from one copy of @alipayhk-pass/api';
}
