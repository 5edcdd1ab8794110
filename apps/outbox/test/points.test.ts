import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AmountInvalid, amountOf, pointsPer, pointsPolicy } from '../src/points.ts';

const billOf = (value: string | number, currency = 'HKD') => ({
  userId: 'U1',
  billNo: 'B1',
  orderAmount: { currency, value },
  payTime: '2024-05-22T06:42:21+08:00',
  pointsProvider: 'ALIPAYHK',
});

const amounts = fc.maxSafeNat();
const prices = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });

describe('one point a dollar', () => {
  test.each([
    [0, 0],
    ['0', 0],
    [99, 0],
    ['100', 1],
    ['00100', 1],
    [12050, 120],
    ['12099', 120],
    [Number.MAX_SAFE_INTEGER, 90071992547409],
  ])('%j cents: %i points', (value, points) => {
    expect(pointsPolicy(billOf(value))).toBe(points);
  });

  test.each(['CNY', 'hkd', 'constructor', '__proto__', ''])(
    '%j has no price: neither points nor an error',
    (currency) => {
      expect(pointsPolicy(billOf(100, currency))).toBeUndefined();
    },
  );

  test.each([-1, '-1', 1.5, '1.5', '1e3', '', ' 1', '0x10', '١', Number.NaN, Infinity, 2 ** 53, '9007199254740992'])(
    '%j is no amount',
    (value) => {
      expect(() => pointsPolicy(billOf(value))).toThrow(AmountInvalid);
      expect(() => pointsPolicy(billOf(value, 'CNY'))).toThrow(AmountInvalid);
    },
  );
});

test('whatever the price, points are the amount divided, as BigInt has it', () => {
  fc.assert(
    fc.property(amounts, prices, (amount, units) => {
      const points = pointsPer({ XYZ: units })(billOf(amount, 'XYZ'));
      expect(points).toBe(Number(BigInt(amount) / BigInt(units)));
    }),
  );
});

test('digits and number are one amount', () => {
  fc.assert(
    fc.property(amounts, (amount) => {
      expect(amountOf({ currency: 'HKD', value: `${amount}` })).toBe(amountOf({ currency: 'HKD', value: amount }));
    }),
  );
});

test('a larger bill is never worth less, and splitting one never worth more', () => {
  fc.assert(
    fc.property(amounts, amounts, prices, (one, other, units) => {
      const points = (amount: number) => pointsPer({ HKD: units })(billOf(amount)) as number;
      const [small, large] = one < other ? [one, other] : [other, one];
      expect(points(small)).toBeLessThanOrEqual(points(large));
      expect(points(small) + points(large - small)).toBeLessThanOrEqual(points(large));
    }),
  );
});

test('any other text or number is refused, and never becomes points', () => {
  const isAmount = (value: string | number) =>
    typeof value === 'number'
      ? Number.isSafeInteger(value) && value >= 0
      : /^\d+$/.test(value) && BigInt(value) <= BigInt(Number.MAX_SAFE_INTEGER);
  const anything = fc.oneof(fc.double(), fc.string(), fc.stringMatching(/^-?\d{1,20}$/));
  fc.assert(
    fc.property(
      anything.filter((value) => !isAmount(value)),
      (value) => {
        expect(() => pointsPolicy(billOf(value))).toThrow(AmountInvalid);
      },
    ),
  );
});

test.each([0, -1, 0.5, Number.NaN, 2 ** 53])('a price of %s units is a mistake, shown at once', (units) => {
  expect(() => pointsPer({ HKD: units })).toThrow(/^HKD: expected a whole number from 1 on$/);
});
