/** How the demo prints: a heading for each step, and rows of a label and a value that is wrapped beside it. */
import { styleText } from 'node:util';

const labelWidth = 22;
/** Lines of at most 84 characters, which end after a comma or a blank where there is one. */
const wrapped = /.{1,84}(?:(?<=[, ])|$)|.{1,84}/gu;

/** A step begins. */
export function heading(text: string): void {
  console.log(`\n${styleText('bold', text)}`);
}

/** Part of a step. */
export function subheading(text: string): void {
  console.log(`  ── ${text}`);
}

/** One thing that was seen; coloured only where a person looks at it. */
export function row(label: string, value: string, colour?: 'cyan' | 'green'): void {
  const lines = value.split('\n').flatMap((line) => line.match(wrapped) ?? ['']);
  lines.forEach((line, index) => {
    console.log(`  ${(index === 0 ? label : '').padEnd(labelWidth)}${colour ? styleText(colour, line) : line}`);
  });
}

/** Control characters as their pictures: a line feed shows as ␊ before the line ends. */
export function visible(text: string): string {
  return text.replace(/\p{Cc}/gu, (control) => {
    const code = control.charCodeAt(0);
    return `${String.fromCharCode(code === 0x7f ? 0x2421 : 0x2400 + code)}${control === '\n' ? '\n' : ''}`;
  });
}

/** Long base64, cut in the middle, with its length. */
export function shorten(text: string): string {
  return text.length <= 72 ? text : `${text.slice(0, 40)}…${text.slice(-12)} (${text.length} characters)`;
}
