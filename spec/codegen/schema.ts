/**
 * Makes a valibot expression from a schema of the contract. It refuses keywords that it does not know, and those that
 * openapi-typescript reads in another way, so that type and validator accept the same values.
 */
import { type Components, nameOf } from './components.ts';
import { composed } from './composition.ts';
import { actions, annotations, call, check, either, literal, structure, type TypeName, words } from './keywords.ts';
import { object } from './object.ts';
import { inside, type Place, type Schema } from './place.ts';
import { asList, asObject, kindOf, pointer, SpecRefused } from './refusal.ts';

/** Keywords that must stand alone: openapi-typescript makes wrong types of keywords beside them. */
const alone = ['$ref', 'allOf', 'anyOf', 'oneOf'] as const;

/**
 * The expression of a schema in `components.schemas`.
 *
 * @param at - its JSON pointer
 * @throws SpecRefused with the pointer to the fault and the reason
 */
export function expressionOf(value: unknown, at: string, components: Components): string {
  return expression(value, { at, components, indent: '', expression });
}

function expression(value: unknown, place: Place): string {
  const { at, components } = place;
  const schema = asObject(value, at);
  const keywords = Object.keys(schema).filter((key) => !annotations.includes(key) && !key.startsWith('x-'));
  if (keywords.length === 0) return call('v.unknown');
  const first = alone.find((key) => keywords.includes(key));
  if (first === undefined) return 'const' in schema ? constant(schema, at) : typed(schema, place);
  const beside = keywords.find((key) => key !== first);
  if (beside !== undefined) {
    throw new SpecRefused(pointer(at, beside), `stands beside ${first}; expected it in another member of an allOf`);
  }
  return first === '$ref' ? `v${nameOf(schema, at, components)}` : composed(first, schema[first], inside(place, first));
}

function constant(schema: Schema, at: string): string {
  const { const: value } = schema;
  checkKeywords(schema, at, ['type', 'const'], 'const');
  if (!['string', 'number', 'boolean'].includes(typeof value)) {
    throw new SpecRefused(pointer(at, 'const'), `${kindOf(value)}; expected a string, a number, true or false`);
  }
  if ('type' in schema) checkFits(value, typesOf(schema, at), pointer(at, 'const'));
  return call('v.literal', literal(value), literal(JSON.stringify(value)));
}

function typed(schema: Schema, place: Place): string {
  const { at } = place;
  const names = typesOf(schema, at);
  const others = names.filter((name) => name !== 'null');
  const orNull = (inner: string): string => (others.length < names.length ? call('v.nullable', inner) : inner);
  if ('enum' in schema) return orNull(picklist(schema, names, at));
  const known = others.flatMap((name) => [...Object.keys(actions[name]), ...(structure[name] ?? [])]);
  checkKeywords(schema, at, ['type', ...known], `type ${either(names)}`);
  const [only, ...more] = others.map((name) => ofType(name, schema, place));
  if (only === undefined) return call('v.null', literal(words.null));
  if (more.length === 0) return orNull(only);
  return orNull(call('v.union', `[${[only, ...more].join(', ')}]`, literal(either(others.map((name) => words[name])))));
}

function checkKeywords(schema: Schema, at: string, known: readonly string[], owner: string): void {
  const all = [...known, ...annotations];
  const unknown = Object.keys(schema).find((key) => !all.includes(key) && !key.startsWith('x-'));
  if (unknown === undefined) return;
  throw new SpecRefused(pointer(at, unknown), `not supported for ${owner}; expected ${either(known)}`);
}

/** @throws SpecRefused for a wrong type, and without one: then a keyword would not restrict values of other types */
function typesOf(schema: Schema, at: string): (TypeName | 'null')[] {
  const path = pointer(at, 'type');
  const names = typeof schema.type === 'string' ? [schema.type] : asList(schema.type, path, 2);
  if (!names.every((name) => typeof name === 'string' && Object.hasOwn(words, name))) {
    throw new SpecRefused(path, `not a type; expected ${either(Object.keys(words))}`);
  }
  if (new Set(names).size < names.length || (names.includes('number') && names.includes('integer'))) {
    throw new SpecRefused(path, 'a repeated type; expected each once, and only one of number and integer');
  }
  return names as (TypeName | 'null')[];
}

function picklist(schema: Schema, names: (TypeName | 'null')[], at: string): string {
  checkKeywords(schema, at, ['type', 'enum'], 'enum');
  const path = pointer(at, 'enum');
  const values = asList(schema.enum, path);
  values.forEach((value, index) => {
    checkFits(value, names, pointer(path, index));
    if (values.indexOf(value) < index) {
      throw new SpecRefused(pointer(path, index), 'given twice; expected each value once');
    }
  });
  if (names.includes('null') && !values.includes(null)) {
    throw new SpecRefused(path, 'lacks null, which the type allows; expected null in both or in neither');
  }
  const options = values.filter((value) => value !== null);
  if (options.length === 0 || !options.every((value) => typeof value === 'string' || typeof value === 'number')) {
    throw new SpecRefused(path, 'not only strings and numbers; expected strings, numbers or null');
  }
  const list = options.map(literal).join(', ');
  return call('v.picklist', `[${list}]`, literal(either(options.map((value) => JSON.stringify(value)))));
}

function checkFits(value: unknown, names: (TypeName | 'null')[], at: string): void {
  const type = value === null ? 'null' : typeof value;
  if (names.some((name) => name === type || (name === 'integer' && Number.isSafeInteger(value)))) return;
  throw new SpecRefused(at, `${kindOf(value)}, which the type does not allow; expected ${either(names)}`);
}

function ofType(name: TypeName, schema: Schema, place: Place): string {
  const checks = Object.entries(actions[name])
    .filter(([keyword]) => keyword in schema)
    .map(([keyword, action]) => action(schema[keyword], pointer(place.at, keyword)));
  if (name === 'integer') checks.unshift(check('Number.isInteger(value)', 'a whole number'));
  const base = baseOf(name, schema, place);
  return checks.length === 0 ? base : call('v.pipe', base, ...checks);
}

function baseOf(name: TypeName, schema: Schema, place: Place): string {
  const expected = literal(words[name]);
  if (name === 'object') return object(schema, place);
  if (name === 'array') return call('v.array', place.expression(schema.items ?? {}, inside(place, 'items')), expected);
  return call(`v.${name === 'integer' ? 'number' : name}`, expected);
}
