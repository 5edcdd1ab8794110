/** From what valibot finds to issues in plain words. The messages in `generated/schemas.ts` name what is expected. */
import type * as v from 'valibot';
import type { Issue } from './errors.ts';

/** Where a value does not fit, and what was expected there. The value itself is left out: it may be personal. */
export function toIssue({ input, message, path: keys, issues }: v.BaseIssue<unknown>): Issue {
  const path = pathOf(keys);
  // A union none of whose branches fits: name what each of them asks for ("userId or openId").
  const names = new Set(issues?.map((issue) => pathOf(issue.path)).filter(Boolean));
  if (names.size > 0) return { path, expected: [...names].join(' or ') };
  return { path, expected: input === undefined ? 'a value, received none' : message };
}

const pathOf = (keys: v.BaseIssue<unknown>['path']): string => keys?.map(({ key }) => key).join('.') ?? '';
