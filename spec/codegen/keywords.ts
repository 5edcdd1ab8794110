/**
 * The keywords of JSON Schema that the contract may use: the types that each belongs to, and the valibot check that it
 * becomes, with a text for what is expected. Any other keyword is refused.
 */
import { kindOf, SpecRefused } from './refusal.ts';

/** Keywords that do not decide which values are accepted. A `default` is not filled in: a body is passed on unchanged. */
export const annotations: readonly string[] = [
  ...['title', 'description', 'default', 'examples', 'deprecated', '$comment', 'externalDocs'],
];

/** Makes an action of `v.pipe` from the value of a keyword. */
type Action = (value: unknown, at: string) => string;

const numbers: Record<string, Action> = {
  minimum: limit((value) => [`value >= ${value}`, `${value} or more`]),
  maximum: limit((value) => [`value <= ${value}`, `${value} or less`]),
  exclusiveMinimum: limit((value) => [`value > ${value}`, `more than ${value}`]),
  exclusiveMaximum: limit((value) => [`value < ${value}`, `less than ${value}`]),
  multipleOf,
};

/** The keywords of each type that become checks, in the order of the checks. */
export const actions = {
  // JSON Schema Validation §6.3.1: lengths count characters, not UTF-16 units.
  string: { ...counts('Length', '[...value].length', 'character'), pattern, format },
  number: numbers,
  integer: numbers,
  boolean: {},
  array: counts('Items', 'value.length', 'item'),
  object: {},
} as const satisfies Record<string, Record<string, Action>>;

/** A type of JSON Schema other than `null`. */
export type TypeName = keyof typeof actions;

/** The keywords of each type that hold other schemas. */
export const structure: Partial<Record<TypeName, readonly string[]>> = {
  array: ['items'],
  object: ['properties', 'required', 'additionalProperties'],
};

/** The text for each type in messages. */
export const words: Record<TypeName | 'null', string> = {
  string: 'a string',
  number: 'a number',
  integer: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  null: 'null',
};

/** The text of a call that a bundler may remove when its result is not used. */
export const call = (name: string, ...args: string[]): string => `/* @__PURE__ */ ${name}(${args.join(', ')})`;

/**
 * The text of a check.
 *
 * @param condition - an expression over `value`, which has the right type
 * @param expected - text for the message, such as `a whole number`
 */
export function check(condition: string, expected: string): string {
  return call('v.check', `(value) => ${condition}`, literal(expected));
}

/** The literal of a value in generated code; strings in single quotes. */
export function literal(value: unknown): string {
  if (typeof value !== 'string') return String(value);
  return `'${JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

/** Joins alternatives: `a, b or c`. */
export function either(list: readonly string[]): string {
  return list.length > 1 ? `${list.slice(0, -1).join(', ')} or ${list.at(-1)}` : list.join();
}

function limit(of: (value: number) => [condition: string, expected: string]): Action {
  return (value, at) => {
    if (typeof value !== 'number' || !Number.isFinite(value)) throw refused(value, at, 'a number');
    return check(...of(value));
  };
}

function counts(suffix: string, count: string, unit: string): Record<string, Action> {
  const bound =
    (operator: string, words: string): Action =>
    (value, at) => {
      if (!isCount(value)) throw refused(value, at, 'a whole number, 0 or more');
      return check(`${count} ${operator} ${value}`, `${words} ${value} ${unit}${value === 1 ? '' : 's'}`);
    };
  return { [`min${suffix}`]: bound('>=', 'at least'), [`max${suffix}`]: bound('<=', 'at most') };
}

function multipleOf(value: unknown, at: string): string {
  // Whole numbers only: in binary, 0.07 is not a multiple of 0.01.
  if (!isCount(value) || value === 0) throw refused(value, at, 'a whole number above 0');
  return check(`value % ${value} === 0`, `a multiple of ${value}`);
}

function pattern(value: unknown, at: string): string {
  if (typeof value !== 'string') throw refused(value, at, 'a regular expression');
  if (!isLinear(value)) {
    const expected = 'expected no repeated group, and at most one of * + {n,}, in a pattern that begins with ^';
    throw new SpecRefused(at, `may take more than linear time; ${expected}`);
  }
  try {
    const regex = String(new RegExp(value, 'u'));
    return check(`${regex}.test(value)`, `text that matches ${regex}`);
  } catch {
    throw new SpecRefused(at, 'not a regular expression; expected one of ECMAScript that the flag u allows');
  }
}

/** Whether a match always takes linear time. It runs on text that anybody can send. */
function isLinear(pattern: string): boolean {
  const bare = pattern.replace(/\\.|\[(?:\\.|[^\]\\])*\]/g, 'x');
  const unbounded = bare.match(/[*+]|\{\d+,\}/g)?.length ?? 0;
  return !/\)[*+{]/.test(bare) && (unbounded === 0 || (unbounded === 1 && pattern.startsWith('^')));
}

function format(value: unknown, at: string): string {
  if (value === 'date-time') return call('v.isoTimestamp', literal('a date and time with its offset, in ISO 8601'));
  throw new SpecRefused(at, 'a format without a check; expected date-time, or a pattern instead');
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function refused(value: unknown, at: string, expected: string): SpecRefused {
  return new SpecRefused(at, `${typeof value === 'number' ? value : kindOf(value)}; expected ${expected}`);
}
