// What the contract says of AlipayHK's calls to a merchant, in its validators and in its types.
import * as v from 'valibot';
import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  vCreateMembercardRequest,
  vCreateMembercardResponse,
  vMerchantTag,
  vNotifyBillRequest,
  type vNotifyBillResponse,
} from '../src/generated/schemas.ts';
import type {
  CreateMembercardRequest,
  CreateMembercardResponse,
  NotifyBillRequest,
  NotifyBillResponse,
  webhooks,
} from '../src/generated/types.ts';
import { bill } from './fixtures.ts';

/** Where a validator finds fault, '' for the value as a whole. */
const faults = (schema: v.GenericSchema, value: unknown) =>
  v.safeParse(schema, value).issues?.map((issue) => v.getDotPath(issue) ?? '') ?? [];

const amount = (value: unknown, currency: unknown = 'HKD') => ({ ...bill, orderAmount: { currency, value } });

describe('a bill: refused', () => {
  test.each<[what: string, input: unknown, at: string]>([
    ['no userId', { ...bill, userId: undefined }, 'userId'],
    ['userId empty', { ...bill, userId: '' }, 'userId'],
    ['no billNo', { ...bill, billNo: undefined }, 'billNo'],
    ['billNo empty', { ...bill, billNo: '' }, 'billNo'],
    ['billNo a number, which would have lost its last digits', { ...bill, billNo: 2024052221 }, 'billNo'],
    ['no payTime', { ...bill, payTime: undefined }, 'payTime'],
    ['no pointsProvider', { ...bill, pointsProvider: undefined }, 'pointsProvider'],
    ['pointsProvider null', { ...bill, pointsProvider: null }, 'pointsProvider'],
    ['no orderAmount', { ...bill, orderAmount: undefined }, 'orderAmount'],
    ['an amount without its currency', { ...bill, orderAmount: 12050 }, 'orderAmount'],
    ['currency in lower case', amount('1', 'hkd'), 'orderAmount.currency'],
    ['currency a sign', amount('1', 'HK$'), 'orderAmount.currency'],
    ['value absent', amount(undefined), 'orderAmount.value'],
    ['value null', amount(null), 'orderAmount.value'],
    ['value negative', amount(-1), 'orderAmount.value'],
    ['value negative, in digits', amount('-1'), 'orderAmount.value'],
    ['value with a decimal point (A30)', amount('120.50'), 'orderAmount.value'],
    ['value not whole', amount(120.5), 'orderAmount.value'],
    ['value with an exponent', amount('1e3'), 'orderAmount.value'],
    ['value with a line feed behind it', amount('120\n'), 'orderAmount.value'],
    ['value of other digits', amount('١٢٠'), 'orderAmount.value'],
    ['value empty', amount(''), 'orderAmount.value'],
    ['value of 17 digits', amount('1'.repeat(17)), 'orderAmount.value'],
    ['value above what every JSON reader holds', amount(2 ** 53), 'orderAmount.value'],
    ['outBillNo a number', { ...bill, outBillNo: 1 }, 'outBillNo'],
    ['no object', 'billNo=1', ''],
  ])('%s', (_, input, at) => {
    expect(faults(vNotifyBillRequest, input)[0]).toBe(at);
  });
});

describe('a bill: accepted', () => {
  test.each<[what: string, input: unknown]>([
    ['as little as there may be', bill],
    ['value as a number', amount(12050)],
    ['value zero', amount('0')],
    ['value the largest number', amount(Number.MAX_SAFE_INTEGER)],
    ['a currency that nobody has heard of (A30)', amount('1', 'XYZ')],
    ['a wallet yet unknown (A29)', { ...bill, pointsProvider: 'ALIPAYMO' }],
    ['optional fields null (A29)', { ...bill, cnBillNo: null, outBillNo: null, pmsLabel: null }],
  ])('%s', (_, input) => {
    expect(v.parse(vNotifyBillRequest, input)).toEqual(input);
  });
});

describe('a request for a card', () => {
  const request = { userId: 'U1', mobileNo: '85291234567' };

  test.each<[what: string, input: unknown, at: string]>([
    ['no userId', { mobileNo: '1' }, 'userId'],
    ['neither mobileNo nor userEmail', { userId: 'U1' }, ''],
    ['both null', { userId: 'U1', mobileNo: null, userEmail: null }, ''],
    ['mobileNo a number', { userId: 'U1', mobileNo: 91234567 }, 'mobileNo'],
  ])('refused: %s', (_, input, at) => {
    expect(faults(vCreateMembercardRequest, input)[0]).toBe(at);
  });

  test.each<[what: string, input: unknown]>([
    ['known by mobile number', request],
    ['known by e-mail address, mobile number null', { userId: 'U1', mobileNo: null, userEmail: 'a@example.com' }],
    ['fields that are not public (A32)', { ...request, templateCode: 'T1', nested: { deep: [1] } }],
  ])('accepted, and nothing is lost: %s', (_, input) => {
    expect(v.parse(vCreateMembercardRequest, input)).toEqual(input);
  });

  test('a reply keeps the fields that the merchant adds', () => {
    const reply = { resultInfo: { resultCode: 'SUCCESS', resultStatus: 'S' }, memberNo: 'M1' };
    expect(v.parse(vCreateMembercardResponse, reply)).toEqual(reply);
    expect(faults(vCreateMembercardResponse, { memberNo: 'M1' })).toEqual(['resultInfo']);
  });
});

test('a tag is one segment of a path', () => {
  expect(faults(vMerchantTag, 'noodle-house')).toEqual([]);
  for (const tag of ['', 'a/b', 'a b', '..%2f', '卡', 'a?', 'a\n']) expect(faults(vMerchantTag, tag)).toEqual(['']);
});

test('type and validator accept each other', () => {
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
  // @ts-expect-error billNo is a text
  const numbered: NotifyBillRequest = { ...bill, billNo: 1 };
  expect([faults(vCreateMembercardRequest, nobody), faults(vNotifyBillRequest, numbered)]).toEqual([[''], ['billNo']]);
});
