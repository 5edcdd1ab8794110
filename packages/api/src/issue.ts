/** Turns what valibot reports into issues. The messages in `generated/schemas.ts` say what is expected: `a string`. */
import { printable } from '@alipayhk-pass/message-security';
import type * as v from 'valibot';
import type { Issue } from './errors.ts';

/**
 * The issue that valibot reports, with its path and a message such as `must be a string`. The value is left out: it may
 * be personal data.
 *
 * @param issue - of a schema in `generated/schemas.ts`
 */
export function toIssue({ input, message, path: keys, issues }: v.BaseIssue<unknown>): Issue {
  const path = pathOf(keys);
  // No branch of a union fits: name the field that each of them requires ("userId or openId").
  const names = new Set(issues?.map((issue) => pathOf(issue.path)).filter(Boolean));
  if (names.size > 0) return { path, message: `has no ${[...names].join(' or ')}` };
  return { path, message: input === undefined ? 'is missing' : mustBe(message) };
}

/**
 * The message for what is expected: `must be a string`, `must have at most 3 characters`, `is not a field of the
 * contract`.
 *
 * @param expected - as `a string`
 */
export function mustBe(expected: string): string {
  if (expected.startsWith('not ')) return `is ${expected}`;
  return `must ${expected.endsWith('character') || expected.endsWith('characters') ? 'have' : 'be'} ${expected}`;
}

const pathOf = (keys: v.BaseIssue<unknown>['path']): string =>
  printable(keys?.map(({ key }) => key).join('.') ?? '', 256);
