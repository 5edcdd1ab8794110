/**
 * What points and level are called in `dataInfo`: the variables of the merchant's own template (A27), which may show a
 * level in two languages, in a field each.
 */
import * as v from 'valibot';
import { transactionFields } from '../pass/fields.ts';
import { ConfigurationInvalid, cached } from './variables.ts';

/** One field of `dataInfo`. */
export interface FieldName {
  name: string;
  /** How its value is written. */
  form: 'number' | 'text';
  /** Of a level that is given in parts, as `{"zh_HK": …, "en_US": …}`: the part that goes into this field. */
  part?: string | undefined;
}

export interface FieldNames {
  points: readonly FieldName[];
  level: readonly FieldName[];
}

const name = 'letters, digits, $ or underscore, and no field of a transaction';
const field = (form: 'number' | 'text') =>
  v.strictObject({
    name: v.pipe(
      v.string(name),
      v.regex(/^[\w$]{1,128}$/, name),
      v.check((text) => !transactionFields.has(text), name),
    ),
    form: v.optional(v.picklist(['number', 'text'], '"number" or "text"'), form),
    part: v.optional(v.pipe(v.string('text'), v.nonEmpty('text'))),
  });
const list = (form: 'number' | 'text') =>
  v.pipe(v.array(field(form), 'a list of {"name", "form", "part"}'), v.minLength(1, 'at least one field'));

/**
 * @param env - `POINTS_FIELDS` and `LEVEL_FIELDS`, as JSON or as text that holds JSON
 * @throws ConfigurationInvalid
 */
export const readFieldNames = cached(['POINTS_FIELDS', 'LEVEL_FIELDS'], (env): FieldNames => {
  const { POINTS_FIELDS, LEVEL_FIELDS } = env as Record<string, unknown>;
  const fields = { POINTS_FIELDS: decode(POINTS_FIELDS), LEVEL_FIELDS: decode(LEVEL_FIELDS) };
  const Variables = v.object({ POINTS_FIELDS: list('number'), LEVEL_FIELDS: list('text') });
  const { success, output, issues } = v.safeParse(Variables, fields);
  if (!success) {
    throw new ConfigurationInvalid(
      issues.map((issue) => ({ path: v.getDotPath(issue) ?? '', message: `must be ${issue.message}` })),
    );
  }
  const names = [...output.POINTS_FIELDS, ...output.LEVEL_FIELDS].map((each) => each.name);
  const twice = names.find((each, index) => names.indexOf(each) !== index);
  if (twice !== undefined) {
    throw new ConfigurationInvalid([
      { path: 'LEVEL_FIELDS', message: `names ${twice} twice; one would overwrite the other` },
    ]);
  }
  return { points: output.POINTS_FIELDS, level: output.LEVEL_FIELDS };
});

function decode(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
