/** The schemas of a contract by name, how they refer to each other, and in which order they can be written down. */
import { annotations } from './keywords.ts';
import { asObject, onlyMembers, pointer, SpecRefused } from './refusal.ts';

/** What `$ref` may point to: `components.schemas`. */
export type Components = Readonly<Record<string, unknown>>;

/** Where they lie. */
export const schemasAt = '#/components/schemas';

/**
 * The schemas of a contract, those that others refer to first.
 *
 * @throws SpecRefused for one that cannot be named in code, or that refers to itself
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
      throw new SpecRefused(at, 'a name that is no type; expected a capital, then letters and digits');
    }
    add(name, at);
  }
  return ordered;
}

/**
 * The name of the schema that a `$ref` points to.
 *
 * @throws SpecRefused
 */
export function nameOf(schema: unknown, at: string, components: Components): string {
  const { $ref } = asObject(schema, at);
  const name = typeof $ref === 'string' ? /^#\/components\/schemas\/([^/]+)$/.exec($ref)?.[1] : undefined;
  if (name !== undefined && Object.hasOwn(components, name)) return name;
  const reason = $ref === undefined ? 'missing' : 'not found';
  throw new SpecRefused(pointer(at, '$ref'), `${reason}; expected ${schemasAt}/ and the name of a schema`);
}

/** Every `$ref` inside a schema, with where it is. */
function* references(node: unknown, at: string): Generator<[at: string, node: object]> {
  if (typeof node !== 'object' || node === null) return;
  if ('$ref' in node && typeof node.$ref === 'string') yield [at, node];
  for (const [key, child] of Object.entries(node)) {
    if (!annotations.includes(key)) yield* references(child, pointer(at, key));
  }
}
