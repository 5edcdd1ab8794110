/** The page's own words, by language. The words of Swagger UI and of the spec stay English, and so do the protocol's names. */
import { en, type Words } from './en.ts';
import { zh } from './zh.ts';

export type Language = 'en' | 'zh';

export const words: Record<Language, Words> = { en, zh };

/** For the `lang` attribute. */
export const languageTags: Record<Language, string> = { en: 'en', zh: 'zh-Hant-HK' };
