import { expect, test } from 'vitest';
import { cardOf, changedParts } from '../../../page/src/card.ts';
import type { Pass } from '../../../src/client.ts';

const pass: Pass = {
  ...{ passId: 'P', clientId: 'c', merchantId: 'M', userId: 'U', openId: null, templateCode: null, status: 'ACTIVE' },
  ...{ points: null, level: null, endDate: null, dataInfo: null, codeInfo: null, updatedAt: 0, revision: 0 },
};

test('cardOf shows no part that the pass does not have', () => {
  const none = { points: undefined, level: undefined, code: undefined, endDate: undefined };
  expect(cardOf(pass)).toEqual({ ...none, status: 'ACTIVE' });
});

test.each<[codeInfo: Pass['codeInfo'], code: string | undefined]>([
  [{ $codemsg$: 'M 1', $codevalue$: 'M1' }, 'M1'],
  [{ other: 'X', more: 'Y' }, 'X'],
  [{ other: 1 }, undefined],
  [{}, undefined],
])('cardOf reads the code of %j as %s', (codeInfo, code) => {
  expect(cardOf({ ...pass, codeInfo }).code).toBe(code);
});

test('changedParts names the parts that differ, and no others', () => {
  const after = { ...pass, points: 0, level: 'GOLD', status: 'CLOSED' as const, revision: 5 };
  expect([...changedParts(cardOf(pass), cardOf(after))]).toEqual(['points', 'level', 'status']);
  expect(changedParts(cardOf(after), cardOf(after)).size).toBe(0);
});
