import fc from 'fast-check';
import { expect, test } from 'vitest';
import { changeOf, updateOf } from '../src/units.ts';

const fixed = { passId: 'P', updateDetailType: 'UPDATE_MEMBER_CARD', status: 'UPDATE' } as const;
const who = { merchantId: 'M', userId: 'U' };
const over = (older: object, newer: object) => {
  const [one, other] = [older, newer].map((fields) => changeOf({ ...fixed, ...who, ...fields }));
  return updateOf('P', { who, closes: false, units: { ...one?.units, ...other?.units } });
};

test('what is taken apart is put together again', () => {
  const json = fc.jsonValue({ maxDepth: 2 });
  const update = fc.record(
    {
      ...{
        passId: fc.string(),
        merchantId: fc.string(),
        status: fc.constantFrom('UPDATE' as const, 'CLOSED' as const),
      },
      updateDetailType: fc.constant('UPDATE_MEMBER_CARD' as const),
      ...{ userId: fc.string(), openId: fc.string(), templateCode: fc.string(), endDate: fc.nat() },
      dataInfo: fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('billNo', '__proto__', 'toString')), json, {
        minKeys: 1,
        noNullPrototype: true,
      }),
      codeInfo: fc.dictionary(fc.string(), json, { noNullPrototype: true }),
      'dataInfo/points': json,
      transaction: json,
    },
    { requiredKeys: ['passId', 'merchantId', 'status', 'updateDetailType', 'userId'], noNullPrototype: true },
  );
  const property = fc.property(update, (each) => {
    const { passId } = each;
    expect(updateOf(passId, changeOf(each as Parameters<typeof changeOf>[0]))).toEqual(each);
  });
  fc.assert(property);
});

test.each([
  [
    'dataInfo alone, codeInfo alone',
    { dataInfo: { a: 1 } },
    { codeInfo: { b: 2 } },
    { dataInfo: { a: 1 }, codeInfo: { b: 2 } },
  ],
  ['one field of dataInfo each', { dataInfo: { a: 1 } }, { dataInfo: { b: 2 } }, { dataInfo: { a: 1, b: 2 } }],
  [
    'the same field',
    { dataInfo: { a: 1 }, endDate: 1 },
    { dataInfo: { a: null }, endDate: 0 },
    { dataInfo: { a: null }, endDate: 0 },
  ],
  [
    'a codeInfo of null, which says that the code stays',
    { codeInfo: { a: 1 } },
    { codeInfo: null },
    { codeInfo: { a: 1 } },
  ],
  ['codeInfo, which is replaced whole', { codeInfo: { a: 1 } }, { codeInfo: { b: 2 } }, { codeInfo: { b: 2 } }],
  [
    'transactions, which do not mix',
    { dataInfo: { billNo: '1', pointsProvider: 'ALIPAYHK', a: 1 } },
    { dataInfo: { billNo: '2', lastChangePoints: 3 } },
    { dataInfo: { a: 1, billNo: '2', lastChangePoints: 3 } },
  ],
])('a newer update over an older one: %s', (_, older, newer, expected) => {
  expect(over(older, newer)).toEqual({ ...fixed, ...who, ...expected });
});
