/** AlipayHK's calls for the tests: signed with the gateway's key, sent to the Worker. */
import { exports } from 'cloudflare:workers';
import { createNotifier, type NotifierOptions } from '@alipayhk-pass/api/gateway';
import type { NotifyBillRequest } from '@alipayhk-pass/api/webhooks';
import { importPrivateKey, importPublicKey, sealRequest } from '@alipayhk-pass/message-security';
import keys from '../../../spec/vectors/keys.json' with { type: 'json' };
import { clientId } from './gateway.ts';

const origin = 'https://merchant.test';
const privateKey = await importPrivateKey(keys.gateway.privateKey);
export const strangersKey = await importPrivateKey(keys.stranger.privateKey);
const publicKey = await importPublicKey(keys.merchant.publicKey);

/** Carries a request to the Worker. */
export const carry = (request: Request): Promise<Response> => exports.default.fetch(request);

/** AlipayHK, which calls this merchant. */
export const alipayhk = (options: Partial<NotifierOptions> = {}) =>
  createNotifier({ baseUrl: origin, tag: 'merchant', clientId, privateKey, publicKey, fetch: carry, ...options });

let bills = 0;

/** A bill with a number of its own, of one user unless told otherwise. */
export function billOf(value: number | string, fields: Partial<NotifyBillRequest> = {}): NotifyBillRequest {
  return {
    userId: '2160220000000001',
    billNo: `2024052221${String(++bills).padStart(18, '0')}`,
    orderAmount: { currency: 'HKD', value },
    payTime: '2024-05-22T06:42:21+08:00',
    pointsProvider: 'ALIPAYHK',
    ...fields,
  };
}

/** A sealed notification, to be changed on its way. */
export const sealBill = (body: object, options: { path?: string; privateKey?: typeof privateKey; now?: number } = {}) =>
  sealRequest(
    new Request(`${origin}${options.path ?? '/merchant/points/bill/notify'}`, {
      method: 'POST',
      body: JSON.stringify(body),
    }),
    { clientId, privateKey: options.privateKey ?? privateKey, now: () => options.now ?? Date.now() },
  );
