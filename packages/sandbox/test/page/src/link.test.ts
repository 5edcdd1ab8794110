import { expect, test } from 'vitest';
import { formatLink, readLink } from '../../../page/src/link.ts';

test('readLink returns what formatLink was given, and nothing that is malformed', () => {
  const form = {
    body: '{"a":"&=#%+ 金"}',
    encryption: true,
    keyVersion: 'v1',
    tamper: true,
    timeout: 500,
    fault: 'hang',
  };
  expect(readLink(formatLink(form))).toEqual(form);
  expect(readLink(formatLink({ encryption: false, tamper: false, timeout: 10_000 }))).toEqual({ timeout: 10_000 });
  expect(readLink('#keyVersion=a%20b&timeout=-1&body=')).toEqual({});
  expect(readLink('#timeout=Infinity&lang=zh')).toEqual({ language: 'zh' });
});
