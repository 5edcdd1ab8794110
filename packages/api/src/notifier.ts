/**
 * AlipayHK's calls to a merchant: for a sandbox, and for tests of a merchant's side. Signed with the gateway's key under
 * the merchant's Client-Id (A28).
 */
import { type SealedFetchOptions, sealedFetch, tracerIdOf } from '@alipayhk-pass/message-security';
import type * as v from 'valibot';
import { check, isEncrypted, readJson, withResultInfo } from './body.ts';
import { ResponseInvalid } from './errors.ts';
import { vCreateMembercardResponse, vNotifyBillResponse } from './generated/schemas.ts';
import type {
  CreateMembercardRequest,
  CreateMembercardResponse,
  NotifyBillRequest,
  NotifyBillResponse,
} from './generated/types.ts';
import { webhookPath } from './webhook-path.ts';

/** What `createNotifier` takes: the merchant's Client-Id and public key, the gateway's private key, and where to send. */
export interface NotifierOptions extends SealedFetchOptions {
  /** Origin of the merchant's server. */
  baseUrl: string;
  /** The merchant's part of the path. */
  tag: string;
  /** What stands before the tag in the path that is called and signed, such as `/api`; nothing unless given. */
  signedPrefix?: string | undefined;
}

/** AlipayHK's calls. Each resolves with the merchant's reply, F and U included. */
export interface Notifier {
  /**
   * Notifies the merchant of a bill.
   *
   * @throws MessageError, discriminated by `code`: the reply does not verify or does not fit the contract, or there is none
   */
  notifyBill(bill: NotifyBillRequest): Promise<NotifyBillResponse>;
  /**
   * Asks the merchant to make a customer a member.
   *
   * @throws MessageError, as `notifyBill`
   */
  createMembercard(request: CreateMembercardRequest): Promise<CreateMembercardResponse>;
}

/**
 * AlipayHK's calls to one merchant. What is sent is not checked against the contract, so that a merchant's refusals can
 * be tried; nothing is repeated by itself.
 *
 * @throws TypeError that names the option and what was expected
 */
export function createNotifier(options: NotifierOptions): Notifier {
  const { baseUrl, tag, signedPrefix = '' } = options;
  const send = sealedFetch(options);
  const caller = <T>(after: Parameters<typeof webhookPath>[1], reply: v.GenericSchema<unknown, T>) => {
    const url = new URL(signedPrefix + webhookPath(tag, after), baseUrl);
    return async (body: object): Promise<T> => {
      const response = await send(url, { method: 'POST', body: JSON.stringify(body) });
      const json = readJson(await response.arrayBuffer(), isEncrypted(response));
      const { value, issues } = json.issues ? json : check(reply, withResultInfo(json.value));
      if (issues) throw new ResponseInvalid(issues, tracerIdOf(response));
      return value;
    };
  };
  return {
    notifyBill: caller('points/bill/notify', vNotifyBillResponse),
    createMembercard: caller('points/membercard/create', vCreateMembercardResponse),
  };
}
