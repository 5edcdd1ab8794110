/** Finds values that JSON cannot carry: those that `JSON.stringify` refuses, leaves out or changes. */
import { printable } from '@alipayhk-pass/message-security';
import type { Issue } from './errors.ts';
import { mustBe } from './issue.ts';

/**
 * The issues of a value that would not arrive unchanged as JSON. A field that is `undefined` is no issue: it counts as
 * absent.
 *
 * @param value - without circular references; each level takes one call on the stack
 * @param path - path of the value, names joined by dots; empty for the body as a whole
 * @returns one issue for each such value, with its path
 * @see RFC 8259 §6 (numbers)
 */
export function findLosses(value: unknown, path = ''): Issue[] {
  const expected = expectedOf(value);
  if (expected !== undefined) return [{ path: printable(path, 256), message: mustBe(expected) }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value)
    .filter(([, field]) => field !== undefined || Array.isArray(value))
    .flatMap(([name, field]) => findLosses(field, path === '' ? name : `${path}.${name}`));
}

/** What was expected in place of a value that JSON cannot carry; the items of a list or an object are not looked at. */
function expectedOf(value: unknown): string | undefined {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) return 'a finite number';
    // RFC 8259 §6: above 2^53 - 1 another JSON parser may read another whole number.
    const isRounded = Number.isInteger(value) && !Number.isSafeInteger(value);
    return isRounded ? 'a whole number of at most 2^53 - 1, or a string of digits' : undefined;
  }
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined;
  if (typeof value !== 'object') return `a JSON value, not ${value === undefined ? value : `a ${typeof value}`}`;
  if ('toJSON' in value) return 'an object without toJSON';
  if (Array.isArray(value)) return Object.keys(value).length === value.length ? undefined : 'a list without gaps';
  // JSON.stringify makes {} of a Map.
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  if (kind !== 'Object') return `a plain object, not a ${kind}`;
  return hidesFields(value) ? 'an object without fields that JSON leaves out, such as getters of a class' : undefined;
}

/** Whether an object has fields that JSON.stringify leaves out, but the schema finds: inherited, or not enumerable. */
function hidesFields(value: object): boolean {
  for (let owner = value; Object.getPrototypeOf(owner) !== null; owner = Object.getPrototypeOf(owner)) {
    const hidden = Object.values(Object.getOwnPropertyDescriptors(owner)).filter(
      ({ enumerable }) => owner !== value || !enumerable,
    );
    // Methods are no fields.
    if (hidden.some((field) => field.get ?? !['undefined', 'function'].includes(typeof field.value))) return true;
  }
  return false;
}
