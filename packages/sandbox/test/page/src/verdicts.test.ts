import { ResultNotSuccess } from '@alipayhk-pass/api';
import {
  DecryptionFailed,
  HeaderInvalid,
  ResponseMissing,
  ResponseUnexpected,
  TimeNotAccepted,
} from '@alipayhk-pass/message-security';
import { expect, test } from 'vitest';
import { outcomeOf, verdictsOf } from '../../../page/src/verdicts.ts';

test.each([
  [new ResultNotSuccess({ resultCode: 'X', resultStatus: 'F' }, 'T'), 'refused', 'no', 'result'],
  [new ResultNotSuccess({ resultCode: 'X', resultStatus: 'U' }, 'T'), 'unknown', 'unknown', 'result'],
  [new ResponseUnexpected('status', new Response(null, { status: 502 })), 'httpError', 'unknown', 'status'],
  [new ResponseUnexpected('unsigned', new Response()), 'unsigned', 'unknown', 'headers'],
  [new ResponseMissing('within 1 ms', new DOMException('', 'TimeoutError')), 'timeout', 'unknown', 'connection'],
  [new ResponseMissing('the connection failed', new TypeError()), 'broken', 'unknown', 'connection'],
  [new TimeNotAccepted('Response-Time', 'today', 300), 'time', 'unknown', 'headers'],
  [new HeaderInvalid('Signature', 'expected one'), 'malformed', 'unknown', 'headers'],
  [new DecryptionFailed(), 'decryption', 'unknown', 'decryption'],
  [new TypeError('keyVersion must be letters'), 'mistake', 'no', undefined],
])('outcomeOf(%s) is %s, effect %s, failed at %s', (error, kind, effect, failedAt) => {
  const outcome = outcomeOf(error);
  expect(outcome).toMatchObject({ kind, effect });
  expect(outcome.failedAt).toBe(failedAt);
  const fell = verdictsOf(outcome, true).find(({ verdict }) => verdict === 'failed');
  expect(fell?.stage).toBe(failedAt);
});
