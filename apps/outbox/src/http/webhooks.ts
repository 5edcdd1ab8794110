/** AlipayHK's calls: verified, turned into points by the merchant's policy, stored with the member, and only then replied to with S. */
import {
  createWebhooks,
  type NotifyBillRequest,
  type Refusal,
  type ResultInfo,
  type WebhooksOptions,
} from '@alipayhk-pass/api/webhooks';
import { readMerchant } from '../config/keys.ts';
import { emit } from '../events.ts';
import { billPosting } from '../members/member.ts';
import { createMembercard } from '../policy/membercard.ts';
import { AmountInvalid, amountOf, pointsPolicy } from '../policy/points.ts';
import { shardsOf } from './app.ts';
import { issuesOfId, longestId } from './ids.ts';
import { registerMember } from './members.ts';

const success: ResultInfo = { resultCode: 'SUCCESS', resultStatus: 'S' };
const illegal: ResultInfo = { resultCode: 'PARAM_ILLEGAL', resultStatus: 'F' };

/** Replies to a call of AlipayHK's; what does not verify never gets to a member (A31). */
export async function replyToCall(request: Request, env: Env): Promise<Response> {
  const { inbound } = await readMerchant(env);
  const takeIn: WebhooksOptions['createMembercard'] = async (customer) => {
    if (issuesOfId('userId', customer.userId).length > 0) return { resultInfo: illegal };
    const { reply, member } = await createMembercard(customer);
    if (member) await registerMember(env, customer.userId, member);
    return reply;
  };
  return createWebhooks({
    ...inbound,
    notifyBill: (bill) => award(bill, env),
    createMembercard: takeIn,
    onRefusal: (refusal) => report(refusal, env),
  })(request);
}

/** @throws TypeError for a policy that returns no whole number: AlipayHK gets U, and asks again once it was mended */
async function award(bill: NotifyBillRequest, env: Env): Promise<ResultInfo> {
  const { userId, billNo, orderAmount, pointsProvider } = bill;
  const alert = (code: string) =>
    emit(env, 'alert', { userId: userId.slice(0, longestId), billNo: billNo.slice(0, longestId), code });
  if ([userId, billNo].some((id) => issuesOfId('', id).length > 0)) {
    alert('IdInvalid');
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
  if (!Number.isSafeInteger(points) || points < 0) {
    throw new TypeError('pointsPolicy: expected a whole number from 0 on');
  }
  if (price.points === undefined) alert('CurrencyWithoutPrice');

  const posting = billPosting({ billNo, currency: orderAmount.currency, amount, pointsProvider, points });
  const result = await shardsOf(env).of(userId, 'post', userId, posting);
  if (result !== 'posted' && result !== 'repeated') {
    alert(result === 'conflicting' ? 'BillConflicting' : result);
    return illegal;
  }
  // Without the points: beside userId and billNo they say what the customer spent.
  emit(env, result === 'posted' ? 'awarded' : 'repeated', { userId, billNo });
  return success;
}

/** The reason, for the log: the wire has only a code. */
function report({ resultInfo, error, tracerId }: Refusal, env: Env): void {
  const { resultCode, resultStatus } = resultInfo;
  const code = error instanceof Error ? error.name : 'Error';
  // What a stranger sends is no alert: it would be one for everyone who finds the address.
  emit(env, resultStatus === 'U' ? 'alert' : 'refused', { code, resultCode, tracerId });
}
