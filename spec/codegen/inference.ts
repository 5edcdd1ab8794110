/** Properties of schemas that hold for every value. The schemas must have passed the checks of their form. */
import { type Components, nameOf } from './components.ts';
import { type TypeName, words } from './keywords.ts';
import type { Schema } from './place.ts';

type Type = TypeName | 'null';

/** The JSON types that a schema may accept; an integer counts as a number. */
export function typesOf(node: unknown, components: Components): Set<Type> {
  const schema = resolve(node, components);
  const all = (nodes: unknown) => list(nodes).map((each) => typesOf(each, components));
  if (schema.allOf) {
    const [first = new Set(), ...others] = all(schema.allOf);
    return new Set([...first].filter((type) => others.every((types) => types.has(type))));
  }
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches) return new Set(all(branches).flatMap((types) => [...types]));
  const values = valuesOf(schema);
  if (values) return new Set(values.map((value) => (value === null ? 'null' : (typeof value as Type))));
  const types = (schema.type === undefined ? Object.keys(words) : [schema.type].flat()) as Type[];
  return new Set(types.map((type) => (type === 'integer' ? 'number' : type)));
}

/** Whether a schema may refuse an object for an unknown field. */
export function isClosed(node: unknown, components: Components): boolean {
  const { additionalProperties, allOf, anyOf, oneOf } = resolve(node, components);
  const members = [allOf, anyOf, oneOf].flatMap(list);
  return additionalProperties === false || members.some((each) => isClosed(each, components));
}

/** Whether it is certain that no value fits both schemas. */
export function exclude(a: unknown, b: unknown, components: Components): boolean {
  const [one, other] = [resolve(a, components), resolve(b, components)];
  if (one.allOf) return list(one.allOf).some((member) => exclude(member, other, components));
  if (other.allOf) return exclude(other, one, components);
  const branches = one.anyOf ?? one.oneOf;
  if (branches) return list(branches).every((branch) => exclude(branch, other, components));
  if (other.anyOf ?? other.oneOf) return exclude(other, one, components);
  const [values, otherValues] = [valuesOf(one), valuesOf(other)];
  if (values && otherValues) return !values.some((value) => otherValues.includes(value));
  const otherTypes = typesOf(other, components);
  const shared = [...typesOf(one, components)].filter((type) => otherTypes.has(type));
  if (shared.join() !== 'object') return shared.length === 0;
  const field = (schema: Schema, name: string) => (schema.properties as Schema)[name];
  const required = list(one.required).filter((name) => list(other.required).includes(name)) as string[];
  return required.some((name) => exclude(field(one, name), field(other, name), components));
}

/** The schema that a `$ref` points to, or the schema itself. */
function resolve(node: unknown, components: Components): Schema {
  const schema = node as Schema;
  return '$ref' in schema ? resolve(components[nameOf(schema, '', components)], components) : schema;
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** The values that a schema lists with `const` or `enum`; `undefined` if it lists none. */
function valuesOf(schema: Schema): unknown[] | undefined {
  return 'const' in schema ? [schema.const] : Array.isArray(schema.enum) ? schema.enum : undefined;
}
