/** Fields of a body: from a file in JSON, and from flags as `NAME=TEXT` or `NAME:=JSON`. */
import { UsageError } from './exit.ts';
import { readInput } from './files.ts';
import type { Input } from './options.ts';

/**
 * The object in a file.
 *
 * @param path - `-` for standard input
 * @param what - it is called in errors, as `the update`
 * @throws UsageError for what is no JSON object
 */
export function readObject(path: string, what: string): Record<string, unknown> {
  const text = readInput(path, what).toString();
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    throw new UsageError(`${what} is not JSON`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UsageError(`${what} must be a JSON object`);
  }
  return value as Record<string, unknown>;
}

/**
 * The fields of a repeated option; `undefined` if there are none.
 *
 * @throws UsageError for a field out of form
 */
export function readFields(input: Input, option: string): Record<string, unknown> | undefined {
  const fields = input.all(option).map((field) => {
    const [, name, sign, text = ''] = /^([^=]*?)(:?=)(.*)$/s.exec(field) ?? [];
    if (!name) throw new UsageError(`--${option} must be NAME=TEXT or NAME:=JSON`);
    if (sign === '=') return [name, text];
    try {
      return [name, JSON.parse(text)];
    } catch {
      throw new UsageError(`--${option} ${name}:= must be followed by JSON; expected = for text`);
    }
  });
  return fields.length > 0 ? Object.fromEntries(fields) : undefined;
}
