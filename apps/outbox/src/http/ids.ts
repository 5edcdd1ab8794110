/** Ids that callers choose: of passes, members, adjustments. */
import type { Issue } from '@alipayhk-pass/api';

/** Longest id in characters. Those seen have at most 32. */
export const longestId = 256;
export const wellFormed = 'well-formed text without control characters';

/** Whether an id stays what it is: SQLite stores half of a surrogate pair as another character, which is another pass. */
export function isWellFormed(id: string): boolean {
  return id.isWellFormed() && !/\p{Cc}/u.test(id);
}

export function issuesOfId(path: string, id: string): Issue[] {
  return [
    ...(id.length > longestId ? [{ path, message: `must have at most ${longestId} characters` }] : []),
    ...(isWellFormed(id) ? [] : [{ path, message: `must be ${wellFormed}` }]),
  ];
}
