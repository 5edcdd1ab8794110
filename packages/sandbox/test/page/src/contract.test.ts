import { expect, test } from 'vitest';
import { contractFor } from '../../../page/src/contract.ts';

test('contractFor leaves out what sealing fills, names the pass in the examples, and changes no document', () => {
  const value = { passId: 'P', merchantId: 'M', openId: 'O', templateCode: 'T', status: 'UPDATE' };
  const content = { 'application/json': { examples: { update: { value } } } };
  const parameters = ['Client-Id', 'Signature', 'Encrypt', 'Request-Time', 'X-Other'].map((name) => ({
    name,
    in: 'header',
  }));
  const contract = { paths: { '/update': { post: { parameters, requestBody: { content } } } } };
  const before = structuredClone(contract);
  const { spec, pathMethod } = contractFor(contract, {
    pass: { passId: 'P2', userId: 'U2', templateCode: null },
    now: Date.parse('2030-06-01T00:00:00Z'),
    linked: { value: 'x' },
  });
  expect(contract).toEqual(before);
  expect(pathMethod).toEqual(['/update', 'post']);
  const { post } = spec.paths['/update'] ?? {};
  expect(post?.parameters).toEqual([{ name: 'X-Other', in: 'header' }]);
  const { examples } = post?.requestBody?.content?.['application/json'] ?? {};
  expect(Object.entries(examples ?? {})).toEqual([
    ['linked', { value: 'x' }],
    ['update', { value: { passId: 'P2', merchantId: 'M', userId: 'U2', status: 'UPDATE' } }],
  ]);
});

test.each([
  ['2030-05-31T23:59:59Z', '2031-12-31T23:59:59+08:00'],
  ['2030-06-01T00:00:00Z', '2030-06-01T00:00:00Z'],
  ['2040-01-01T00:00:00Z', '2040-01-01T00:00:00Z'],
])('contractFor turns an endDate of %s into %s, if it is past', (given, expected) => {
  const examples = { update: { value: { endDate: Date.parse(given) } } };
  const contract = { paths: { '/update': { post: { requestBody: { content: { json: { examples } } } } } } };
  const { spec } = contractFor(contract, { now: Date.parse('2030-06-01T00:00:00Z') });
  const [example] = Object.values(spec.paths['/update']?.post?.requestBody?.content?.json?.examples ?? {});
  expect(example?.value).toEqual({ endDate: Date.parse(expected) });
});
