/**
 * Request-Time and Response-Time: ISO-8601 with a zone (A10). The header is signed as text, so a received time is
 * parsed only for its check, and is never formatted again.
 */
import { TimeNotAccepted } from '../errors.ts';

/**
 * Formats a time for the header, in whole seconds: `2024-05-22T06:42:21+08:00`.
 *
 * @param time - milliseconds since the epoch; a fraction of a second is cut off
 * @param zone - offset from UTC; `+08:00` unless given
 * @throws TypeError for a zone of another form, or a time outside the years 0 to 9999
 * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a10 A10}
 * @example
 * ```ts
 * import { formatTime } from '@alipayhk-pass/message-security';
 *
 * console.log(formatTime(1_716_331_341_000)); // 2024-05-22T06:42:21+08:00
 * ```
 */
export function formatTime(time: number, zone = '+08:00'): string {
  const midnight = /^[+-]..:..$/.test(zone) ? parseTime(`1970-01-01T00:00:00${zone}`) : undefined;
  if (midnight === undefined) throw new TypeError('zone must be an offset such as +08:00');
  const local = new Date(time - midnight);
  const year = local.getUTCFullYear();
  if (!(year >= 0 && year < 10_000)) throw new TypeError('now must be milliseconds since the epoch');
  return local.toISOString().slice(0, 19) + zone;
}

const iso = /^(\d.{18})(?:\.(\d{1,9}))?(?:Z|([+-](?:[01]\d|2[0-3])):?([0-5]\d))$/;

/**
 * Parses the time of a header. The zone may be `+05:30`, `+0530` or `Z`; seconds may have a fraction. The zone is
 * required: it also marks the end of the time in the content to be signed, where a dot follows it.
 *
 * @param text - the header, verbatim
 * @returns milliseconds since the epoch; `undefined` for another form, or for a day or hour that does not exist
 * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a10 A10}
 * @example
 * ```ts
 * import { parseTime } from '@alipayhk-pass/message-security';
 *
 * console.log(parseTime('2024-05-22T06:42:21+08:00'), parseTime('2024-05-22')); // 1716331341000 undefined
 * ```
 */
export function parseTime(text: string): number | undefined {
  const [, local = '', fraction = '0', hours = '+00', minutes = '00'] = iso.exec(text) ?? [];
  // Date.parse accepts other forms too, and turns 30 February into 1 March; the round trip refuses both.
  if (new Date(`${local}Z`).toJSON()?.slice(0, 19) !== local) return undefined;
  return Date.parse(`${local}${hours}:${minutes}`) + Number(`0.${fraction}`) * 1000;
}

/**
 * Refuses a time that is further than `tolerance` seconds from `now`.
 *
 * @param header - name of the header
 * @param text - the header, verbatim
 * @param time - the same time in milliseconds since the epoch
 * @param now - time of this clock, in milliseconds since the epoch
 * @param tolerance - in seconds
 * @throws TimeNotAccepted
 */
export function checkTime(header: string, text: string, time: number, now: number, tolerance: number): void {
  const milliseconds = Math.abs(now - time);
  if (milliseconds <= tolerance * 1000) return;
  // Rounded up: otherwise 300.4 s would read as 300 s, which is accepted.
  throw new TimeNotAccepted(header, text, tolerance, Math.sign(now - time) * Math.ceil(milliseconds / 1000));
}
