/** Instants as a person reads them, in the time of Hong Kong. */
import { type Language, languageTags } from './words/index.ts';

const timeZone = 'Asia/Hong_Kong';

/** Date and time of an instant; `undefined` for a number that is none. */
export function formatInstant(milliseconds: number, language: Language): string | undefined {
  return format(milliseconds, language, { dateStyle: 'medium', timeStyle: 'long', timeZone });
}

/** Date of an instant; `undefined` for a number that is none. */
export function formatDay(milliseconds: number, language: Language): string | undefined {
  return format(milliseconds, language, { dateStyle: 'medium', timeZone });
}

function format(milliseconds: number, language: Language, options: Intl.DateTimeFormatOptions): string | undefined {
  const date = new Date(milliseconds);
  if (Number.isNaN(date.getTime())) return undefined;
  const tag = language === 'zh' ? languageTags.zh : 'en-HK';
  return new Intl.DateTimeFormat(tag, options).format(date);
}
