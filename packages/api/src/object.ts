/** What valibot lacks to say "object" as JSON Schema does. Only the validators in `generated/` use it. */
import * as v from 'valibot';

/** The same schema without lists, which valibot takes for objects. */
export function object<Schema extends v.GenericSchema>(
  schema: Schema,
): v.GenericSchema<v.InferInput<Schema>, v.InferOutput<Schema>> {
  const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
  const message = ({ input }: { input: unknown }) => `an object${Array.isArray(input) ? ', received a list' : ''}`;
  return v.pipe(v.unknown(), v.check(isObject, message), schema) as v.GenericSchema;
}
