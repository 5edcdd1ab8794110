/**
 * From a bill to points. The merchant's own policy goes in place of `pointsPolicy`; it decides by the bill alone and touches
 * nothing else, so that it may be asked again for the same bill.
 */
import type { NotifyBillRequest, OrderAmount } from '@alipayhk-pass/api/webhooks';

/**
 * Points for a bill, a whole number from 0 on; `undefined` for a bill in a currency that has no price in points, which is
 * kept without points and reported.
 *
 * @throws AmountInvalid for a bill that will never be worth points
 */
export type PointsPolicy = (bill: NotifyBillRequest) => number | undefined;

/** An amount that is no whole number of smallest units, is negative, or is too large to be held exactly. */
export class AmountInvalid extends Error {
  override readonly name = 'AmountInvalid';
  constructor() {
    super('orderAmount.value: expected a whole number of smallest units, from 0 to 2^53 - 1');
  }
}

/** One point a dollar. */
export const pointsPolicy: PointsPolicy = pointsPer({ HKD: 100 });

/**
 * A policy by currency: one point for so many of its smallest units, the rest of a bill is lost.
 *
 * @param unitsPerPoint - by the currency's three letters, each a whole number from 1 on
 * @throws TypeError for a price that is no such number
 */
function pointsPer(unitsPerPoint: Readonly<Record<string, number>>): PointsPolicy {
  const prices = new Map(Object.entries(unitsPerPoint)); // a currency may be called anything, `constructor` included
  for (const [currency, units] of prices) {
    if (!Number.isSafeInteger(units) || units < 1)
      throw new TypeError(`${currency}: expected a whole number from 1 on`);
  }
  return ({ orderAmount }) => {
    const amount = amountOf(orderAmount);
    const units = prices.get(orderAmount.currency);
    // Whole numbers all the way: the quotient of floating point rounds up where the rest is just below a unit.
    return units === undefined ? undefined : (amount - (amount % units)) / units;
  };
}

/**
 * An amount in the currency's smallest unit (A30).
 *
 * @throws AmountInvalid
 */
export function amountOf({ value }: OrderAmount): number {
  const amount = typeof value === 'number' || /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (!Number.isSafeInteger(amount) || amount < 0) throw new AmountInvalid();
  return amount;
}
