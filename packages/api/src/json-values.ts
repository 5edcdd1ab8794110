/** What a caller may hold and JSON cannot: values that `JSON.stringify` refuses, leaves out, or turns into others. */

import { printable } from '@alipayhk-pass/message-security';
import type { Issue } from './errors.ts';
import { mustBe } from './issue.ts';

/**
 * Where a value would not arrive as the same value. 1.0 may arrive as 1, and a field that is `undefined` as none.
 *
 * @param value - without circles, and some dozens of levels deep at most
 * @param path - of the value: names joined by dots
 */
export function findLosses(value: unknown, path = ''): Issue[] {
  const expected = expectedOf(value);
  if (expected !== undefined) return [{ path: printable(path, 256), message: mustBe(expected) }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value)
    .filter(([, field]) => field !== undefined || Array.isArray(value))
    .flatMap(([name, field]) => findLosses(field, path === '' ? name : `${path}.${name}`));
}

/** What JSON has in place of a value that it lacks; of a list or an object, apart from what is in it. */
function expectedOf(value: unknown): string | undefined {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) return 'a finite number';
    // RFC 8259 §6: beyond that other readers may hold another whole number.
    const isRounded = Number.isInteger(value) && !Number.isSafeInteger(value);
    return isRounded ? 'a whole number of at most 2^53 - 1, or a string of digits' : undefined;
  }
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined;
  if (typeof value !== 'object') return `a value that JSON has, not a ${typeof value}`;
  if ('toJSON' in value) return 'an object without toJSON';
  if (Array.isArray(value)) return Object.keys(value).length === value.length ? undefined : 'a list without gaps';
  // A Map is sent as {}.
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  return kind === 'Object' ? undefined : `an object with fields of its own, not a ${kind}`;
}
