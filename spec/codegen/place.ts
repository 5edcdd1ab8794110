/** What every part of the generator takes along. */
import type { Components } from './components.ts';
import { pointer } from './refusal.ts';

/** A schema as the contract has it. */
export type Schema = Record<string, unknown>;

/** Where the generator is, in the contract and in the text that it writes. */
export interface Place {
  /** A JSON pointer. */
  at: string;
  components: Components;
  /** Of the line that the expression begins on. */
  indent: string;
  /** The expression of a schema inside this one. */
  expression: (value: unknown, place: Place) => string;
}

/** The place of a member. */
export function inside(place: Place, ...keys: (string | number)[]): Place {
  return { ...place, at: pointer(place.at, ...keys) };
}
