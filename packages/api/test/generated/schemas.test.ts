/** Validators of updatePass: what they accept and what they refuse, limit by limit. */
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import * as schemas from '../../src/generated/schemas.ts';

/** The path of each issue; '' for the value as a whole. */
const issuePaths = (schema: v.GenericSchema, value: unknown): string[] =>
  v.safeParse(schema, value).issues?.map((issue) => v.getDotPath(issue) ?? '') ?? [];

/** The required fields, except that of the user: `userId` or `openId`. */
const fields = { merchantId: 'M1', passId: 'P1', status: 'UPDATE', updateDetailType: 'UPDATE_MEMBER_CARD' };
const body = { ...fields, userId: 'U1' };

describe('vUpdatePassRequest', () => {
  // `at` is the path of the first issue.
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
    ['a status of another product (A19)', { ...body, status: 'USED' }, 'status'],
    ['status in lower case', { ...body, status: 'update' }, 'status'],
    ['updateDetailType absent', { ...body, updateDetailType: undefined }, 'updateDetailType'],
    ['an updateDetailType of another product (A19)', { ...body, updateDetailType: 'UPDATE_PASS' }, 'updateDetailType'],
    ['templateCode null', { ...body, templateCode: null }, 'templateCode'],
    ['endDate in digits', { ...body, endDate: '1767196799000' }, 'endDate'],
    ['endDate an ISO date', { ...body, endDate: '2025-12-31T23:59:59+08:00' }, 'endDate'],
    ['endDate not whole', { ...body, endDate: 1767196799000.5 }, 'endDate'],
    ['endDate before 1970', { ...body, endDate: -1 }, 'endDate'],
    ['endDate 2^53', { ...body, endDate: 2 ** 53 }, 'endDate'],
    ['endDate NaN', { ...body, endDate: Number.NaN }, 'endDate'],
    ['endDate null', { ...body, endDate: null }, 'endDate'],
    ['dataInfo null', { ...body, dataInfo: null }, 'dataInfo'],
    ['dataInfo a string', { ...body, dataInfo: '{}' }, 'dataInfo'],
    ['dataInfo a list (A16)', { ...body, dataInfo: [] }, 'dataInfo'],
    ['dataInfo.billNo a number', { ...body, dataInfo: { billNo: 1 } }, 'dataInfo.billNo'],
    [
      'dataInfo.lastChangePoints a boolean',
      { ...body, dataInfo: { lastChangePoints: true } },
      'dataInfo.lastChangePoints',
    ],
    ['dataInfo.pointsProvider a list', { ...body, dataInfo: { pointsProvider: [] } }, 'dataInfo.pointsProvider'],
    ['codeInfo a string', { ...body, codeInfo: 'M1' }, 'codeInfo'],
    ['codeInfo.$codevalue$ a number', { ...body, codeInfo: { $codevalue$: 1 } }, 'codeInfo.$codevalue$'],
    ['codeInfo a list', { ...body, codeInfo: [] }, 'codeInfo'],
    ['text for an object', 'merchantId=M1', ''],
    ['a list for an object', [body], ''],
    ['null for an object', null, ''],
  ])('refuses a body with %s', (_, input, at) => {
    expect(issuePaths(schemas.vUpdatePassRequest, input)[0]).toBe(at);
  });

  test.each<[what: string, input: unknown]>([
    ['a userId', body],
    ['an openId', { ...fields, openId: 'O1' }],
    ['userId and openId (A24)', { ...body, openId: 'O1' }],
    ['status CLOSED', { ...body, status: 'CLOSED' }],
    ['merchantId of 64 characters', { ...body, merchantId: 'm'.repeat(64) }],
    ['merchantId of 64 emoji (A20)', { ...body, merchantId: '🎫'.repeat(64) }],
    ['templateCode', { ...body, templateCode: 'T1' }],
    ['endDate in milliseconds', { ...body, endDate: 1767196799000 }],
    ['dataInfo empty', { ...body, dataInfo: {} }],
    [
      'null for every known field of dataInfo',
      { ...body, dataInfo: { billNo: null, lastChangePoints: null, pointsProvider: null } },
    ],
    ['lastChangePoints a number (A16)', { ...body, dataInfo: { lastChangePoints: -12.5 } }],
    ['lastChangePoints in digits (A16)', { ...body, dataInfo: { lastChangePoints: '120' } }],
    ['an unknown pointsProvider (A16)', { ...body, dataInfo: { pointsProvider: 'ALIPAYMO' } }],
    [
      'dataInfo with fields of a template (A16)',
      { ...body, dataInfo: { $level_zh_HK$: '金卡', $points$: 120, $price$: { cent: 800 }, tags: ['a'], none: null } },
    ],
    ['codeInfo null', { ...body, codeInfo: null }],
    ['codeInfo with an unknown field', { ...body, codeInfo: { $codemsg$: 'M 1', $codevalue$: 'M1', other: 1 } }],
  ])('accepts a body with %s and changes nothing', (_, input) => {
    expect(v.parse(schemas.vUpdatePassRequest, input)).toEqual(input);
  });

  test('accepts a field that the contract does not name (A25)', () => {
    expect(issuePaths(schemas.vUpdatePassRequest, { ...body, mobileNo: '91234567' })).toEqual([]);
  });
});

describe('vUpdatePassResponse', () => {
  const resultInfo = { resultCode: 'SUCCESS', resultStatus: 'S', resultMessage: 'Success' };

  test.each<[what: string, input: unknown, at: string]>([
    ['no resultInfo', {}, 'resultInfo'],
    ['result for resultInfo, which the client renames (A13)', { result: resultInfo }, 'resultInfo'],
    ['resultInfo null', { resultInfo: null }, 'resultInfo'],
    ['resultStatus unknown', { resultInfo: { ...resultInfo, resultStatus: 'A' } }, 'resultInfo.resultStatus'],
    ['resultCode a number', { resultInfo: { ...resultInfo, resultCode: 0 } }, 'resultInfo.resultCode'],
  ])('refuses a body with %s', (_, input, at) => {
    expect(issuePaths(schemas.vUpdatePassResponse, input)[0]).toBe(at);
  });

  test.each<[what: string, input: unknown]>([
    ['an unknown resultCode (A14)', { resultInfo: { ...resultInfo, resultCode: 'PASS_FROZEN', resultStatus: 'F' } }],
    ['no resultMessage', { resultInfo: { resultCode: 'SUCCESS', resultStatus: 'S' } }],
  ])('accepts a body with %s', (_, input) => {
    expect(v.parse(schemas.vUpdatePassResponse, input)).toEqual(input);
  });
});
