/** Texts cut by position: a regular expression with a repetition before its end takes more than linear time. */

/** The text in pieces of `width` characters, the last one shorter. */
export function pieces(text: string, width: number): string[] {
  return Array.from({ length: Math.ceil(text.length / width) }, (_, i) => text.slice(i * width, (i + 1) * width));
}

/** The text without those of the given characters that stand at its end. */
export function withoutEnd(text: string, characters: string): string {
  let end = text.length;
  while (end > 0 && characters.includes(text[end - 1] as string)) end--;
  return text.slice(0, end);
}
