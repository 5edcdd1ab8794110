/** Schemas made of others: all of them at once, any, or exactly one. */
import { exclude, isClosed, typesOf } from './inference.ts';
import { call, either, literal, words } from './keywords.ts';
import { inside, type Place } from './place.ts';
import { asList, pointer, SpecRefused } from './refusal.ts';

/**
 * The expression of `allOf`, `anyOf` or `oneOf`.
 *
 * @param value - the list that the keyword has
 * @param place - where the list is
 * @throws SpecRefused
 */
export function composed(keyword: 'allOf' | 'anyOf' | 'oneOf', value: unknown, place: Place): string {
  // Of a single one openapi-typescript makes a wrong type where it is a list inside a list.
  const members = asList(value, place.at, 2);
  const list = `[${members.map((member, index) => place.expression(member, inside(place, index))).join(', ')}]`;
  if (keyword === 'allOf') {
    checkAllOf(members, place);
    return call('allOf', list);
  }
  if (keyword === 'oneOf') checkOneOf(members, place);
  const types = new Set(members.flatMap((member) => [...typesOf(member, place.components)]));
  return call('v.union', list, literal(either([...types].map((name) => words[name]))));
}

/** Objects only, and open ones: each member of an allOf sees the fields of the others. */
function checkAllOf(members: unknown[], { at, components }: Place): void {
  members.forEach((member, index) => {
    if ([...typesOf(member, components)].join() !== 'object') {
      throw new SpecRefused(pointer(at, index), 'fits values that are no objects; expected objects only in an allOf');
    }
    if (isClosed(member, components)) {
      const reason = 'refuses the fields of the other members (additionalProperties: false)';
      throw new SpecRefused(pointer(at, index), `${reason}; expected an object that may have other fields`);
    }
  });
}

/** Branches of which no two fit one value: a union of types cannot say "exactly one". */
function checkOneOf(branches: unknown[], { at, components }: Place): void {
  branches.forEach((branch, index) => {
    const other = branches.findIndex((each, place) => place < index && !exclude(each, branch, components));
    if (other === -1) return;
    const expected = 'expected anyOf, or a field that both require with a const of its own in each';
    throw new SpecRefused(pointer(at, index), `may fit a value that branch ${other} fits too; ${expected}`);
  });
}
