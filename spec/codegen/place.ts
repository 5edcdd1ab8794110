/** The place of a schema, which every part of the generator needs. */
import type { Components } from './components.ts';
import { pointer } from './refusal.ts';

/** A schema of the contract. */
export type Schema = Record<string, unknown>;

/** A place in the contract, and in the text that is written. */
export interface Place {
  /** JSON pointer of the schema. */
  at: string;
  components: Components;
  /** Indent of the line on which the expression begins. */
  indent: string;
  /** Makes the expression of a schema inside this one. */
  expression: (value: unknown, place: Place) => string;
}

/** The place of a member of this schema. */
export function inside(place: Place, ...keys: (string | number)[]): Place {
  return { ...place, at: pointer(place.at, ...keys) };
}
