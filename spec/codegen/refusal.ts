/** The error for a contract that cannot become code. Its text is the JSON pointer to the fault, then the reason. */
export class SpecRefused extends Error {
  override readonly name = 'SpecRefused';
  /** JSON pointer to the fault: `#/components/schemas/DataInfo/properties/points`. */
  readonly path: string;

  /** @param reason - what is wrong, then what was expected */
  constructor(path: string, reason: string) {
    super(`${path}: ${reason}`);
    this.path = path;
  }
}

/** The JSON pointer to a member of another pointer's value (RFC 6901 §3). */
export function pointer(at: string, ...keys: (string | number)[]): string {
  return [at, ...keys.map((key) => String(key).replaceAll('~', '~0').replaceAll('/', '~1'))].join('/');
}

/**
 * The value as an object.
 *
 * @param at - its JSON pointer
 * @throws SpecRefused for any other value
 */
export function asObject(value: unknown, at: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new SpecRefused(at, `${kindOf(value)}; expected an object`);
}

/**
 * The value as a list.
 *
 * @param at - its JSON pointer
 * @param least - least number of items
 * @throws SpecRefused for any other value, or a shorter list
 */
export function asList(value: unknown, at: string, least = 1): unknown[] {
  if (Array.isArray(value) && value.length >= least) return value;
  const received = Array.isArray(value) ? `a list of ${value.length}` : kindOf(value);
  throw new SpecRefused(at, `${received}; expected a list of ${least} or more`);
}

/**
 * Refuses members that the generator does not know: if it ignored one, types and validators could differ. Names that
 * begin with `x-` are ignored.
 *
 * @param known - names of the members that are allowed
 * @throws SpecRefused for the first other member
 */
export function onlyMembers(object: Record<string, unknown>, at: string, known: readonly string[]): void {
  const unknown = Object.keys(object).find((key) => !known.includes(key) && !key.startsWith('x-'));
  if (unknown === undefined) return;
  throw new SpecRefused(pointer(at, unknown), `not supported; expected ${known.join(', ') || 'nothing'}`);
}

/** The kind of a value in words: `a list`, `null`, `missing`. */
export function kindOf(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
