/** The examples in spec/openapi.yaml fit its validators. */
import { readFile } from 'node:fs/promises';
import { parseHeader } from '@alipayhk-pass/message-security';
import { specFile } from '@alipayhk-pass/spec/generate.ts';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import * as schemas from '../../src/generated/schemas.ts';

const validators = { ...schemas };
const examples = [...examplesOf(parse(await readFile(specFile, 'utf8')))];

test('the contract has examples of every header, request and reply', () => {
  const names = new Set(examples.map(({ schema }) => schema));
  expect([...names]).toEqual(
    expect.arrayContaining([
      'vClientId',
      'vCreateMembercardRequest',
      'vCreateMembercardResponse',
      'vEncrypt',
      'vMerchantTag',
      'vNotifyBillRequest',
      'vNotifyBillResponse',
      'vRequestTime',
      'vResponseTime',
      'vSignature',
      'vTracerId',
      'vUpdatePassRequest',
      'vUpdatePassResponse',
    ]),
  );
});

test.each(examples)('$schema accepts the example at $at', ({ schema, value }) => {
  expect(v.safeParse(validators[schema], value).issues).toBeUndefined();
});

test('the example of a Signature header parses to the 256 bytes of an RSA-2048 signature', () => {
  const example = examples.find(({ schema }) => schema === 'vSignature')?.value;
  expect(parseHeader('Signature', String(example))).toMatchObject({ algorithm: 'RSA256', keyVersion: '1' });
  expect(parseHeader('Signature', String(example)).value).toHaveLength(256);
});

type Name = keyof typeof validators;

/**
 * The examples in a contract, each with its validator. `examples` of a schema is a list; that of a request or reply is a
 * map of `{value}` beside the schema. Examples of a single field have no validator; `redocly lint` checks those.
 *
 * @throws Error when there is no validator for an example
 */
function* examplesOf(node: unknown, at = ''): Generator<{ at: string; schema: Name; value: unknown }> {
  if (typeof node !== 'object' || node === null) return;
  for (const [key, child] of Object.entries(node)) {
    const path = `${at}/${key}`;
    if (key !== 'examples' && key !== 'example') {
      yield* examplesOf(child, path);
    } else if (Array.isArray(child)) {
      if (!/^\/components\/schemas\/\w+$/.test(at)) continue;
      for (const value of child) yield { at: path, schema: validatorOf(at), value };
    } else {
      for (const [name, { value }] of Object.entries(child as Record<string, { value: unknown }>)) {
        yield { at: `${path}/${name}`, schema: validatorOf((node as { schema: { $ref: string } }).schema.$ref), value };
      }
    }
  }
}

/** Name of the validator for the schema at the end of a path or `$ref`. */
function validatorOf(path: string): Name {
  const name = /\/components\/schemas\/(\w+)$/.exec(path)?.[1];
  if (`v${name}` in validators) return `v${name}` as Name;
  throw new Error(`no validator for the example at ${path}`);
}
