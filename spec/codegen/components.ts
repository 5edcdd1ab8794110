/** The schemas of a contract by name, their references to each other, and the order in which to write them. */
import { annotations } from './keywords.ts';
import { asObject, onlyMembers, pointer, SpecRefused } from './refusal.ts';

/** The schemas in `components.schemas`, by name. A `$ref` may point only there. */
export type Components = Readonly<Record<string, unknown>>;

/** The JSON pointer to them. */
export const schemasAt = '#/components/schemas';

/**
 * The schemas of a contract, each after the ones that it refers to.
 *
 * @throws SpecRefused for a name that is not a type name, or a schema that refers to itself
 */
export function componentsOf(document: Record<string, unknown>): Components {
  const components = asObject(document.components, '#/components');
  onlyMembers(components, '#/components', ['schemas']);
  const schemas = asObject(components.schemas, schemasAt);
  const ordered: Record<string, unknown> = {};
  const open = new Set<string>();
  const add = (name: string, from: string): void => {
    if (Object.hasOwn(ordered, name)) return;
    if (open.has(name)) throw new SpecRefused(from, 'refers to itself; expected schemas without a circle');
    open.add(name);
    const at = pointer(schemasAt, name);
    for (const [path, node] of references(schemas[name], at)) add(nameOf(node, path, schemas), path);
    ordered[name] = schemas[name];
  };
  for (const name of Object.keys(schemas)) {
    const at = pointer(schemasAt, name);
    if (!/^[A-Z][A-Za-z0-9]*$/.test(name)) {
      throw new SpecRefused(at, 'not a type name; expected a capital letter, then letters and digits');
    }
    add(name, at);
  }
  return ordered;
}

/**
 * The name of the schema that a `$ref` points to.
 *
 * @param at - JSON pointer to the object with the `$ref`
 * @throws SpecRefused for another value, or a schema that does not exist
 */
export function nameOf(schema: unknown, at: string, components: Components): string {
  const { $ref } = asObject(schema, at);
  const name = typeof $ref === 'string' ? /^#\/components\/schemas\/([^/]+)$/.exec($ref)?.[1] : undefined;
  if (name !== undefined && Object.hasOwn(components, name)) return name;
  const reason = $ref === undefined ? 'missing' : 'not found';
  throw new SpecRefused(pointer(at, '$ref'), `${reason}; expected ${schemasAt}/ and the name of a schema`);
}

/** Every object with a `$ref` inside a schema, with its JSON pointer. */
function* references(node: unknown, at: string): Generator<[at: string, node: object]> {
  if (typeof node !== 'object' || node === null) return;
  if ('$ref' in node && typeof node.$ref === 'string') yield [at, node];
  for (const [key, child] of Object.entries(node)) {
    if (!annotations.includes(key)) yield* references(child, pointer(at, key));
  }
}
