/**
 * AlipayHK's calls: verified, turned into points by the merchant's policy, stored in the user's member object, and only then
 * answered S.
 */
import { waitUntil } from 'cloudflare:workers';
import {
  createWebhooks,
  type NotifyBillRequest,
  type Refusal,
  type ResultInfo,
  type WebhooksOptions,
} from '@alipayhk-pass/api/webhooks';
import type { Env } from './env.ts';
import type { Merchant } from './environment.ts';
import { tell } from './events.ts';
import { createMembercard } from './membercard.ts';
import { longestId, memberOf, registerMember } from './members.ts';
import { AmountInvalid, amountOf, pointsPolicy } from './points.ts';
import { rateLeaseOf } from './rate-lease.ts';

const success: ResultInfo = { resultCode: 'SUCCESS', resultStatus: 'S' };
const illegal: ResultInfo = { resultCode: 'PARAM_ILLEGAL', resultStatus: 'F' };

/** Answers a call of AlipayHK's; what does not verify never gets to a member (A31). */
export function answerCall(request: Request, env: Env, { inbound, rate }: Merchant): Promise<Response> {
  const takeIn: WebhooksOptions['createMembercard'] = async (customer) => {
    if (customer.userId.length > longestId) return { resultInfo: illegal };
    const { reply, member } = await createMembercard(customer);
    if (member) await registerMember(env, customer.userId, member);
    return reply;
  };
  return createWebhooks({
    ...inbound,
    notifyBill: (bill) => award(bill, env, rate.shards),
    createMembercard: takeIn,
    onRefusal: (refusal) => report(refusal, env),
  })(request);
}

/** @throws TypeError for a policy that returns no whole number: AlipayHK is told U, and asks again once it was mended */
async function award(bill: NotifyBillRequest, env: Env, shards: number): Promise<ResultInfo> {
  const { userId, billNo, orderAmount, pointsProvider } = bill;
  const alert = (code: string) =>
    tell(env, 'alert', { passId: '', userId: userId.slice(0, longestId), billNo: billNo.slice(0, longestId), code });
  if (userId.length > longestId || billNo.length > longestId) {
    alert('IdTooLong');
    return illegal;
  }
  let price: { amount: number; points: number | undefined };
  try {
    price = { amount: amountOf(orderAmount), points: pointsPolicy(bill) };
  } catch (error) {
    if (!(error instanceof AmountInvalid)) throw error;
    alert(error.name);
    return illegal;
  }
  const { amount, points = 0 } = price;
  if (!Number.isSafeInteger(points) || points < 0)
    throw new TypeError('pointsPolicy: expected a whole number from 0 on');
  if (price.points === undefined) alert('CurrencyWithoutPrice');

  const { currency } = orderAmount;
  const result = await memberOf(env, userId).award(userId, { billNo, currency, amount, pointsProvider, points });
  if (result === 'conflicting' || result === 'overflowing') {
    alert(result === 'conflicting' ? 'BillConflicting' : 'PointsOverflowing');
    return illegal;
  }
  // Without the points: beside userId and billNo they say what the customer spent.
  tell(env, result, { passId: '', userId, billNo });
  // Nobody waits for it, and what is not counted is awarded all the same.
  waitUntil(
    rateLeaseOf(env, userId, shards)
      .count({ [result]: 1 })
      .catch(() => undefined),
  );
  return success;
}

/** The reason, for the log: the wire has only a code. */
function report({ resultInfo, error, tracerId }: Refusal, env: Env): void {
  const { resultCode, resultStatus } = resultInfo;
  const code = error instanceof Error ? error.name : 'Error';
  // What a stranger sends is no alert: it would be one for everyone who finds the address.
  tell(env, resultStatus === 'U' ? 'alert' : 'refused', { passId: '', code, resultCode, tracerId });
}
