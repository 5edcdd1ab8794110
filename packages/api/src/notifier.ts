/**
 * AlipayHK's calls to a merchant, for the sandbox and for tests of a merchant's webhooks. They are signed with the
 * gateway's key and carry the merchant's Client-Id (A28).
 */
import { type SealedFetchOptions, sealedFetch, tracerIdOf } from '@alipayhk-pass/message-security';
import type * as v from 'valibot';
import { checkPrefix, originOf } from './address.ts';
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

/** Options of `createNotifier`: the merchant's Client-Id and public key, the gateway's private key, and where to send. */
export interface NotifierOptions extends SealedFetchOptions {
  /** Origin of the merchant's server. */
  baseUrl: string;
  /** The merchant's segment of the path: `/{tag}/points/…`. */
  tag: string;
  /** Path before the tag, such as `/api`; it is called and signed. Empty unless given. */
  signedPrefix?: string | undefined;
}

/** AlipayHK's calls to one merchant. Each resolves with the merchant's reply, also when it is F or U. */
export interface Notifier {
  /**
   * Notifies the merchant of a bill.
   *
   * @throws MessageError, discriminated by `code`: no reply arrived, or it does not verify or does not fit the contract
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
 * Makes AlipayHK's calls to one merchant. They are not checked against the contract, so that you can test a merchant's
 * refusals. A call that fails is not repeated.
 *
 * @param options - `baseUrl`, `tag`, `clientId`, `privateKey` and `publicKey` are required
 * @throws TypeError that names the option and what was expected
 * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a28 A28}
 * @example
 * ```ts
 * import { createNotifier } from '@alipayhk-pass/api/gateway';
 *
 * const notifier = createNotifier({
 *   baseUrl: 'https://merchant.example',
 *   tag: 'noodle-house',
 *   clientId,
 *   privateKey: gatewayPrivateKey,
 *   publicKey: merchantPublicKey,
 * });
 * const { resultInfo } = await notifier.createMembercard({ userId: '2160220000000001', mobileNo: '85251234567' });
 * console.log(resultInfo.resultStatus); // S
 * ```
 */
export function createNotifier(options: NotifierOptions): Notifier {
  const { baseUrl, tag, signedPrefix = '' } = options;
  const origin = originOf(baseUrl);
  checkPrefix(signedPrefix);
  const send = sealedFetch(options);
  const caller = <T>(after: Parameters<typeof webhookPath>[1], reply: v.GenericSchema<unknown, T>) => {
    const url = new URL(signedPrefix + webhookPath(tag, after), origin);
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
