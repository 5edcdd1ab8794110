/** Object schemas: their fields, which of them are required, and whether other fields are allowed. */
import { call, literal } from './keywords.ts';
import { inside, type Place, type Schema } from './place.ts';
import { asList, asObject, pointer, SpecRefused } from './refusal.ts';

/**
 * The expression of an object schema.
 *
 * @throws SpecRefused for an object that type and validator would read differently
 */
export function object(schema: Schema, place: Place): string {
  const { at, indent } = place;
  const properties = Object.entries(asObject(schema.properties ?? {}, pointer(at, 'properties')));
  const required = requiredOf(schema, properties, at);
  const { additionalProperties: rest = 'unstated' } = schema;
  const others =
    typeof rest === 'object' ? place.expression(rest, inside(place, 'additionalProperties')) : call('v.unknown');
  if (properties.length === 0) {
    if (rest === true || typeof rest === 'object') return call('record', others);
    throw new SpecRefused(at, 'an object without fields; expected properties, or additionalProperties: true');
  }
  const isOpen = rest === true || (typeof rest === 'object' && others === call('v.unknown'));
  if (!isOpen && rest !== false && rest !== 'unstated') {
    const expected = 'expected true or false: a type cannot describe only the other fields';
    throw new SpecRefused(pointer(at, 'additionalProperties'), `a schema beside properties; ${expected}`);
  }
  const fields = properties.map(([name, value]) => {
    const path = inside(place, 'properties', name);
    if (name in {}) throw new SpecRefused(path.at, 'a name that every JavaScript object has; expected another');
    const inner = place.expression(value, { ...path, indent: `${indent}  ` });
    const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : literal(name);
    return `${indent}  ${key}: ${required.includes(name) ? inner : call('v.optional', inner)},\n`;
  });
  const entries = `{\n${fields.join('')}${indent}}`;
  if (rest === false) return guarded('v.strictObject', entries, literal('not a field of the contract'));
  return guarded(isOpen ? 'v.looseObject' : 'v.object', entries);
}

/** Wraps a schema in `object` of packages/api/src/json-schema.ts, because it would accept a list. */
const guarded = (name: string, ...args: string[]): string => call('object', call(name, ...args));

function requiredOf(schema: Schema, properties: [string, unknown][], at: string): unknown[] {
  if (schema.required === undefined) return [];
  const path = pointer(at, 'required');
  const required = asList(schema.required, path);
  const names: unknown[] = properties.map(([name]) => name);
  const index = required.findIndex((name) => !names.includes(name));
  if (index === -1) return required;
  throw new SpecRefused(pointer(path, index), 'not in properties; expected the name of a property');
}
