/**
 * Bills and members in D1. AlipayHK repeats a call until the reply says S, so a row is stored once, and S is the reply only
 * after it is stored. If a statement fails, its error becomes U.
 */
import type {
  CreateMembercardRequest,
  CreateMembercardResponse,
  NotifyBillRequest,
  ResultInfo,
} from '@alipayhk-pass/api/webhooks';

const success: ResultInfo = { resultCode: 'SUCCESS', resultStatus: 'S' };

/** Stores a bill that a member has paid. */
export async function storeBill(db: D1Database, bill: NotifyBillRequest): Promise<ResultInfo> {
  const { billNo, userId, orderAmount, payTime } = bill;
  await db
    .prepare(
      'INSERT INTO bills (bill_no, user_id, currency, value, pay_time) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
    )
    .bind(billNo, userId, orderAmount.currency, orderAmount.value, payTime)
    .run();
  return success;
}

/** Stores a customer who asked for the card. */
export async function storeMember(
  db: D1Database,
  { userId }: CreateMembercardRequest,
): Promise<CreateMembercardResponse> {
  await db.prepare('INSERT INTO members (user_id) VALUES (?) ON CONFLICT DO NOTHING').bind(userId).run();
  return { resultInfo: success };
}
