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
