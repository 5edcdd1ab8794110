/** From what valibot finds to issues in plain words. The messages in `generated/schemas.ts` name what is expected. */
import { printable } from '@alipayhk-pass/message-security';
import type * as v from 'valibot';
import type { Issue } from './errors.ts';

/** Where a value does not fit, and what must hold there. The value itself is left out: it may be personal. */
export function toIssue({ input, message, path: keys, issues }: v.BaseIssue<unknown>): Issue {
  const path = pathOf(keys);
  // A union none of whose branches fits: name what each of them asks for ("userId or openId").
  const names = new Set(issues?.map((issue) => pathOf(issue.path)).filter(Boolean));
  if (names.size > 0) return { path, message: `has no ${[...names].join(' or ')}` };
  return { path, message: input === undefined ? 'is missing' : mustBe(message) };
}

/** What is expected, as the end of a sentence about the field. */
export function mustBe(expected: string): string {
  if (expected.startsWith('no ')) return `is ${expected}`;
  return `must ${expected.endsWith('character') || expected.endsWith('characters') ? 'have' : 'be'} ${expected}`;
}

const pathOf = (keys: v.BaseIssue<unknown>['path']): string =>
  printable(keys?.map(({ key }) => key).join('.') ?? '', 256);
