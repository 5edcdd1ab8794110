/** Ids that callers choose: of passes, members, adjustments. */
import type { Issue } from '@alipayhk-pass/api';
import * as v from 'valibot';

/** Longest id in characters. Those seen have at most 32. */
export const longestId = 256;
const storable = 'must be well-formed text without control characters';

/** An id, from a body or a path. */
export const vId = v.pipe(
  v.string('must be text'),
  v.nonEmpty('must be text that is not empty'),
  v.maxLength(longestId, `must have at most ${longestId} characters`),
  v.check(isStorable, storable),
);

/** Whether SQLite keeps an id as it is: it replaces a lone surrogate, which would make one pass of two. */
function isStorable(id: string): boolean {
  return id.isWellFormed() && !/\p{Cc}/u.test(id);
}

export function issuesOfId(path: string, id: string): Issue[] {
  return (v.safeParse(vId, id).issues ?? []).map(({ message }) => ({ path, message }));
}

/** Compares ids as SQLite orders them: by code points, where JavaScript's `<` compares UTF-16 units. */
export function compareIds(a: string, b: string): number {
  for (let index = 0; index < a.length && index < b.length; index += 1) {
    const difference = rank(a.charCodeAt(index)) - rank(b.charCodeAt(index));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Puts surrogates, which stand for what is above U+FFFF, after every other unit. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x2800 : unit;
}
