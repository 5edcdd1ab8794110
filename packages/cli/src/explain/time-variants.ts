/** The same moment in other words, and other moments that a signature may cover by mistake. */
import { parseTime } from '@alipayhk-pass/message-security';
import { textVariant, type Variant } from './variant.ts';

/**
 * @param time - as received
 * @param others - other times of the exchange, by the names of their headers
 */
export function timeVariants(time: string, others: Record<string, string | undefined>): Variant[] {
  const of = (value: string | undefined, cause: string, words: string) =>
    textVariant('time', time, value, cause, words);
  return [
    ...Object.entries(others).flatMap(([name, value]) =>
      of(value, 'time-of-another-header', `the signature covers ${name}, not the time of this message`),
    ),
    ...of(time.replace(' ', '+'), 'time-plus-blank', 'the + of the time was turned into a blank on its way'),
    ...of(time.replace('+', ' '), 'time-plus-blank', 'the signature covers the time with its + turned into a blank'),
    ...of(encodeURIComponent(time), 'time-encoded', 'the signature covers the time percent-encoded'),
    ...of('', 'time-missing', 'the signature covers no time'),
    ...formats(time).flatMap((value) =>
      of(value, 'time-reformatted', `the signature covers the same moment in another form: ${value}`),
    ),
    ...neighbours(time).flatMap(([value, seconds]) =>
      of(
        value,
        'time-taken-twice',
        `the signature covers a time ${Math.abs(seconds)} s ${seconds > 0 ? 'later' : 'earlier'}: the clock was read twice`,
      ),
    ),
  ];
}

/** As other libraries write the moment. */
function formats(text: string): string[] {
  const instant = parseTime(text.replace(' ', '+'));
  if (instant === undefined) return [];
  const milliseconds = instant % 1000;
  const fractions = [...new Set(['', '.000', `.${String(milliseconds).padStart(3, '0')}`])];
  const local = (minutes: number): string => new Date(instant + minutes * 60_000).toISOString().slice(0, 19);
  const utc = fractions.flatMap((each) => [`${local(0)}${each}Z`, `${local(0)}${each}`]);
  const zoned = zones().flatMap(({ minutes, colon, plain }) =>
    fractions.flatMap((each) => [
      `${local(minutes)}${each}${colon}`,
      `${local(minutes)}${each}${plain}`,
      `${local(minutes).replace('T', ' ')}${each}`,
      `${local(minutes)}${each}`,
    ]),
  );
  return [...utc, ...zoned, String(instant), String(Math.floor(instant / 1000))];
}

/** Every offset that a clock on Earth shows, in whole and half hours. */
function zones(): { minutes: number; colon: string; plain: string }[] {
  return Array.from({ length: 53 }, (_, index) => {
    const minutes = (index - 24) * 30;
    const hours = String(Math.floor(Math.abs(minutes) / 60)).padStart(2, '0');
    const rest = String(Math.abs(minutes) % 60).padStart(2, '0');
    const sign = minutes < 0 ? '-' : '+';
    return { minutes, colon: `${sign}${hours}:${rest}`, plain: `${sign}${hours}${rest}` };
  });
}

/** Times a few seconds away, in the form received. */
function neighbours(text: string): [value: string, seconds: number][] {
  const [, local, rest = ''] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(.*)$/.exec(text) ?? [];
  const moment = local === undefined ? Number.NaN : Date.parse(`${local}Z`);
  if (Number.isNaN(moment)) return [];
  return [-1, 1, -2, 2, -3, 3, -4, 4, -5, 5].map((seconds) => [
    new Date(moment + seconds * 1000).toISOString().slice(0, 19) + rest,
    seconds,
  ]);
}
