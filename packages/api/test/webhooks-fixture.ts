/** A merchant's webhooks that record what they refuse, and AlipayHK's calls to them. */
import { RSA_AES, type SealOptions, sealRequest } from '@alipayhk-pass/message-security';
import { vi } from 'vitest';
import { createNotifier, type NotifierOptions } from '../src/gateway.ts';
import { createWebhooks, type Refusal, type WebhooksOptions } from '../src/webhooks.ts';
import { bill, clientId, gateway, merchant, success } from './fixtures.ts';

export const merchantOrigin = 'https://merchant.example';
export const notifyBillUrl = `${merchantOrigin}/noodle-house/points/bill/notify`;

/** Webhooks with functions that reply S. */
export function webhooksWith(options: Partial<WebhooksOptions> = {}) {
  const refusals: Refusal[] = [];
  const notifyBill = vi.fn<WebhooksOptions['notifyBill']>(() => success);
  const createMembercard = vi.fn<WebhooksOptions['createMembercard']>(() => ({ resultInfo: success, memberNo: 'M1' }));
  const fetch = createWebhooks({
    tag: 'noodle-house',
    clientId,
    privateKey: merchant.privateKey,
    publicKey: gateway.publicKey,
    encryption: RSA_AES,
    notifyBill,
    createMembercard,
    onRefusal: (refusal) => refusals.push(refusal),
    ...options,
  });
  return { fetch, notifyBill, createMembercard, refusals };
}

/** AlipayHK's calls to the merchant, sent through `fetch`. */
export const notifierTo = (fetch: NotifierOptions['fetch'], options: Partial<NotifierOptions> = {}) =>
  createNotifier({
    baseUrl: merchantOrigin,
    tag: 'noodle-house',
    clientId,
    privateKey: gateway.privateKey,
    publicKey: merchant.publicKey,
    fetch,
    ...options,
  });

/** A call of AlipayHK's, sealed by the gateway. */
export const sealCall = (
  body: unknown = bill,
  { url = notifyBillUrl, method = 'POST', ...options }: Partial<SealOptions & { url: string; method: string }> = {},
): Promise<Request> =>
  sealRequest(new Request(url, { method, body: typeof body === 'string' ? body : JSON.stringify(body) }), {
    clientId,
    privateKey: gateway.privateKey,
    publicKey: merchant.publicKey,
    ...options,
  });
