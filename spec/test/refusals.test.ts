/** Contracts that the generator refuses, each with the JSON pointer to the fault and the reason. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { codeOf, generate, specFile } from '../generate.ts';
import { contractWith } from './generated.ts';

const contract = parse(await readFile(specFile, 'utf8'));
const updatePass = '/api/open/alipay/v1/ipass/pass/manage/updatePass';
const operationAt = `#/paths/${updatePass.replaceAll('/', '~1')}/post`;

const text = { type: 'string' };
const object = (properties: object, more: object = {}) => ({ type: 'object', properties, ...more });
const kind = (value: string) => object({ kind: { const: value } });

/** `at` is the JSON pointer below the schema. */
test.each<readonly [title: string, schema: unknown, at: string, reason: string]>([
  [
    'a keyword that it does not know',
    { ...text, contentEncoding: 'base64' },
    '/contentEncoding',
    'not supported for type string',
  ],
  ['a keyword of OpenAPI 3.0', { ...text, nullable: true }, '/nullable', 'not supported'],
  ['a keyword of another type', { type: 'integer', maxLength: 3 }, '/maxLength', 'not supported for type integer'],
  ['no type beside a keyword', { maxLength: 3 }, '/type', 'missing; expected a list'],
  ['fields without a type', { properties: { a: text } }, '/type', 'missing; expected a list'],
  ['an unknown type', { type: ['string', 'date'] }, '/type', 'not a type; expected string, number'],
  ['a type in a list of one', { type: ['string'] }, '/type', 'a list of 1; expected a list of 2 or more'],
  ['a repeated type', { type: ['string', 'string'] }, '/type', 'a repeated type'],
  ['number and integer', { type: ['number', 'integer'] }, '/type', 'a repeated type'],
  ['a schema that is true', object({ a: true }), '/properties/a', 'a boolean; expected an object'],
  ['a schema that is a list', [], '', 'a list; expected an object'],
  ['a negative maxLength', { ...text, maxLength: -1 }, '/maxLength', '-1; expected a whole number, 0 or more'],
  ['a minimum that is not a number', { type: 'number', minimum: '0' }, '/minimum', 'a string; expected a number'],
  ['exclusiveMinimum as in OpenAPI 3.0', { type: 'number', exclusiveMinimum: true }, '/exclusiveMinimum', 'a boolean'],
  [
    'a multipleOf that is a fraction',
    { type: 'number', multipleOf: 0.01 },
    '/multipleOf',
    '0.01; expected a whole number',
  ],
  ['a pattern that is not a regular expression', { ...text, pattern: '(' }, '/pattern', 'not a regular expression'],
  ['a pattern that the flag u forbids', { ...text, pattern: '\\-' }, '/pattern', 'not a regular expression'],
  ...['(a|a)*', '^(a+)+$', '^(a|b){2,9}$', '^a+b*$', 'a*b', '[(]+x', '^\\d+\\d{2,}$'].map(
    (pattern) =>
      [`the pattern ${pattern}`, { ...text, pattern }, '/pattern', 'may take more than linear time'] as const,
  ),
  ['a format without a check', { ...text, format: 'email' }, '/format', 'a format without a check'],
  ['an int64', { type: 'integer', format: 'int64' }, '/format', 'not supported for type integer'],
  [
    'an enum without null for a type with null',
    { type: ['string', 'null'], enum: ['a'] },
    '/enum',
    'lacks null, which the type allows',
  ],
  [
    'an enum with null for a type without null',
    { ...text, enum: ['a', null] },
    '/enum/1',
    'null, which the type does not allow',
  ],
  [
    'an enum with a value of another type',
    { ...text, enum: ['a', 1] },
    '/enum/1',
    'a number, which the type does not allow',
  ],
  ['an enum with a repeated value', { ...text, enum: ['a', 'a'] }, '/enum/1', 'given twice'],
  ['an empty enum', { ...text, enum: [] }, '/enum', 'a list of 0'],
  ['an enum of booleans', { type: 'boolean', enum: [true] }, '/enum', 'not only strings and numbers'],
  ['an enum beside a length', { ...text, enum: ['a'], minLength: 1 }, '/minLength', 'not supported for enum'],
  ['a const of null', { const: null }, '/const', 'null; expected a string, a number, true or false'],
  ['a const that is an object', { const: {} }, '/const', 'an object; expected a string'],
  ['a const of another type', { ...text, const: 1 }, '/const', 'a number, which the type does not allow'],
  ['an object without fields', { type: 'object' }, '', 'an object without fields'],
  ['an object that must be empty', { type: 'object', additionalProperties: false }, '', 'an object without fields'],
  [
    'a required field that is not described',
    object({ a: text }, { required: ['b'] }),
    '/required/0',
    'not in properties',
  ],
  [
    'a schema for additionalProperties beside properties',
    object({ a: text }, { additionalProperties: text }),
    '/additionalProperties',
    'a schema beside properties',
  ],
  [
    'a field named toString',
    object({ toString: text }),
    '/properties/toString',
    'a name that every JavaScript object has',
  ],
  [
    'patternProperties',
    object({ a: text }, { patternProperties: {} }),
    '/patternProperties',
    'not supported for type object',
  ],
  ['readOnly', object({ a: { ...text, readOnly: true } }), '/properties/a/readOnly', 'not supported'],
  ['anyOf beside properties', object({ a: text }, { anyOf: [text, text] }), '/type', 'stands beside anyOf'],
  ['a keyword beside $ref', { $ref: '#/components/schemas/Other', maxLength: 1 }, '/maxLength', 'stands beside $ref'],
  ['a $ref to nothing', { $ref: '#/components/schemas/None' }, '/$ref', 'not found'],
  ['a $ref to another file', { $ref: 'other.yaml#/components/schemas/Other' }, '/$ref', 'not found'],
  ['an allOf of one', { allOf: [object({ a: text })] }, '/allOf', 'a list of 1'],
  ['an allOf of strings', { allOf: [text, text] }, '/allOf/0', 'accepts values that are not objects'],
  [
    'a closed object in an allOf',
    { allOf: [object({ a: text }), object({ b: text }, { additionalProperties: false })] },
    '/allOf/1',
    'refuses the fields of the other members',
  ],
  [
    'a oneOf of strings',
    { oneOf: [text, { ...text, minLength: 1 }] },
    '/oneOf/1',
    'may accept a value that branch 0 accepts too',
  ],
  [
    'a oneOf of objects with an optional kind',
    { oneOf: [kind('a'), kind('b')] },
    '/oneOf/1',
    'may accept a value that branch 0 accepts too',
  ],
  [
    'a discriminator',
    { anyOf: [kind('a'), kind('b')], discriminator: { propertyName: 'kind' } },
    '/discriminator',
    'stands beside anyOf',
  ],
  ['not', { not: text }, '/type', 'missing'],
])('codeOf throws SpecRefused for %s', async (_, schema, at, reason) => {
  const schemas = { Other: text, Sample: schema };
  await expect(codeOf(contractWith(schemas))).rejects.toMatchObject({
    name: 'SpecRefused',
    path: `#/components/schemas/Sample${at}`,
    message: expect.stringContaining(`#/components/schemas/Sample${at}: ${reason}`),
  });
});

/** Changes of the contract outside its schemas. */
test.each<[title: string, change: (copy: typeof contract) => void, path: string, reason: string]>([
  ['another version of OpenAPI', (copy) => (copy.openapi = '3.0.3'), '#/openapi', '3.0.3; expected 3.1'],
  ['an unknown part', (copy) => (copy.path = {}), '#/path', 'not supported'],
  ['components other than schemas', (copy) => (copy.components.headers = {}), '#/components/headers', 'not supported'],
  [
    'a schema with a name that is not a type name',
    (copy) => (copy.components.schemas['data-info'] = text),
    '#/components/schemas/data-info',
    'not a type name',
  ],
  [
    'a schema inside itself',
    (copy) => (copy.components.schemas.DataInfo.properties.more = { $ref: '#/components/schemas/UpdatePassRequest' }),
    '#/components/schemas/DataInfo/properties/more',
    'refers to itself',
  ],
  ['another method', (copy) => (copy.paths[updatePass].get = {}), `${operationAt.slice(0, -5)}/get`, 'not supported'],
  [
    'a query',
    (copy) => (copy.paths[updatePass].post.parameters[0].in = 'query'),
    `${operationAt}/parameters/0/in`,
    'query; expected header or path',
  ],
  [
    'an unknown request header',
    (copy) => (copy.paths[updatePass].post.parameters[0].name = 'X-Id'),
    `${operationAt}/parameters/0/name`,
    'a header that sealing does not know',
  ],
  [
    'a path parameter that is not in the path',
    (copy) => (copy.paths[updatePass].post.parameters[0].in = 'path'),
    `${operationAt}/parameters/0/name`,
    'not in the path',
  ],
  [
    'an optional body',
    (copy) => delete copy.paths[updatePass].post.requestBody.required,
    `${operationAt}/requestBody/required`,
    'missing; expected true',
  ],
  [
    'a second media type',
    (copy) => (copy.paths[updatePass].post.requestBody.content['text/plain'] = {}),
    `${operationAt}/requestBody/content/text~1plain`,
    'not supported',
  ],
  [
    'a body with an inline schema',
    (copy) => (copy.paths[updatePass].post.requestBody.content['application/json'].schema = text),
    `${operationAt}/requestBody/content/application~1json/schema/$ref`,
    'missing',
  ],
  [
    'another status',
    (copy) => (copy.paths[updatePass].post.responses['400'] = {}),
    `${operationAt}/responses/400`,
    'not supported',
  ],
  [
    'an unknown reply header',
    (copy) => (copy.paths[updatePass].post.responses['200'].headers['X-Id'] = {}),
    `${operationAt}/responses/200/headers/X-Id`,
    'a header that sealing does not know',
  ],
])('codeOf throws SpecRefused for a contract with %s', async (_, change, path, reason) => {
  const copy = structuredClone(contract);
  change(copy);
  await expect(codeOf(copy)).rejects.toMatchObject({
    name: 'SpecRefused',
    path,
    message: expect.stringContaining(`${path}: ${reason}`),
  });
});

test('generate writes nothing for a contract that is refused', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'alipayhk-pass-spec-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const file = join(dir, 'openapi.yaml');
  await writeFile(file, (await readFile(specFile, 'utf8')).replace('maxLength: 64', 'maxlength: 64'));
  await expect(generate(file, join(dir, 'generated'))).rejects.toThrow(
    '#/components/schemas/UpdatePassFields/properties/merchantId/maxlength: not supported for type string',
  );
  expect(await readdir(dir)).toEqual(['openapi.yaml']);
});

test('generate throws SpecRefused for a file that is not YAML or repeats a name', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'alipayhk-pass-spec-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const file = join(dir, 'openapi.yaml');
  await writeFile(file, 'openapi: 3.1.0\ninfo: {\n');
  await expect(generate(file, dir)).rejects.toThrow(/^#: not YAML; .* at line 3/);
  await writeFile(file, 'openapi: 3.1.0\nopenapi: 3.1.0\n');
  await expect(generate(file, dir)).rejects.toThrow(/^#: not YAML; .*unique.* at line 2/);
});
