import { expect, test } from 'vitest';
import { formatTime, parseTime, TimeNotAccepted } from '../../src/index.ts';
import { checkTime } from '../../src/message/time.ts';
import { instant, refusalOf } from '../fixture.ts';

test.each([
  ['nothing', ''],
  ['a date alone', '2024-05-22'],
  ['no zone', '2024-05-22T06:42:21'],
  ['no zone after a fraction', '2024-05-22T06:42:21.123'],
  ['no seconds', '2024-05-22T06:42+05:30'],
  ['a blank for the T', '2024-05-22 06:42:21+05:30'],
  ['a lower-case t', '2024-05-22t06:42:21+05:30'],
  ['a lower-case z', '2024-05-22T06:42:21z'],
  ['a zone of two digits', '2024-05-22T06:42:21+05'],
  ['a zone of three digits', '2024-05-22T06:42:21+530'],
  ['a zone with seconds', '2024-05-22T06:42:21+05:30:00'],
  ['a zone without a sign', '2024-05-22T06:42:2105:30'],
  ['a minus sign that is not a hyphen', '2024-05-22T06:42:21−05:30'],
  ['a zone by name', '2024-05-22T06:42:21[Asia/Hong_Kong]'],
  ['two zones', '2024-05-22T06:42:21Z+00:00'],
  ['an offset of 24 hours', '2024-05-22T06:42:21+24:00'],
  ['an offset of 60 minutes', '2024-05-22T06:42:21+05:60'],
  ['an offset of 99 hours', '2024-05-22T06:42:21-99:00'],
  ['30 February', '2024-02-30T00:00:00Z'],
  ['29 February of a common year', '2023-02-29T00:00:00Z'],
  ['29 February of 1900', '1900-02-29T00:00:00Z'],
  ['31 April', '2024-04-31T00:00:00Z'],
  ['32 May', '2024-05-32T00:00:00Z'],
  ['day 0', '2024-05-00T00:00:00Z'],
  ['month 0', '2024-00-22T00:00:00Z'],
  ['month 13', '2024-13-22T00:00:00Z'],
  ['24:00', '2024-05-22T24:00:00Z'],
  ['hour 25', '2024-05-22T25:00:00Z'],
  ['minute 60', '2024-05-22T06:60:00Z'],
  ['a leap second', '2016-12-31T23:59:60Z'],
  ['second 61', '2024-05-22T06:42:61Z'],
  ['a fraction without digits', '2024-05-22T06:42:21.Z'],
  ['a fraction of ten digits', '2024-05-22T06:42:21.1234567890Z'],
  ['a fraction after a comma', '2024-05-22T06:42:21,123Z'],
  ['a year of two digits', '24-05-22T06:42:21Z'],
  ['a year of six digits', '+002024-05-22T06:42:21Z'],
  ['a year of six digits and no seconds', '+012024-05-22T06:42Z'],
  ['a negative year', '-000001-05-22T06:42Z'],
  ['a month of one digit', '2024-5-22T06:42:21Z'],
  ['the basic form', '20240522T064221Z'],
  ['a week date', '2024-W21-3T06:42:21Z'],
  ['milliseconds since the epoch', '1716340341000'],
  ['the form of HTTP', 'Wed, 22 May 2024 01:12:21 GMT'],
  ['a blank before', ' 2024-05-22T06:42:21Z'],
  ['a blank after', '2024-05-22T06:42:21Z '],
  ['a line feed after', '2024-05-22T06:42:21Z\n'],
  ['text after', '2024-05-22T06:42:21Z.{}'],
  ['digits of another script', '２０２４-05-22T06:42:21Z'],
])('parseTime returns undefined for %s', (_, text) => {
  expect(parseTime(text)).toBeUndefined();
});

test.each([
  ['2024-05-22T06:42:21+05:30', 'the sample of AlipayHK’s page'],
  ['2024-05-22T06:42:21+0530', 'an offset without its colon'],
  ['2024-05-22T01:12:21Z', 'UTC'],
  ['2024-05-22T01:12:21+00:00', 'UTC as an offset'],
  ['2024-05-22T01:12:21-00:00', 'UTC as a negative offset'],
  ['2024-05-22T01:12:21+0000', 'UTC as an offset without its colon'],
  ['2024-05-22T09:12:21+08:00', 'Hong Kong'],
  ['2024-05-21T20:12:21-05:00', 'the day before, west of Greenwich'],
  ['2024-05-23T00:12:21+23:00', 'the day after, at the last hour of an offset'],
  ['2024-05-22T01:12:21.0Z', 'a fraction of 0'],
  ['2024-05-22T01:12:21.000000000Z', 'a fraction of nine zeros'],
])('parseTime reads %s: %s', (text) => {
  expect(parseTime(text)).toBe(instant);
});

test.each([
  ['2024-05-22T06:42:21.5+05:30', 500],
  ['2024-05-22T06:42:21.12+0530', 120],
  ['2024-05-22T01:12:21.123Z', 123],
  ['2024-05-22T01:12:21.123456Z', 123.456],
  ['2024-05-22T01:12:21.123456789Z', 123.456789],
  ['2024-05-22T01:12:21.999999999Z', 999.999999],
])('parseTime reads %s, a fraction of %d ms', (text, milliseconds) => {
  expect((parseTime(text) as number) - instant).toBeCloseTo(milliseconds, 2);
});

test('parseTime reads leap days and the last second of a year', () => {
  for (const text of ['2024-02-29T00:00:00Z', '2000-02-29T23:59:59Z', '2024-12-31T23:59:59Z', '1970-01-01T00:00:00Z']) {
    expect(parseTime(text)).toBe(Date.parse(text));
  }
});

test.each([
  '',
  'Z',
  '+0800',
  '+8:00',
  '08:00',
  '+24:00',
  '+08:60',
  '+08:00 ',
  '+08:00\n',
  'Asia/Hong_Kong',
  '−08:00',
  '.1234Z',
])('formatTime throws TypeError for the zone %j', (zone) => {
  expect(() => formatTime(instant, zone)).toThrow(TypeError);
  expect(() => formatTime(instant, zone)).toThrow(/^zone must be an offset such as \+08:00$/);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 9e15, -9e15])(
  'formatTime throws TypeError for the time %d',
  (time) => {
    expect(() => formatTime(time)).toThrow(TypeError);
    expect(() => formatTime(time)).toThrow('now must be milliseconds since the epoch');
  },
);

test('formatTime throws TypeError for a year outside 0 to 9999', () => {
  expect(() => formatTime(instant * 1000)).toThrow(TypeError);
  expect(() => formatTime(Date.parse('-000001-12-31T00:00:00Z'))).toThrow(TypeError);
});

test.each([
  [undefined, '2024-05-22T09:12:21+08:00'],
  ['+08:00', '2024-05-22T09:12:21+08:00'],
  ['+05:30', '2024-05-22T06:42:21+05:30'],
  ['+00:00', '2024-05-22T01:12:21+00:00'],
  ['-00:30', '2024-05-22T00:42:21-00:30'],
  ['-09:30', '2024-05-21T15:42:21-09:30'],
  ['+23:59', '2024-05-23T01:11:21+23:59'],
])('formatTime with the zone %s writes %s', (zone, text) => {
  expect(formatTime(instant, zone)).toBe(text);
});

test('formatTime cuts off milliseconds and does not round them', () => {
  expect(formatTime(instant + 999, '+00:00')).toBe('2024-05-22T01:12:21+00:00');
});

test('parseTime reads what formatTime wrote as the same second, in every zone', () => {
  for (let minutes = -1439; minutes <= 1439; minutes += 37) {
    const [hours, rest] = [Math.trunc(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
    const zone = `${minutes < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(rest).padStart(2, '0')}`;
    const time = instant + minutes * 7_654_321;
    expect(parseTime(formatTime(time, zone))).toBe(Math.floor(time / 1000) * 1000);
  }
});

/** The error for the time `instant` when the clock is at `now`. */
const refusalAt = (now: number, tolerance = 300) =>
  refusalOf(() => checkTime('Request-Time', '2024-05-22T01:12:21Z', instant, now, tolerance));

test('checkTime throws TimeNotAccepted with a positive skew for a time too far in the past', async () => {
  const refusal = await refusalAt(instant + 301_000);
  expect(refusal).toBeInstanceOf(TimeNotAccepted);
  expect(refusal).toMatchObject({ code: 'TimeNotAccepted', time: '2024-05-22T01:12:21Z', skew: 301, tolerance: 300 });
  expect(refusal.message).toBe('Request-Time is 301 s behind this clock; expected within 300 s');
});

test('checkTime throws TimeNotAccepted with a negative skew for a time too far in the future', async () => {
  const refusal = await refusalAt(instant - 3_600_000);
  expect(refusal).toMatchObject({ code: 'TimeNotAccepted', skew: -3600 });
  expect(refusal.message).toBe('Request-Time is 3600 s ahead of this clock; expected within 300 s');
});

test('checkTime accepts a distance of exactly the tolerance and refuses one millisecond more', async () => {
  for (const tolerance of [1, 300, 86_400]) {
    for (const direction of [1, -1]) {
      const limit = instant + direction * tolerance * 1000;
      expect(() => checkTime('Request-Time', '', instant, limit, tolerance)).not.toThrow();
      expect(await refusalAt(limit + direction, tolerance)).toMatchObject({ code: 'TimeNotAccepted' });
    }
  }
});

test('checkTime throws TimeNotAccepted when the clock is not a number', async () => {
  expect(await refusalAt(Number.NaN)).toMatchObject({ code: 'TimeNotAccepted' });
});

test('checkTime rounds the skew away from zero', async () => {
  expect(await refusalAt(instant + 300_400)).toMatchObject({ skew: 301 });
  expect(await refusalAt(instant - 300_400)).toMatchObject({ skew: -301 });
});
