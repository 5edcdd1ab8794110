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
    more: v.optional(object(v.strictObject({ tags: v.array(text, 'a list') }, 'not a field of the contract'))),
    value: v.optional(v.union([text, v.number('a number')], 'a string or a number')),
    who: v.optional(v.union([object(v.object({ userId: text })), object(v.object({ openId: text }))], 'an object')),
  }),
);

test.each<[title: string, value: unknown, path: string, message: string]>([
  ['a missing field', {}, 'id', 'is missing'],
  ['a field that is undefined', { id: undefined }, 'id', 'is missing'],
  ['another type', { id: 1 }, 'id', 'must be a string'],
  ['a value that breaks a rule', { id: 'abc' }, 'id', 'must have at most 2 characters'],
  ['a list for an object', { id: '', more: [] }, 'more', 'must be an object, not a list'],
  ['an item of a list', { id: '', more: { tags: ['a', null] } }, 'more.tags.1', 'must be a string'],
  [
    'a field outside the contract',
    { id: '', more: { tags: [], tag: '' } },
    'more.tag',
    'is not a field of the contract',
  ],
  ['a value that fits no branch', { id: '', value: null }, 'value', 'must be a string or a number'],
  ['a missing alternative', { id: '', who: {} }, 'who', 'has no userId or openId'],
  ['no object', 'secret', '', 'must be an object'],
])('toIssue returns the path and what was expected for %s', (_, value, path, message) => {
  const [issue] = v.safeParse(vCard, value).issues ?? [];
  expect(issue && toIssue(issue)).toEqual({ path, message });
});
