// What the recorder between the ends says of a request, as the rules read it.
import { expect, test } from 'vitest';
import { exchangesOf } from '../src/fault-run/wire.ts';

test('exchangesOf takes a request that has not ended for one in flight', () => {
  const request = { headers: new Headers(), body: Buffer.from('{"passId":"p","status":"UPDATE"}') };
  const recorded = { id: 1, method: 'POST', httpUri: '/', from: 2, request };
  expect(exchangesOf([recorded, { ...recorded, id: 2, until: 3 }])).toEqual([
    { id: 1, passId: 'p', from: 2, until: Number.POSITIVE_INFINITY },
    { id: 2, passId: 'p', from: 2, until: 3 },
  ]);
});
