/** Validators and types of AlipayHK's calls to a merchant: what they accept and what they refuse. */
import * as v from 'valibot';
import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  vCreateMembercardRequest,
  vCreateMembercardResponse,
  vMerchantTag,
  vNotifyBillRequest,
  type vNotifyBillResponse,
} from '../../src/generated/schemas.ts';
import type {
  CreateMembercardRequest,
  CreateMembercardResponse,
  NotifyBillRequest,
  NotifyBillResponse,
  webhooks,
} from '../../src/generated/types.ts';
import { bill } from '../fixtures.ts';

/** The path of each issue; '' for the value as a whole. */
const issuePaths = (schema: v.GenericSchema, value: unknown) =>
  v.safeParse(schema, value).issues?.map((issue) => v.getDotPath(issue) ?? '') ?? [];

const amount = (value: unknown, currency: unknown = 'HKD') => ({ ...bill, orderAmount: { currency, value } });

describe('vNotifyBillRequest', () => {
  test.each<[what: string, input: unknown, at: string]>([
    ['no userId', { ...bill, userId: undefined }, 'userId'],
    ['userId empty', { ...bill, userId: '' }, 'userId'],
    ['no billNo', { ...bill, billNo: undefined }, 'billNo'],
    ['billNo empty', { ...bill, billNo: '' }, 'billNo'],
    ['billNo a number, which may have lost digits', { ...bill, billNo: 2024052221 }, 'billNo'],
    ['no payTime', { ...bill, payTime: undefined }, 'payTime'],
    ['no pointsProvider', { ...bill, pointsProvider: undefined }, 'pointsProvider'],
    ['pointsProvider null', { ...bill, pointsProvider: null }, 'pointsProvider'],
    ['no orderAmount', { ...bill, orderAmount: undefined }, 'orderAmount'],
    ['an amount without its currency', { ...bill, orderAmount: 12050 }, 'orderAmount'],
    ['currency in lower case', amount('1', 'hkd'), 'orderAmount.currency'],
    ['currency with a sign', amount('1', 'HK$'), 'orderAmount.currency'],
    ['value absent', amount(undefined), 'orderAmount.value'],
    ['value null', amount(null), 'orderAmount.value'],
    ['value negative', amount(-1), 'orderAmount.value'],
    ['value negative, in digits', amount('-1'), 'orderAmount.value'],
    ['value with a decimal point (A30)', amount('120.50'), 'orderAmount.value'],
    ['value not whole', amount(120.5), 'orderAmount.value'],
    ['value with an exponent', amount('1e3'), 'orderAmount.value'],
    ['value with a line feed after it', amount('120\n'), 'orderAmount.value'],
    ['value in Arabic-Indic digits', amount('١٢٠'), 'orderAmount.value'],
    ['value empty', amount(''), 'orderAmount.value'],
    ['value of 17 digits', amount('1'.repeat(17)), 'orderAmount.value'],
    ['value above 2^53 - 1', amount(2 ** 53), 'orderAmount.value'],
    ['outBillNo a number', { ...bill, outBillNo: 1 }, 'outBillNo'],
    ['text for an object', 'billNo=1', ''],
  ])('refuses a bill with %s', (_, input, at) => {
    expect(issuePaths(vNotifyBillRequest, input)[0]).toBe(at);
  });

  test.each<[what: string, input: unknown]>([
    ['required fields only', bill],
    ['value as a number', amount(12050)],
    ['value zero', amount('0')],
    ['value 2^53 - 1', amount(Number.MAX_SAFE_INTEGER)],
    ['an unknown currency (A30)', amount('1', 'XYZ')],
    ['an unknown wallet (A29)', { ...bill, pointsProvider: 'ALIPAYMO' }],
    ['optional fields null (A29)', { ...bill, cnBillNo: null, outBillNo: null, pmsLabel: null }],
  ])('accepts a bill with %s', (_, input) => {
    expect(v.parse(vNotifyBillRequest, input)).toEqual(input);
  });
});

describe('vCreateMembercardRequest', () => {
  const request = { userId: 'U1', mobileNo: '85291234567' };

  test.each<[what: string, input: unknown, at: string]>([
    ['no userId', { mobileNo: '1' }, 'userId'],
    ['neither mobileNo nor userEmail', { userId: 'U1' }, ''],
    ['mobileNo and userEmail null', { userId: 'U1', mobileNo: null, userEmail: null }, ''],
    ['mobileNo a number', { userId: 'U1', mobileNo: 91234567 }, 'mobileNo'],
  ])('refuses a request with %s', (_, input, at) => {
    expect(issuePaths(vCreateMembercardRequest, input)[0]).toBe(at);
  });

  test.each<[what: string, input: unknown]>([
    ['a mobile number', request],
    ['an e-mail address and a mobile number of null', { userId: 'U1', mobileNo: null, userEmail: 'a@example.com' }],
    ['unknown fields (A32)', { ...request, templateCode: 'T1', nested: { deep: [1] } }],
  ])('accepts a request with %s and changes nothing', (_, input) => {
    expect(v.parse(vCreateMembercardRequest, input)).toEqual(input);
  });

  test('vCreateMembercardResponse keeps the fields that a merchant adds', () => {
    const reply = { resultInfo: { resultCode: 'SUCCESS', resultStatus: 'S' }, memberNo: 'M1' };
    expect(v.parse(vCreateMembercardResponse, reply)).toEqual(reply);
    expect(issuePaths(vCreateMembercardResponse, { memberNo: 'M1' })).toEqual(['resultInfo']);
  });
});

test('vMerchantTag accepts one segment of a path and nothing else', () => {
  expect(issuePaths(vMerchantTag, 'noodle-house')).toEqual([]);
  for (const tag of ['', 'a/b', 'a b', '..%2f', '卡', 'a?', 'a\n']) expect(issuePaths(vMerchantTag, tag)).toEqual(['']);
});

test('the types of the validators are the generated types', () => {
  type Body<Path extends keyof webhooks> = webhooks[Path]['post']['requestBody']['content']['application/json'];
  expectTypeOf<Body<'/{tag}/points/bill/notify'>>().toEqualTypeOf<NotifyBillRequest>();
  expectTypeOf<Body<'/{tag}/points/membercard/create'>>().toEqualTypeOf<CreateMembercardRequest>();
  expectTypeOf<NotifyBillRequest>().not.toBeAny();
  expectTypeOf<NotifyBillRequest['orderAmount']['value']>().toEqualTypeOf<string | number>();
  expectTypeOf<v.InferInput<typeof vNotifyBillRequest>>().toExtend<NotifyBillRequest>();
  expectTypeOf<NotifyBillRequest>().toExtend<v.InferInput<typeof vNotifyBillRequest>>();
  expectTypeOf<v.InferOutput<typeof vNotifyBillResponse>>().toEqualTypeOf<NotifyBillResponse>();
  expectTypeOf<v.InferOutput<typeof vCreateMembercardRequest>>().toExtend<CreateMembercardRequest>();
  expectTypeOf<v.InferOutput<typeof vCreateMembercardResponse>>().toExtend<CreateMembercardResponse>();

  // @ts-expect-error neither mobileNo nor userEmail
  const nobody: CreateMembercardRequest = { userId: 'U1' };
  // @ts-expect-error billNo is a string
  const numbered: NotifyBillRequest = { ...bill, billNo: 1 };
  expect([issuePaths(vCreateMembercardRequest, nobody), issuePaths(vNotifyBillRequest, numbered)]).toEqual([[''], ['billNo']]);
});
