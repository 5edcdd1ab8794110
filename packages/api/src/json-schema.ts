/** JSON Schema's keywords where valibot has another meaning for them. Only the validators in `generated/` use these. */
import * as v from 'valibot';

/** What accepts and gives the same values as another schema. */
type Like<Schema extends v.GenericSchema> = v.GenericSchema<v.InferInput<Schema>, v.InferOutput<Schema>>;

/** The same schema without lists, which valibot takes for objects; `inner` is the schema itself. */
export function object<Schema extends v.GenericSchema>(schema: Schema): Like<Schema> & { readonly inner: Schema } {
  const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
  const message = ({ input }: { input: unknown }) => `an object${Array.isArray(input) ? ', not a list' : ''}`;
  const checked = v.pipe(v.unknown(), v.check(isObject, message), schema) as Like<Schema>;
  return Object.assign(checked, { inner: schema });
}

/** An object whose fields all fit one schema. valibot's `record` passes over a field named `constructor`. */
export function record<Schema extends v.GenericSchema>(
  field: Schema,
): v.GenericSchema<Record<string, v.InferInput<Schema>>, Record<string, v.InferOutput<Schema>>> {
  const fieldsOf = (value: unknown) => Object.fromEntries(Object.keys(Object(value)).map((name) => [name, field]));
  return object(v.lazy((value) => v.object(fieldsOf(value))));
}

/**
 * All of several schemas. valibot's `intersect` merges what each of them made of the value, and fails where a field is named
 * `constructor`.
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
