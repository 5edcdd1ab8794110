/** Forms of variables, and what is wrong with one: its name and what is expected, never its content. */
import type { Issue } from '@alipayhk-pass/api';
import * as v from 'valibot';

/** Variables or secrets are missing or malformed. */
export class ConfigurationInvalid extends Error {
  override readonly name = 'ConfigurationInvalid';
  readonly code = 'ConfigurationInvalid';
  readonly issues: readonly Issue[];
  constructor(issues: readonly Issue[]) {
    super(issues.map(({ path, message }) => `${path} ${message}`).join('; '));
    this.issues = issues;
  }
}

/** Text of a form; one that is not set counts as empty. */
export const text = (form: RegExp, expected: string) =>
  v.pipe(
    v.optional(
      v.string(
        ({ received }) => `${expected}; as text in quotes, received ${received.replace(/^[^a-zA-Z].*/, 'a value')}`,
      ),
      '',
    ),
    v.regex(form, expected),
  );

export const onOrOff = text(/^(on|off)$/, '"on" or "off"');
export const milliseconds = text(/^[1-9]\d{0,4}$/, 'milliseconds, 1 to 99999');
export const count = text(/^[1-9]\d{0,4}$/, 'a whole number, 1 to 99999');

/**
 * Checks variables.
 *
 * @param together - what is wrong with them together
 * @throws ConfigurationInvalid with every issue
 */
export function parse<Schema extends v.GenericSchema<unknown, object>>(
  schema: Schema,
  env: object,
  together: (output: v.InferOutput<Schema>) => Issue[] = () => [],
): v.InferOutput<Schema> {
  const { success, output, issues } = v.safeParse(schema, env);
  if (!success) {
    throw new ConfigurationInvalid(
      issues.map((issue) => ({ path: v.getDotPath(issue) ?? '', message: `must be ${issue.message}` })),
    );
  }
  const wrong = together(output);
  if (wrong.length > 0) throw new ConfigurationInvalid(wrong);
  return output;
}

/** Keeps what was read until a variable changes: a request asks for limits a dozen times. */
export function cached<T>(names: readonly string[], read: (env: object) => T): (env: object) => T {
  let last: { variables: unknown[]; value: T } | undefined;
  return (env) => {
    const variables = env as Record<string, unknown>;
    if (last?.variables.every((variable, index) => variable === variables[names[index] as string])) return last.value;
    const value = read(env);
    last = { variables: names.map((name) => variables[name]), value };
    return value;
  };
}
