import { DecryptionFailed, ResponseUnexpected } from '@alipayhk-pass/message-security';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { RequestInvalid, ResponseInvalid, ResultNotSigned, ResultNotSuccess } from '../src/errors.ts';
import { isUpdatePassError, type UpdatePassError } from '../src/index.ts';

const issues = [
  { path: 'dataInfo.billNo', message: 'must be a string' },
  { path: '', message: 'has no userId or openId' },
];
const refused = { resultCode: 'A_CODE', resultStatus: 'F' } as const;
const unsigned = () => new ResponseUnexpected('unsigned', Response.json({}, { headers: { 'Tracer-Id': 'trace-1' } }));

test.each([
  [new RequestInvalid(issues), 'contract', 'dataInfo.billNo must be a string; the body has no userId or openId'],
  [new ResponseInvalid(issues.slice(1), 'trace-1'), 'contract', 'the body has no userId or openId'],
  [new ResultNotSuccess(refused, 'trace-1'), 'result', 'the result is F (A_CODE); expected S'],
  [new ResultNotSigned(refused, unsigned()), 'headers', 'the response is not signed; it says F (A_CODE)'],
])('%s has its name, its code, its stage and a text', (error, stage, message) => {
  expect(error).toMatchObject({ name: error.constructor.name, code: error.constructor.name, stage, message });
});

test.each(['A CODE', 'A\nCODE', 'a'.repeat(65), ''])('a text shows ? for the result code %j', (resultCode) => {
  const error = new ResultNotSuccess({ ...refused, resultCode }, undefined);
  expect(error.message).toBe('the result is F (?); expected S');
  expect(error.resultInfo.resultCode).toBe(resultCode);
});

describe('ResultNotSigned', () => {
  test('cuts the code and the message, and replaces their control characters', () => {
    const { unverified } = new ResultNotSigned(
      { resultCode: 'A\n'.repeat(100), resultStatus: 'U', resultMessage: 'm\t'.repeat(200) },
      unsigned(),
    );
    expect(unverified).toEqual({
      resultCode: 'A\ufffd'.repeat(32),
      resultStatus: 'U',
      resultMessage: 'm\ufffd'.repeat(128),
    });
  });

  test('has the response and its tracer id, and no listing shows the response', async () => {
    const error = new ResultNotSigned(refused, unsigned());
    expect(error.tracerId).toBe('trace-1');
    expect(await error.response.json()).toEqual({});
    expect(Object.keys(error)).not.toContain('response');
  });
});

test('isUpdatePassError recognises errors of both packages and no others', () => {
  for (const error of [new RequestInvalid(issues), new DecryptionFailed()]) expect(isUpdatePassError(error)).toBe(true);
  for (const other of [new TypeError('code'), { code: 'RequestInvalid' }, null, 'RequestInvalid']) {
    expect(isUpdatePassError(other)).toBe(false);
  }
});

test('UpdatePassError is discriminated by code', () => {
  const issuesOf = (error: UpdatePassError) => (error.code === 'RequestInvalid' ? error.issues : undefined);
  expectTypeOf(issuesOf).returns.toEqualTypeOf<RequestInvalid['issues'] | undefined>();
  // @ts-expect-error only some codes have issues
  const wrong = (error: UpdatePassError) => error.issues;
  expect(issuesOf(new RequestInvalid(issues))).toBe(issues);
  expect(wrong(new DecryptionFailed() as UpdatePassError)).toBeUndefined();
});
