/** The stages after the signature that need no key: the time, the fields of the body, the result. */
import { checkUpdate, isUpdatePassError } from '@alipayhk-pass/api';
import { parseTime } from '@alipayhk-pass/message-security';
import { headerOf, type Message } from '../capture/message.ts';
import { howToCompareKeys, isSetupCode, somethingBetween } from '../setup-codes.ts';
import { type Cause, failed, notChecked, passed, type StageReport } from './explanation.ts';
import { isWebhook, timeHeaderOf } from './head-stages.ts';
import { parse, resultOf } from './result.ts';

/** Clocks that are known besides the message's own. */
export interface Clocks {
  /** In milliseconds since the epoch, with the words for it. */
  reference?: { instant: number; words: string } | undefined;
  /** Of a reply: the Request-Time of its request. */
  requestTime?: string | undefined;
  /** In seconds. */
  tolerance: number;
}

export function timeStage(message: Message, { reference, requestTime, tolerance }: Clocks): StageReport {
  const header = timeHeaderOf(message);
  const instant = parseTime(headerOf(message, header) ?? '');
  if (instant === undefined) return notChecked('time', `there is no ${header} that can be read`);
  const sent = parseTime(requestTime ?? '');
  if (message.kind === 'reply' && sent !== undefined && sent - instant > 60_000) {
    const seconds = Math.ceil((sent - instant) / 1000);
    return failed('time', [
      {
        cause: 'reply-older-than-request',
        words: `the Response-Time is ${seconds} s before the Request-Time of its request: it is an old reply, or the clocks disagree`,
      },
    ]);
  }
  if (reference === undefined) return notChecked('time', 'no clock is known to hold it against; give --now');
  const seconds = Math.round((instant - reference.instant) / 1000);
  if (Math.abs(seconds) <= tolerance) return passed('time', `${Math.abs(seconds)} s from ${reference.words}`);
  const side = seconds > 0 ? 'ahead of' : 'behind';
  return failed('time', [
    {
      cause: 'clock-skew',
      words: `the ${header} is ${Math.abs(seconds)} s ${side} ${reference.words}; expected within ${tolerance} s`,
    },
  ]);
}

/** @param plain - the body, decrypted if it was encrypted; `undefined` if it cannot be read */
export function contractStage(message: Message, plain: Uint8Array | undefined): StageReport {
  if (plain === undefined) return notChecked('contract', 'the body cannot be decrypted');
  const value = parse(plain);
  if (value === undefined) return failed('contract', [{ cause: 'not-json', words: 'the body is not JSON in UTF-8' }]);
  if (message.kind === 'reply')
    return resultOf(value)
      ? passed('contract')
      : failed('contract', [{ cause: 'no-result', words: 'the body has neither resultInfo nor result' }]);
  if (isWebhook(message.httpUri))
    return notChecked('contract', "the merchant's own contract is checked by its webhooks");
  try {
    checkUpdate(value);
    return passed('contract');
  } catch (error) {
    if (!isUpdatePassError(error)) throw error;
    return failed('contract', [{ cause: 'contract', words: error.message }]);
  }
}

/**
 * What the reply says; F and U are failures of their own.
 *
 * @param isRequestFine - whether nothing is wrong with its request, as far as can be seen here
 */
export function resultStage(plain: Uint8Array | undefined, isRequestFine: boolean): StageReport {
  const result = plain && resultOf(parse(plain));
  if (!result) return notChecked('result', 'there is no result that can be read');
  const { resultStatus, resultCode } = result;
  const code = /^\w{1,64}$/.test(resultCode) ? resultCode : '?';
  if (resultStatus === 'S') return passed('result', `S ${code}`);
  if (resultStatus !== 'F') {
    const words = `the result is U ${code}: unknown: assume neither that it took effect nor that it did not${adviceFor(code)}`;
    return failed('result', [{ cause: 'unknown', words }]);
  }
  const meaning = isSetupCode(code)
    ? 'refused for keys, Client-Id or console; nothing is wrong with the update: correct those, then send it again'
    : 'refused, and the same request will be refused again';
  const causes: Cause[] = [{ cause: 'refused', words: `the result is F ${code}: ${meaning}${adviceFor(code)}` }];
  if (code === 'INVALID_SIGNATURE' && isRequestFine) {
    const words = `the request is fine here, so the gateway probably holds another public key for this Client-Id, the private key is not the registered one, or ${somethingBetween}; ${howToCompareKeys}`;
    causes.push({ cause: 'registered-key', words });
  }
  return failed('result', causes);
}

function adviceFor(code: string): string {
  const advice: Record<string, string> = {
    INVALID_SIGNATURE: '; the gateway does not accept the signature or the time of the request',
    INVALID_CLIENT: '; the gateway does not know this Client-Id, or has another environment in mind',
    ACCESS_DENIED: '; the console does not allow this Client-Id to call this',
    KEY_NOT_FOUND: '; the gateway has no key of this Client-Id and keyVersion',
    INVALID_API: '; the path is not one of the gateway',
    MEDIA_TYPE_NOT_ACCEPTABLE: '; the Content-Type is not accepted',
    PARAM_ILLEGAL: '; the body does not decrypt, is not JSON or does not fit the contract',
  };
  return advice[code] ?? '';
}
