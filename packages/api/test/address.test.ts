import { expect, test } from 'vitest';
import { checkPrefix, originOf } from '../src/address.ts';

test.each([
  ['https://open.alipay.hk', 'https://open.alipay.hk'],
  ['http://127.0.0.1:8787/', 'http://127.0.0.1:8787'],
  ['HTTPS://OPEN.ALIPAY.HK', 'https://open.alipay.hk'],
  [' https://open.alipay.hk \n', 'https://open.alipay.hk'],
  ['https://open.alipay.hk\\', 'https://open.alipay.hk'],
])('originOf returns the origin in %j', (baseUrl, origin) => {
  expect(originOf(baseUrl)).toBe(origin);
});

test.each([
  '',
  'shop',
  'ftp://shop.example',
  'https://shop.example/path',
  'https://a@shop.example',
  'https://a.example?b',
])('originOf throws TypeError for %j', (baseUrl) => {
  expect(() => originOf(baseUrl)).toThrow(new TypeError('baseUrl must be an origin such as https://open.alipay.hk'));
});

test.each([undefined, '', '/api', '/api/v2'])('checkPrefix accepts %j', (prefix) => {
  expect(() => checkPrefix(prefix)).not.toThrow();
});

test.each(['api', '/', '/api/', '//evil.example', '/a b'])('checkPrefix throws TypeError for %j', (prefix) => {
  expect(() => checkPrefix(prefix)).toThrow(new TypeError('signedPrefix must be a path such as /api'));
});
