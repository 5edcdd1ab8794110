/** Schemas that combine others: `allOf`, `anyOf` and `oneOf`. */
import { exclude, isClosed, typesOf } from './inference.ts';
import { call, either, literal, words } from './keywords.ts';
import { inside, type Place } from './place.ts';
import { asList, pointer, SpecRefused } from './refusal.ts';

/**
 * The expression of `allOf`, `anyOf` or `oneOf`.
 *
 * @param value - value of the keyword
 * @param place - place of that value
 * @throws SpecRefused for a combination that type and validator would read differently
 */
export function composed(keyword: 'allOf' | 'anyOf' | 'oneOf', value: unknown, place: Place): string {
  // Two or more: openapi-typescript makes a wrong type of a single member that is a list inside a list.
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

/** The members must be objects, and open ones, because each of them sees the fields of the others. */
function checkAllOf(members: unknown[], { at, components }: Place): void {
  members.forEach((member, index) => {
    if ([...typesOf(member, components)].join() !== 'object') {
      throw new SpecRefused(
        pointer(at, index),
        'accepts values that are not objects; expected only objects in an allOf',
      );
    }
    if (isClosed(member, components)) {
      const reason = 'refuses the fields of the other members (additionalProperties: false)';
      throw new SpecRefused(pointer(at, index), `${reason}; expected an object that may have other fields`);
    }
  });
}

/** No two branches may accept the same value, because a union type cannot express "exactly one". */
function checkOneOf(branches: unknown[], { at, components }: Place): void {
  branches.forEach((branch, index) => {
    const other = branches.findIndex((each, place) => place < index && !exclude(each, branch, components));
    if (other === -1) return;
    const expected = 'expected anyOf, or a field that both require with a different const in each';
    throw new SpecRefused(pointer(at, index), `may accept a value that branch ${other} accepts too; ${expected}`);
  });
}
