/** A contract that cannot become code: what is wrong with it, and where. */
export class SpecRefused extends Error {
  override readonly name = 'SpecRefused';
  /** Where, as a JSON pointer: `#/components/schemas/DataInfo/properties/points`. */
  readonly path: string;

  /** @param reason - what is wrong first, then what was expected */
  constructor(path: string, reason: string) {
    super(`${path}: ${reason}`);
    this.path = path;
  }
}

/** The pointer to a member of what another pointer names (RFC 6901 §3). */
export function pointer(at: string, ...keys: (string | number)[]): string {
  return [at, ...keys.map((key) => String(key).replaceAll('~', '~0').replaceAll('/', '~1'))].join('/');
}

/** @throws SpecRefused for anything but an object */
export function asObject(value: unknown, at: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new SpecRefused(at, `${kindOf(value)}; expected an object`);
}

/**
 * @param least - how many members there must be
 * @throws SpecRefused for anything but such a list
 */
export function asList(value: unknown, at: string, least = 1): unknown[] {
  if (Array.isArray(value) && value.length >= least) return value;
  const received = Array.isArray(value) ? `a list of ${value.length}` : kindOf(value);
  throw new SpecRefused(at, `${received}; expected a list of ${least} or more`);
}

/**
 * Refuses members that the generator does not know: one that it passed over in silence would be one that types and
 * validators do not agree on. Names that begin with `x-` mean nothing to it.
 *
 * @throws SpecRefused
 */
export function onlyMembers(object: Record<string, unknown>, at: string, known: readonly string[]): void {
  const unknown = Object.keys(object).find((key) => !known.includes(key) && !key.startsWith('x-'));
  if (unknown === undefined) return;
  throw new SpecRefused(pointer(at, unknown), `not supported; expected ${known.join(', ') || 'nothing'}`);
}

/** The kind of a value in words. */
export function kindOf(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
