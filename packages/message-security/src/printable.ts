/**
 * Received text, made fit for an error, a log or an event: control and format characters, which could fake lines of a log
 * or hide text, become U+FFFD, and what is longer than `most` is cut.
 *
 * @param text - as received
 * @param most - in UTF-16 units
 */
export function printable(text: string, most: number): string {
  return text.slice(0, most).replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '\ufffd');
}
