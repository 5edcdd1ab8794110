/** Generated validators accept the same values as Ajv, another implementation of JSON Schema. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { expressionOf } from '../codegen/schema.ts';
import { codeOf } from '../generate.ts';
import { contractWith, validatorsOf } from './generated.ts';

type Json = Record<string, unknown>;

const emoji = '🎫'.repeat(64);
const card = (kind: string, field: Json) => ({
  type: 'object',
  required: ['kind'],
  properties: { kind: { const: kind }, value: field },
});

const text = { type: 'string' };

const samples: [title: string, schema: Json, accepted: unknown[], refused: unknown[]][] = [
  ['no keyword', {}, [null, 0, '', [], {}], []],
  ['minLength and maxLength', { ...text, minLength: 2, maxLength: 64 }, [emoji, '🎫a'], [`${emoji}a`, '🎫', 2]],
  ['pattern', { ...text, pattern: '^\\p{Lu}/["\']$' }, ['Ä/"'], ['ä/"', 'A/"\n', '']],
  ['pattern with punctuation in a set', { ...text, pattern: '^[)*+\\]{]+(x)?\\+$' }, ['*+', ')]+x+'], ['*', '']],
  ['pattern without anchors', { ...text, pattern: 'b' }, ['abc'], ['ac']],
  ['integer', { type: 'integer' }, [1.0, -3, 1e20], [1.5, '1', null]],
  ['minimum and maximum', { type: 'number', minimum: -1, maximum: 1.5 }, [-1, 1.5], [-1.01, 1.51]],
  ['exclusive limits', { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 }, [0.5], [0, 1]],
  ['multipleOf', { type: 'integer', multipleOf: 5 }, [0, -10], [4]],
  ['boolean', { type: 'boolean' }, [true, false], [0, 'true']],
  ['null', { type: 'null' }, [null], [0, '', false]],
  ['several types', { type: ['string', 'integer', 'null'], maxLength: 1, minimum: 5 }, ['a', 5, null], ['ab', 4, []]],
  ['enum', { type: 'string', enum: ['a', "it's", '"\n\u2028'] }, ['a', "it's", '"\n\u2028'], ['b', '']],
  ['enum of numbers', { type: 'integer', enum: [-1, 2] }, [-1, 2], [1, '2']],
  ['enum with null', { type: ['string', 'null'], enum: ['a', null] }, ['a', null], ['null']],
  ['const', { const: '' }, [''], [null, 'a']],
  ['const with a type', { type: 'boolean', const: true }, [true], [false, 'true']],
  ['array', { type: 'array', minItems: 1, maxItems: 2 }, [[1], [[], {}]], [[], [1, 2, 3], {}]],
  ['array of lists', { type: 'array', items: { type: 'array', items: text } }, [[], [['a']]], [['a'], [[1]]]],
  ['object', { type: 'object', required: ['a'], properties: { a: {} } }, [{ a: null }, { a: 1, b: 2 }], [{}, [], null]],
  [
    'object with names that are not identifiers',
    { type: 'object', required: ["it's"], properties: { "it's": text, 'a-b': text, '"': text } },
    [{ "it's": '' }],
    [
      { "it's": '', 'a-b': 1 },
      { "it's": '', '"': 1 },
    ],
  ],
  [
    'open object inside an open object',
    {
      type: 'object',
      additionalProperties: true,
      properties: {
        price: { type: 'object', additionalProperties: true, properties: { cent: { type: 'integer' } } },
      },
    },
    [{}, { price: { cent: 1, more: 'x' }, more: 1 }],
    [{ price: { cent: 'x' } }, { price: [] }],
  ],
  [
    'closed object',
    { type: 'object', additionalProperties: false, properties: { a: text } },
    [{}, { a: '' }],
    [{ b: 1 }],
  ],
  ['object of any fields', { type: 'object', additionalProperties: true }, [{}, { a: [] }], [[], 'a']],
  ['object of numbers', { type: 'object', additionalProperties: { type: 'number' } }, [{}, { a: 1 }], [{ a: '1' }, []]],
  ['default', { type: 'object', properties: { a: { ...text, default: 'x' } } }, [{}, { a: '' }], [{ a: null }]],
  [
    'anyOf',
    {
      anyOf: [
        { ...text, maxLength: 1 },
        { ...text, pattern: '^x' },
      ],
    },
    ['a', 'xyz', 'x'],
    ['abc', 1],
  ],
  ['oneOf by type', { oneOf: [text, { type: 'null' }, { type: 'integer' }] }, ['', null, 1], [1.5, {}]],
  [
    'oneOf by a field',
    { oneOf: [card('points', { type: 'integer' }), card('level', text)] },
    [
      { kind: 'points', value: 1 },
      { kind: 'level', value: 'gold' },
    ],
    [{ kind: 'points', value: 'gold' }, { kind: 'x' }, {}, []],
  ],
  [
    'allOf of objects that describe the same field',
    {
      allOf: [
        {
          type: 'object',
          additionalProperties: true,
          properties: { a: { type: 'object', additionalProperties: true } },
        },
        { type: 'object', properties: { a: { type: 'object', additionalProperties: { type: 'integer' } } } },
      ],
    },
    [{}, { a: { constructor: 1 }, constructor: 1 }],
    [{ a: { constructor: '' } }, { a: JSON.parse('{"__proto__":""}') }, { a: [] }],
  ],
  [
    'allOf with anyOf inside',
    {
      allOf: [
        { type: 'object', additionalProperties: true, properties: { a: text, b: text } },
        { anyOf: ['a', 'b'].map((name) => ({ type: 'object', required: [name], properties: { [name]: text } })) },
      ],
    },
    [{ a: '' }, { b: '', constructor: 1 }, { a: '', b: '', c: {} }],
    [{}, { a: 1 }, { a: '', b: 1 }, []],
  ],
];

describe('a generated validator', async () => {
  const validators = await validatorsOf(
    Object.fromEntries(samples.map(([, schema], index) => [`Sample${index}`, schema])),
  );
  const rows = samples.map((sample, index) => [...sample, validators[`vSample${index}`]] as const);

  test.each(rows)('accepts the same values as Ajv for %s', (_, schema, accepted, refused, validator) => {
    const validate = ajv().compile(schema);
    for (const [values, expected] of [[accepted, true] as const, [refused, false] as const]) {
      for (const value of values) {
        expect([value, validator && v.is(validator, value)]).toEqual([value, expected]);
        expect([value, validate(value)]).toEqual([value, expected]);
      }
    }
  });

  // Five seeds, or as many as SEEDS says.
  const seeds = Array.from({ length: Number(process.env.SEEDS ?? 5) }, (_, seed) => seed);
  test.each(seeds)('accepts the same values as Ajv and its type for random schemas, seed %i', async (seed) => {
    const supported = fc.sample(schemas, { numRuns: 100, seed }).filter(isSupported);
    expect(supported.length).toBeGreaterThan(25);
    const named = Object.fromEntries(supported.map((schema, index) => [`Sample${index}`, schema]));
    // This also compares the types.
    const validators = await validatorsOf(named);
    for (const [name, schema] of Object.entries(named)) {
      const validate = ajv().compile(schema);
      const validator = validators[`v${name}`];
      const values = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fitting(schema));
      for (const value of fc.sample(values, { numRuns: 100, seed })) {
        const fits = validator && v.is(validator, value);
        expect({ schema, value, fits }).toEqual({ schema, value, fits: validate(value) });
      }
    }
  });
});

// JSON Schema does not require a check of formats; this project checks date-time.
test('format date-time accepts a date and time only with its offset', async () => {
  const { vSample } = await validatorsOf({ Sample: { type: 'string', format: 'date-time' } });
  expect(vSample && v.is(vSample, '2024-05-22T06:42:21+05:30')).toBe(true);
  expect(vSample && v.is(vSample, '2024-05-22T06:42:21')).toBe(false);
});

test('codeOf returns the same bytes for the same contract, whatever the order of keywords', async () => {
  const one = { type: 'string', minLength: 1, maxLength: 2, pattern: '^a', description: 'a */ b\n  c  ' };
  const other = Object.fromEntries(Object.entries(one).reverse());
  const [code, again, reordered] = [
    await codeOf(contractWith({ Sample: one })),
    await codeOf(contractWith({ Sample: one })),
    await codeOf(contractWith({ Sample: other })),
  ];
  expect(again).toEqual(code);
  expect(reordered['schemas.ts']).toBe(code['schemas.ts']);
  expect(code['schemas.ts']).toContain('/**\n * a *\\/ b\n *   c\n */\nexport const vSample =');
});

test('codeOf writes a schema after the ones that it refers to', async () => {
  const { vFirst } = await validatorsOf({
    First: { type: 'object', required: ['second'], properties: { second: { $ref: '#/components/schemas/Second' } } },
    Second: { type: 'array', items: { $ref: '#/components/schemas/Third', description: 'beside it' } },
    Third: { type: 'integer' },
  });
  expect(vFirst && v.is(vFirst, { second: [1] })).toBe(true);
  expect(vFirst && v.is(vFirst, { second: ['1'] })).toBe(false);
});

const ajv = () => new Ajv2020({ strict: false, validateFormats: false });

function isSupported(schema: Json): boolean {
  try {
    return expressionOf(schema, '#', {}) !== '';
  } catch (error) {
    expect(error).toMatchObject({ name: 'SpecRefused', path: expect.stringMatching(/^#/) });
    return false;
  }
}

/** Random schemas of all kinds, also of those that are refused. */
const { schema: schemas } = fc.letrec<{ schema: Json; object: Json }>((tie) => {
  const some = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
  const short = fc.string({ maxLength: 3, unit: fc.constantFrom('a', 'b', '🎫', '"', "'", '\\') });
  const record = (model: Record<string, fc.Arbitrary<unknown>>) =>
    fc.record(model).map((all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)));
  const count = some(fc.nat(2));
  const limit = some(fc.integer({ min: -3, max: 3 }));
  const withNull = (type: string) => fc.constantFrom<unknown>(type, type, [type, 'null'], ['null', type], [type]);
  const name = fc.constantFrom('a', 'b', 'it is', 'constructor');
  return {
    schema: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'schema' },
      record({
        type: withNull('string'),
        minLength: count,
        maxLength: count,
        pattern: some(fc.constantFrom('^a', '🎫$', '')),
      }),
      record({ type: fc.oneof(withNull('integer'), withNull('number')), minimum: limit, exclusiveMaximum: limit }),
      record({ type: fc.constantFrom('boolean', 'null'), default: some(fc.boolean()) }),
      record({ type: withNull('string'), enum: fc.uniqueArray(fc.oneof(short, fc.constant(null)), { maxLength: 3 }) }),
      record({ const: fc.oneof(short, fc.integer(), fc.boolean(), fc.constant(null)) }),
      record({ type: fc.constant(['string', 'integer']), maxLength: count, maximum: limit }),
      record({ type: withNull('array'), items: some(tie('schema')), minItems: count, maxItems: count }),
      tie('object'),
      record({ anyOf: fc.array(tie('schema'), { minLength: 2, maxLength: 3 }) }),
      record({ oneOf: fc.array(tie('schema'), { minLength: 2, maxLength: 3 }) }),
      record({ allOf: fc.array(tie('object'), { minLength: 2, maxLength: 3 }) }),
    ),
    object: fc
      .record({
        type: withNull('object'),
        properties: fc.dictionary(name, tie('schema'), { maxKeys: 3, noNullPrototype: true }),
        additionalProperties: fc.constantFrom<unknown>(undefined, true, false, {}, { type: 'integer' }),
        isRequired: fc.boolean(),
      })
      .map(({ type, properties, additionalProperties, isRequired }) => ({
        ...{ type, properties },
        ...(additionalProperties !== undefined && { additionalProperties }),
        ...(isRequired && Object.keys(properties).length > 0 && { required: Object.keys(properties).slice(0, 1) }),
      })),
  };
});

/** Random values that fit a schema, or nearly fit it. */
function fitting(schema: Json): fc.Arbitrary<unknown> {
  const part = (value: unknown) => fitting(value as Json);
  const branches = (schema.anyOf ?? schema.oneOf) as Json[] | undefined;
  if (branches) return fc.oneof(...branches.map(part));
  if (schema.allOf) {
    return fc.tuple(...(schema.allOf as Json[]).map(part)).map((parts) => Object.assign({}, ...parts));
  }
  if ('const' in schema) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...(schema.enum as unknown[]));
  const types = [schema.type ?? ['string', 'object']].flat() as string[];
  return fc.constantFrom(...types).chain((type) => {
    if (type === 'string') return fc.string({ maxLength: 3, unit: fc.constantFrom('a', '🎫') });
    if (type === 'integer' || type === 'number') return fc.oneof(fc.integer({ min: -4, max: 4 }), fc.constant(0.5));
    if (type === 'array') return fc.array(part(schema.items ?? {}), { maxLength: 3 });
    if (type === 'boolean') return fc.boolean();
    if (type === 'null') return fc.constant(null);
    const fields = Object.entries((schema.properties ?? {}) as Json).map(([name, value]) => [name, part(value)]);
    return fc.record({ ...Object.fromEntries(fields), extra: fc.jsonValue({ maxDepth: 1 }) }, { requiredKeys: [] });
  });
}
