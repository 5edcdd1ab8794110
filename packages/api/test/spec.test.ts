// The contract and its validators: every example fits, and every stated limit is enforced.
import { readFile } from 'node:fs/promises';
import { parseHeader } from '@alipayhk-pass/message-security';
import { specFile } from '@alipayhk-pass/spec/generate.ts';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import * as schemas from '../src/generated/schemas.ts';

const spec = await readFile(specFile, 'utf8');
const validators = { ...schemas };

describe('examples of the contract', () => {
  const examples = [...examplesOf(parse(spec))];

  test('are found in schemas, requests and replies, webhooks included', () => {
    const places = new Set(examples.map(({ schema }) => schema));
    expect([...places]).toEqual(
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

  test.each(examples)('$at is accepted by $schema', ({ schema, value }) => {
    expect(issues(validators[schema], value)).toEqual([]);
  });
});

/** As little as a request may hold, but for the user, who can be named in two ways. */
const fields = { merchantId: 'M1', passId: 'P1', status: 'UPDATE', updateDetailType: 'UPDATE_MEMBER_CARD' };
const body = { ...fields, userId: 'U1' };

describe('request body: refused', () => {
  // What is changed in a body that is accepted, and where the first issue lies; '' is the body as a whole.
  test.each<[what: string, input: unknown, at: string]>([
    ['neither userId nor openId', fields, ''],
    ['userId empty', { ...fields, userId: '' }, 'userId'],
    ['userId null beside openId', { ...fields, userId: null, openId: 'O1' }, 'userId'],
    ['openId a number', { ...fields, openId: 1 }, 'openId'],
    ['merchantId absent', { ...body, merchantId: undefined }, 'merchantId'],
    ['merchantId empty', { ...body, merchantId: '' }, 'merchantId'],
    ['merchantId of 65 characters', { ...body, merchantId: 'm'.repeat(65) }, 'merchantId'],
    ['merchantId of 65 emoji (A20)', { ...body, merchantId: '🎫'.repeat(65) }, 'merchantId'],
    ['passId absent', { ...body, passId: undefined }, 'passId'],
    ['passId empty', { ...body, passId: '' }, 'passId'],
    ['passId a number', { ...body, passId: 1 }, 'passId'],
    ['status absent', { ...body, status: undefined }, 'status'],
    ['status of another product (A19)', { ...body, status: 'USED' }, 'status'],
    ['status in lower case', { ...body, status: 'update' }, 'status'],
    ['updateDetailType absent', { ...body, updateDetailType: undefined }, 'updateDetailType'],
    ['updateDetailType of another product (A19)', { ...body, updateDetailType: 'UPDATE_PASS' }, 'updateDetailType'],
    ['templateCode null', { ...body, templateCode: null }, 'templateCode'],
    ['endDate in digits', { ...body, endDate: '1767196799000' }, 'endDate'],
    ['endDate an ISO date', { ...body, endDate: '2025-12-31T23:59:59+08:00' }, 'endDate'],
    ['endDate not whole', { ...body, endDate: 1767196799000.5 }, 'endDate'],
    ['endDate before 1970', { ...body, endDate: -1 }, 'endDate'],
    ['endDate 2^53, which 2^53 + 1 becomes', { ...body, endDate: 2 ** 53 + 1 }, 'endDate'],
    ['endDate not a number at all', { ...body, endDate: Number.NaN }, 'endDate'],
    ['endDate null', { ...body, endDate: null }, 'endDate'],
    ['dataInfo null', { ...body, dataInfo: null }, 'dataInfo'],
    ['dataInfo a text', { ...body, dataInfo: '{}' }, 'dataInfo'],
    ['dataInfo a list (A16)', { ...body, dataInfo: [] }, 'dataInfo'],
    ['dataInfo.billNo a number', { ...body, dataInfo: { billNo: 1 } }, 'dataInfo.billNo'],
    [
      'dataInfo.lastChangePoints a boolean',
      { ...body, dataInfo: { lastChangePoints: true } },
      'dataInfo.lastChangePoints',
    ],
    ['dataInfo.pointsProvider a list', { ...body, dataInfo: { pointsProvider: [] } }, 'dataInfo.pointsProvider'],
    ['codeInfo a text', { ...body, codeInfo: 'M1' }, 'codeInfo'],
    ['codeInfo.$codevalue$ a number', { ...body, codeInfo: { $codevalue$: 1 } }, 'codeInfo.$codevalue$'],
    ['codeInfo a list', { ...body, codeInfo: [] }, 'codeInfo'],
    ['no object', 'merchantId=M1', ''],
    ['a list', [body], ''],
    ['null', null, ''],
  ])('%s', (_, input, at) => {
    expect(issues(schemas.vUpdatePassRequest, input)[0]).toBe(at);
  });
});

describe('request body: accepted', () => {
  test.each<[what: string, input: unknown]>([
    ['user known by userId', body],
    ['user known by openId', { ...fields, openId: 'O1' }],
    ['user known by both (A24)', { ...body, openId: 'O1' }],
    ['status CLOSED', { ...body, status: 'CLOSED' }],
    ['merchantId of 64 characters', { ...body, merchantId: 'm'.repeat(64) }],
    ['merchantId of 64 emoji (A20)', { ...body, merchantId: '🎫'.repeat(64) }],
    ['templateCode', { ...body, templateCode: 'T1' }],
    ['endDate in milliseconds', { ...body, endDate: 1767196799000 }],
    ['dataInfo empty', { ...body, dataInfo: {} }],
    [
      'dataInfo with its known children null',
      { ...body, dataInfo: { billNo: null, lastChangePoints: null, pointsProvider: null } },
    ],
    ['lastChangePoints a number (A16)', { ...body, dataInfo: { lastChangePoints: -12.5 } }],
    ['lastChangePoints in digits (A16)', { ...body, dataInfo: { lastChangePoints: '120' } }],
    ['pointsProvider yet unknown (A16)', { ...body, dataInfo: { pointsProvider: 'ALIPAYMO' } }],
    [
      'dataInfo with fields of a template (A16)',
      { ...body, dataInfo: { $level_zh_HK$: '金卡', $points$: 120, $price$: { cent: 800 }, tags: ['a'], none: null } },
    ],
    ['codeInfo null', { ...body, codeInfo: null }],
    ['codeInfo new', { ...body, codeInfo: { $codemsg$: 'M 1', $codevalue$: 'M1', other: 1 } }],
  ])('%s, and nothing is lost', (_, input) => {
    expect(v.parse(schemas.vUpdatePassRequest, input)).toEqual(input);
  });

  test('a field that the contract does not name (A25)', () => {
    expect(issues(schemas.vUpdatePassRequest, { ...body, mobileNo: '91234567' })).toEqual([]);
  });
});

describe('reply body', () => {
  const resultInfo = { resultCode: 'SUCCESS', resultStatus: 'S', resultMessage: 'Success' };

  test.each<[what: string, input: unknown, at: string]>([
    ['without resultInfo', {}, 'resultInfo'],
    ['with result for resultInfo: the client renames it first (A13)', { result: resultInfo }, 'resultInfo'],
    ['resultInfo null', { resultInfo: null }, 'resultInfo'],
    ['resultStatus unknown', { resultInfo: { ...resultInfo, resultStatus: 'A' } }, 'resultInfo.resultStatus'],
    ['resultCode a number', { resultInfo: { ...resultInfo, resultCode: 0 } }, 'resultInfo.resultCode'],
  ])('refused: %s', (_, input, at) => {
    expect(issues(schemas.vUpdatePassResponse, input)[0]).toBe(at);
  });

  test.each<[what: string, input: unknown]>([
    ['resultCode yet unknown (A14)', { resultInfo: { ...resultInfo, resultCode: 'PASS_FROZEN', resultStatus: 'F' } }],
    ['no resultMessage', { resultInfo: { resultCode: 'SUCCESS', resultStatus: 'S' } }],
  ])('accepted: %s', (_, input) => {
    expect(v.parse(schemas.vUpdatePassResponse, input)).toEqual(input);
  });
});

test("the contract's sample of a Signature header parses to the 256 bytes of an RSA-2048 signature", () => {
  const sample = [...examplesOf(parse(spec))].find(({ schema }) => schema === 'vSignature')?.value;
  expect(parseHeader('Signature', String(sample))).toMatchObject({ algorithm: 'RSA256', keyVersion: '1' });
  expect(parseHeader('Signature', String(sample)).value).toHaveLength(256);
});

type Name = keyof typeof validators;

/** Where a validator finds fault: the path of each issue, '' for the value as a whole. */
function issues(schema: v.GenericSchema, value: unknown): string[] {
  return v.safeParse(schema, value).issues?.map((issue) => v.getDotPath(issue) ?? '') ?? [];
}

/**
 * The examples in a contract with the validator that each belongs to: a schema's own `examples` is a list, that of a
 * request or reply is a map of `{value}` beside its schema. Those of a single field have no validator of their own; `redocly
 * lint` compares them with the field.
 *
 * @throws when an example belongs to no generated validator
 */
function* examplesOf(node: unknown, at = ''): Generator<{ at: string; schema: Name; value: unknown }> {
  if (typeof node !== 'object' || node === null) return;
  for (const [key, child] of Object.entries(node)) {
    const path = `${at}/${key}`;
    if (key !== 'examples' && key !== 'example') {
      yield* examplesOf(child, path);
    } else if (Array.isArray(child)) {
      if (!/^\/components\/schemas\/\w+$/.test(at)) continue;
      for (const value of child) yield { at: path, schema: validator(at), value };
    } else {
      for (const [name, { value }] of Object.entries(child as Record<string, { value: unknown }>)) {
        yield { at: `${path}/${name}`, schema: validator((node as { schema: { $ref: string } }).schema.$ref), value };
      }
    }
  }
}

/** The validator of the schema that a path or a `$ref` ends on. */
function validator(path: string): Name {
  const name = /\/components\/schemas\/(\w+)$/.exec(path)?.[1];
  if (`v${name}` in validators) return `v${name}` as Name;
  throw new Error(`no validator for the example at ${path}`);
}
