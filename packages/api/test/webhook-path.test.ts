import { expect, test } from 'vitest';
import { webhookPath } from '../src/webhook-path.ts';

test('webhookPath returns the path of a call below the tag', () => {
  expect(webhookPath('noodle-house', 'points/bill/notify')).toBe('/noodle-house/points/bill/notify');
  expect(webhookPath('~a.b_c', 'points/membercard/create')).toBe('/~a.b_c/points/membercard/create');
});

test.each(['', '.', '..', 'a/b', 'a b', '..%2f', '卡', 'a?', 'a\n', undefined])(
  'webhookPath throws TypeError for tag %j',
  (tag) => {
    expect(() => webhookPath(tag as string, 'points/bill/notify')).toThrow(
      new TypeError('tag must be one segment of a path: letters, digits, dots, dashes, underscores or tildes'),
    );
  },
);
