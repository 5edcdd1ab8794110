/** The page's own words, by language. Swagger UI's words and the spec's stay English; the protocol's names are names. */
import { en, type Words } from './en.ts';
import { zh } from './zh.ts';

export type Language = 'en' | 'zh';

export const words: Record<Language, Words> = { en, zh };

/** For the `lang` attribute. */
export const languageTags: Record<Language, string> = { en: 'en', zh: 'zh-Hant-HK' };
