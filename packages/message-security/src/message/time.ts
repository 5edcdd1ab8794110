/**
 * Request-Time and Response-Time: ISO-8601 with a zone (A10). The header's string is what gets signed, so it is
 * parsed only to be judged and is never re-formatted.
 */
import { TimeNotAccepted } from '../errors.ts';

/**
 * Milliseconds since the epoch as the header writes them, in whole seconds: `2024-05-22T06:42:21+08:00`.
 *
 * @param zone - offset from UTC, as `+08:00`
 * @throws TypeError when `zone` is no such offset or `time` is no time
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
 * Milliseconds since the epoch of a header's time. Accepts `+05:30`, `+0530`, `Z` and fractional seconds.
 *
 * That a zone is required also fixes where the time ends in the content to be signed, whose parts are joined by dots.
 *
 * @returns `undefined` for anything else, days and hours that do not exist included
 */
export function parseTime(text: string): number | undefined {
  const [, local = '', fraction = '0', hours = '+00', minutes = '00'] = iso.exec(text) ?? [];
  // Date.parse takes other forms too, and may roll 30 February over to March; the round trip does not.
  if (new Date(`${local}Z`).toJSON()?.slice(0, 19) !== local) return undefined;
  return Date.parse(`${local}${hours}:${minutes}`) + Number(`0.${fraction}`) * 1000;
}

/**
 * Refuses a time that is further than `tolerance` seconds from `now`.
 *
 * @param text - the header's string
 * @param time - what it says, in milliseconds since the epoch
 * @param now - this clock, in milliseconds since the epoch
 * @throws TimeNotAccepted
 */
export function checkTime(header: string, text: string, time: number, now: number, tolerance: number): void {
  const milliseconds = Math.abs(now - time);
  if (milliseconds <= tolerance * 1000) return;
  // Rounded up, lest 300.4 s read as within 300.
  throw new TimeNotAccepted(header, text, tolerance, Math.sign(now - time) * Math.ceil(milliseconds / 1000));
}
