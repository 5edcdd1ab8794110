/**
 * Two copies of this package in one program: npm nests a second one where ranges disagree. What a copy keeps beside its
 * handles (numbers of keys, suites) the other cannot reach, so a handle of the other is recognised and refused by name.
 */

/** The same in every copy. */
export const brand: unique symbol = Symbol.for('@alipayhk-pass/message-security');

const own = new WeakSet<object>();

/** Freezes a handle and marks it as made by this package; nothing that prints or serialises it shows the mark. */
export function brandHandle<Handle extends object>(handle: Handle): Readonly<Handle> {
  Object.defineProperty(handle, brand, { value: 'handle' });
  own.add(handle);
  return Object.freeze(handle);
}

/** Says that a handle was made by another copy; `undefined` for every other value. */
export function foreignHandle(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, brand) || own.has(value)) return undefined;
  return 'is from another copy of @alipayhk-pass/message-security; import everything from one copy of @alipayhk-pass/api';
}
