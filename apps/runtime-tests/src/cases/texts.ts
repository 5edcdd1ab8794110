/** What a runtime reads out of a text by itself differs: `atob`, `fromBase64`, `Date.parse`. What we read does not. */
import { HeaderInvalid, parseHeader, parseTime } from '@alipayhk-pass/message-security';
import { equal, errorOf } from '../assert.ts';
import type { Test } from '../test.ts';

const base64 = {
  refused: ['A', 'QQ=', 'QUI==', 'QUJD=', 'QQ===', 'QR==', 'QR', 'QUF', 'QUJDR', '=QUJD', 'QQ==QUJD', 'QU\fJD', 'QU*D'],
  accepted: { QQ: [65], 'QQ==': [65], 'Q Q\t= =': [65], QUI: [65, 66], '-_8': [251, 255], '+/8=': [251, 255] },
};

const times = {
  refused: [
    ...['2024-02-30T00:00:00Z', '2023-02-29T00:00:00Z', '2024-05-22T24:00:00Z', '2016-12-31T23:59:60Z'],
    ...['2024-05-22T06:42:21', '2024-05-22 06:42:21Z', '2024-05-22T06:42:21z', '2024-05-22T06:42:21+24:00'],
    ...['+012024-05-22T06:42Z', '-000001-05-22T06:42Z', '2024-05-22T06:42:21.1234567890Z', 'Wed, 22 May 2024 01:12Z'],
  ],
  accepted: {
    '2024-05-22T06:42:21+05:30': 1_716_340_341_000,
    '2024-05-22T06:42:21.5+0530': 1_716_340_341_500,
    '2024-05-22T01:12:21-00:00': 1_716_340_341_000,
    '2024-05-23T01:11:21+23:59': 1_716_340_341_000,
    '0001-01-01T00:00:00Z': -62_135_596_800_000,
  },
};

export function textCases(test: Test): void {
  for (const text of base64.refused) {
    test(`text: ${JSON.stringify(text)} is no base64`, async () => {
      const error = await errorOf(async () => parseHeader('Signature', `signature=${text}`));
      equal(error instanceof HeaderInvalid, true);
    });
  }
  for (const [text, bytes] of Object.entries(base64.accepted)) {
    test(`text: ${JSON.stringify(text)} is base64`, async () => {
      equal([...parseHeader('Signature', `signature=${text}`).value], bytes);
    });
  }
  for (const text of times.refused) {
    test(`text: ${text} is no time`, async () => equal(parseTime(text) ?? 'none', 'none'));
  }
  for (const [text, time] of Object.entries(times.accepted)) {
    test(`text: ${text} is a time`, async () => equal(parseTime(text), time));
  }
}
