/**
 * Request-Time and Response-Time: ISO-8601 with a zone (A10). The header's string is what gets signed, so it is
 * parsed only to be judged and is never re-formatted.
 */
import { TimeNotAccepted } from './errors.ts';

/**
 * Milliseconds since the epoch as the header writes them, in whole seconds: `2024-05-22T06:42:21+08:00`.
 *
 * @param zone - offset from UTC, as `+08:00`
 * @throws TypeError when `zone` is no such offset or `time` is no time
 */
export function formatTime(time: number, zone = '+08:00'): string {
  const [, sign, hours, minutes] = /^([+-])([01]\d|2[0-3]):([0-5]\d)$/.exec(zone) ?? [];
  if (sign === undefined) throw new TypeError(`zone: expected an offset as +08:00, received ${JSON.stringify(zone)}`);
  const offset = (sign === '-' ? -60_000 : 60_000) * (Number(hours) * 60 + Number(minutes));
  const local = time + offset;
  if (!(local >= Date.parse('0000-01-01T00:00:00Z') && local < Date.UTC(10_000, 0))) {
    throw new TypeError('now: expected milliseconds since the epoch, in a year of four digits');
  }
  return new Date(local).toISOString().slice(0, 19) + zone;
}

const iso = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])([01]\d|2[0-3]):?([0-5]\d))$/;

/**
 * Milliseconds since the epoch of a header's time. Accepts `+05:30`, `+0530`, `Z` and fractional seconds.
 *
 * That a zone is required also fixes where the time ends in the content to be signed, whose parts are joined by dots.
 *
 * @returns `undefined` for anything else, days and hours that do not exist included
 */
export function parseTime(text: string): number | undefined {
  const [, local, fraction = '', sign, hours, minutes] = iso.exec(text) ?? [];
  if (local === undefined) return undefined;
  const utc = Date.parse(`${local}Z`);
  // Date.parse may roll 30 February over to March; the round trip does not.
  if (Number.isNaN(utc) || new Date(utc).toISOString().slice(0, 19) !== local) return undefined;
  const offset = sign === undefined ? 0 : (sign === '-' ? -60_000 : 60_000) * (Number(hours) * 60 + Number(minutes));
  return utc - offset + Number(`0.${fraction || 0}`) * 1000;
}

/**
 * Refuses a time that has no valid form, or that is further than `tolerance` seconds from `now`.
 *
 * @param now - this clock, in milliseconds since the epoch
 * @throws TimeNotAccepted
 */
export function checkTime(header: string, text: string, now: number, tolerance: number): void {
  const time = parseTime(text);
  if (time === undefined) throw new TimeNotAccepted(header, text, tolerance);
  const milliseconds = Math.abs(now - time);
  if (milliseconds <= tolerance * 1000) return;
  // Rounded up, lest 300.4 s read as within 300.
  throw new TimeNotAccepted(header, text, tolerance, Math.sign(now - time) * Math.ceil(milliseconds / 1000));
}
