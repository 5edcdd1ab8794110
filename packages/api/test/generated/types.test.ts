/**
 * src/generated/types.ts: what compiles is what the validators accept. `tsc -p test` checks the types; when the tests run,
 * the validators check the same values.
 */
import createClient from 'openapi-fetch';
import * as v from 'valibot';
import { expect, expectTypeOf, test } from 'vitest';
import { type vResultInfo, vUpdatePassRequest, type vUpdatePassResponse } from '../../src/generated/schemas.ts';
import type { paths, ResultInfo, UpdatePassRequest, UpdatePassResponse } from '../../src/generated/types.ts';

const path = '/api/open/alipay/v1/ipass/pass/manage/updatePass';
type Operation = paths[typeof path]['post'];
type Body = Operation['requestBody']['content']['application/json'];
type Reply = Operation['responses'][200]['content']['application/json'];

const fields = { merchantId: 'M1', passId: 'P1', status: 'UPDATE', updateDetailType: 'UPDATE_MEMBER_CARD' } as const;
const body = { ...fields, userId: 'U1' } as const;

test('the types of updatePass are neither any nor unknown', () => {
  expectTypeOf<Body>().not.toBeUnknown();
  expectTypeOf<Body>().not.toBeAny();
  expectTypeOf<Body>().not.toBeNever();
  expectTypeOf<Body>().toEqualTypeOf<UpdatePassRequest>();
  expectTypeOf<UpdatePassRequest['merchantId']>().toEqualTypeOf<string>();
  expectTypeOf<UpdatePassRequest['status']>().toEqualTypeOf<'CLOSED' | 'UPDATE'>();
  expectTypeOf<UpdatePassRequest['updateDetailType']>().toEqualTypeOf<'UPDATE_MEMBER_CARD'>();
  expectTypeOf<UpdatePassRequest['endDate']>().toEqualTypeOf<number | undefined>();
  expectTypeOf<Reply>().toEqualTypeOf<UpdatePassResponse>();
  expectTypeOf<ResultInfo['resultStatus']>().toEqualTypeOf<'S' | 'F' | 'U'>();
});

test('the types of the validators are the generated types', () => {
  expectTypeOf<v.InferInput<typeof vUpdatePassRequest>>().toExtend<UpdatePassRequest>();
  expectTypeOf<UpdatePassRequest>().toExtend<v.InferInput<typeof vUpdatePassRequest>>();
  expectTypeOf<v.InferOutput<typeof vUpdatePassRequest>>().toExtend<UpdatePassRequest>();
  expectTypeOf<UpdatePassRequest>().toExtend<v.InferOutput<typeof vUpdatePassRequest>>();

  expectTypeOf<v.InferInput<typeof vUpdatePassResponse>>().toEqualTypeOf<UpdatePassResponse>();
  expectTypeOf<v.InferOutput<typeof vUpdatePassResponse>>().toEqualTypeOf<UpdatePassResponse>();
  expectTypeOf<v.InferOutput<typeof vResultInfo>>().toEqualTypeOf<ResultInfo>();
});

test('vUpdatePassRequest accepts every value that compiles', () => {
  const accepted: UpdatePassRequest[] = [
    body,
    { ...fields, openId: 'O1' },
    { ...body, openId: 'O1' },
    { ...body, status: 'CLOSED' },
    { ...body, templateCode: 'T1', endDate: 0 },
    { ...body, dataInfo: {} },
    { ...body, dataInfo: { billNo: null, lastChangePoints: null, pointsProvider: null } },
    { ...body, dataInfo: { lastChangePoints: 1, $level$: 'gold', $price$: { cent: 800 } } },
    { ...body, dataInfo: { lastChangePoints: '1' } },
    { ...body, codeInfo: null },
    { ...body, codeInfo: { $codemsg$: '', $codevalue$: '', other: 1 } },
  ];
  for (const value of accepted) expect(v.is(vUpdatePassRequest, value)).toBe(true);
});

test('vUpdatePassRequest refuses every value that does not compile', () => {
  const { merchantId: _, ...noMerchant } = body;
  const { passId: __, ...noPass } = body;
  const refused: UpdatePassRequest[] = [
    // @ts-expect-error neither userId nor openId
    fields,
    // @ts-expect-error userId is a string
    { ...fields, userId: 1 },
    // @ts-expect-error merchantId is required
    noMerchant,
    // @ts-expect-error passId is required
    noPass,
    // @ts-expect-error status is a closed list
    { ...body, status: 'USED' },
    // @ts-expect-error updateDetailType is a closed list
    { ...body, updateDetailType: 'UPDATE_PASS' },
    // @ts-expect-error endDate is a number
    { ...body, endDate: '1767196799000' },
    // @ts-expect-error templateCode is a string or absent
    { ...body, templateCode: null },
    // @ts-expect-error dataInfo is an object or absent
    { ...body, dataInfo: null },
    // @ts-expect-error billNo is a string or null
    { ...body, dataInfo: { billNo: 1 } },
    // @ts-expect-error lastChangePoints is a number, digits or null
    { ...body, dataInfo: { lastChangePoints: true } },
    // @ts-expect-error $codevalue$ is a string
    { ...body, codeInfo: { $codevalue$: 1 } },
    // @ts-expect-error dataInfo is not a list
    { ...body, dataInfo: [] },
  ];
  for (const value of refused) expect(v.is(vUpdatePassRequest, value)).toBe(false);
});

test('a misspelt field does not compile, and vUpdatePassRequest accepts it as an unknown one (A25)', () => {
  // @ts-expect-error merchantID is not a field
  const misspelt: UpdatePassRequest = { ...body, merchantID: 'M1' };
  expect(v.is(vUpdatePassRequest, misspelt)).toBe(true);
});

test('openapi-fetch accepts only the body of the contract', () => {
  const client = createClient<paths>();
  // Never called: only its types matter.
  const call = async () => {
    const header = { 'Client-Id': '', Signature: '', 'Request-Time': '' };
    // @ts-expect-error neither userId nor openId
    await client.POST(path, { params: { header }, body: fields });
    // @ts-expect-error a body is not a string: the contract describes only the plain one
    await client.POST(path, { params: { header }, body: 'c2VhbGVk' });
    return client.POST(path, { params: { header }, body });
  };
  expectTypeOf<Awaited<ReturnType<typeof call>>['data']>().toEqualTypeOf<UpdatePassResponse | undefined>();
  expect(call).toBeTypeOf('function');
});
