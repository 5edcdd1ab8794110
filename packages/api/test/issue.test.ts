import * as v from 'valibot';
import { expect, test } from 'vitest';
import { toIssue } from '../src/issue.ts';
import { object } from '../src/json-schema.ts';

const text = v.string('a string');
const vCard = object(
  v.object({
    id: v.pipe(
      text,
      v.check((value) => value.length < 3, 'at most 2 characters'),
    ),
    more: v.optional(object(v.strictObject({ tags: v.array(text, 'a list') }, 'no such field'))),
    value: v.optional(v.union([text, v.number('a number')], 'a string or a number')),
    who: v.optional(v.union([object(v.object({ userId: text })), object(v.object({ openId: text }))], 'an object')),
  }),
);

test.each<[title: string, value: unknown, path: string, expected: string]>([
  ['a missing field', {}, 'id', 'a value, received none'],
  ['a field that is undefined', { id: undefined }, 'id', 'a value, received none'],
  ['another type', { id: 1 }, 'id', 'a string'],
  ['a value that breaks a rule', { id: 'abc' }, 'id', 'at most 2 characters'],
  ['a list for an object', { id: '', more: [] }, 'more', 'an object, received a list'],
  ['an item of a list', { id: '', more: { tags: ['a', null] } }, 'more.tags.1', 'a string'],
  ['a field that there is not', { id: '', more: { tags: [], tag: '' } }, 'more.tag', 'no such field'],
  ['a value of no branch', { id: '', value: null }, 'value', 'a string or a number'],
  ['a missing alternative', { id: '', who: {} }, 'who', 'userId or openId'],
  ['no object at all', 'secret', '', 'an object'],
])('toIssue names the path and what was expected of %s', (_, value, path, expected) => {
  const [issue] = v.safeParse(vCard, value).issues ?? [];
  expect(issue && toIssue(issue)).toEqual({ path, expected });
});
