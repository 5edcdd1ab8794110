/** Schemas for JSON Schema's keywords that valibot reads in another way. Only the validators in `generated/` use them. */
import * as v from 'valibot';

/** A schema that accepts and returns the same values as another one. */
type Like<Schema extends v.GenericSchema> = v.GenericSchema<v.InferInput<Schema>, v.InferOutput<Schema>>;

/**
 * An object schema that refuses lists, which valibot's own accepts.
 *
 * @param schema - `v.object`, `v.looseObject` or `v.strictObject`; returned as `inner` too
 * @see JSON Schema Core §4.2.1
 */
export function object<Schema extends v.GenericSchema>(schema: Schema): Like<Schema> & { readonly inner: Schema } {
  const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
  const message = ({ input }: { input: unknown }) => `an object${Array.isArray(input) ? ', not a list' : ''}`;
  const checked = v.pipe(v.unknown(), v.check(isObject, message), schema) as Like<Schema>;
  return Object.assign(checked, { inner: schema });
}

/**
 * An object in which every field fits one schema. valibot's `record` skips a field named `constructor`.
 *
 * @param field - schema of each field
 */
export function record<Schema extends v.GenericSchema>(
  field: Schema,
): v.GenericSchema<Record<string, v.InferInput<Schema>>, Record<string, v.InferOutput<Schema>>> {
  const fieldsOf = (value: unknown) => Object.fromEntries(Object.keys(Object(value)).map((name) => [name, field]));
  return object(v.lazy((value) => v.object(fieldsOf(value))));
}

/**
 * A value that fits every schema, returned unchanged. valibot's `intersect` merges the outputs of the schemas, and
 * fails for a field named `constructor`.
 *
 * @param schemas - two or more
 */
export function allOf<const Schemas extends v.IntersectOptions>(
  schemas: Schemas,
): Like<v.IntersectSchema<Schemas, undefined>> {
  const all = (
    { value }: v.UnknownDataset,
    config: v.Config<v.BaseIssue<unknown>>,
  ): v.OutputDataset<unknown, v.BaseIssue<unknown>> => {
    const [first, ...others] = schemas.flatMap((schema) => schema['~run']({ value }, config).issues ?? []);
    return first ? { typed: false, value, issues: [first, ...others] } : { typed: true, value };
  };
  return Object.assign(v.unknown(), { '~run': all }) as object as Like<v.IntersectSchema<Schemas, undefined>>;
}
