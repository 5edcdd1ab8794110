/**
 * Prepares received text for an error or a log: cuts it, and replaces control and format characters by U+FFFD, because
 * they can fake a line of a log or hide text.
 *
 * @param text - text as received
 * @param most - greatest length of the result, in UTF-16 units
 * @example
 * ```ts
 * import { printable } from '@alipayhk-pass/message-security';
 *
 * console.log(printable('two\nlines', 6)); // two�li
 * ```
 */
export function printable(text: string, most: number): string {
  return text.slice(0, most).replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '\ufffd');
}
