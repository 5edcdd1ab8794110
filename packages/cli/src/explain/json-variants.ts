/** The same JSON as other libraries write it: what a framework makes of a body that it parses and writes again. */

/** One way of writing. */
interface Style {
  words: string;
  write(value: unknown): string;
}

const layouts: { words: string; indent: string; comma: string; colon: string }[] = [
  { words: 'without blanks', indent: '', comma: ',', colon: ':' },
  { words: 'with blanks after commas and colons, as Python does', indent: '', comma: ', ', colon: ': ' },
  { words: 'with two blanks of indentation', indent: '  ', comma: ',', colon: ': ' },
  { words: 'with four blanks of indentation', indent: '    ', comma: ',', colon: ': ' },
  { words: 'with tabs of indentation', indent: '\t', comma: ',', colon: ': ' },
  { words: 'indented, with a blank before colons', indent: '  ', comma: ',', colon: ' : ' },
];

const escapes: { words: string; escape(text: string): string }[] = [
  { words: '', escape: (text) => text },
  { words: ', with \\u escapes in place of what is not ASCII', escape: (text) => toAscii(text) },
  { words: ', with \\u escapes in capitals', escape: (text) => toAscii(text, true) },
  { words: ', with slashes escaped, as PHP does', escape: (text) => text.replaceAll('/', '\\/') },
  {
    words: ', with slashes and what is not ASCII escaped, as PHP does',
    escape: (text) => toAscii(text).replaceAll('/', '\\/'),
  },
  { words: ', with < > & escaped, as Go does', escape: (text) => text.replace(/[<>&]/g, (each) => `\\u${hex(each)}`) },
  {
    words: ", with < > & = ' escaped, as Gson does",
    escape: (text) => text.replace(/[<>&=']/g, (each) => `\\u${hex(each)}`),
  },
];

const orders: { words: string; change(value: unknown): unknown }[] = [
  { words: '', change: (value) => value },
  { words: ', with its keys sorted', change: sortKeys },
  { words: ', without fields that are null', change: dropNulls },
  { words: ', without fields that are null and with its keys sorted', change: (value) => sortKeys(dropNulls(value)) },
];

/** Every way of writing a JSON text again; none for what is no JSON object or list. */
export function writtenAgain(text: string): { text: string; words: string }[] {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return [];
  }
  if (typeof value !== 'object' || value === null) return [];
  const seen = new Set([text]);
  return styles().flatMap(({ words, write }) => {
    const written = write(value);
    if (seen.has(written)) return [];
    seen.add(written);
    return [{ text: written, words }];
  });
}

function styles(): Style[] {
  return orders.flatMap((order) =>
    layouts.flatMap((layout) =>
      escapes.map(({ words, escape: escaped }) => ({
        words: `${layout.words}${words}${order.words}`,
        write: (value) => write(order.change(value), layout, escaped),
      })),
    ),
  );
}

function write(value: unknown, layout: (typeof layouts)[number], escaped: (text: string) => string, depth = 0): string {
  if (typeof value !== 'object' || value === null)
    return typeof value === 'string' ? escaped(JSON.stringify(value)) : JSON.stringify(value);
  const { indent, comma, colon } = layout;
  const inner = (each: unknown): string => write(each, layout, escaped, depth + 1);
  const [before, after] = Array.isArray(value) ? '[]' : '{}';
  const items = Array.isArray(value)
    ? value.map(inner)
    : Object.entries(value).map(([key, each]) => `${escaped(JSON.stringify(key))}${colon}${inner(each)}`);
  if (items.length === 0) return `${before}${after}`;
  const line = (levels: number): string => (indent ? `\n${indent.repeat(levels)}` : '');
  return `${before}${line(depth + 1)}${items.join(comma + line(depth + 1))}${line(depth)}${after}`;
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const sorted = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([key, each]) => [key, sortKeys(each)]));
}

function dropNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(dropNulls);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, each]) => (each === null ? [] : [[key, dropNulls(each)]])),
  );
}

function toAscii(text: string, capitals = false): string {
  return text.replace(/[\u0080-\uffff]/g, (each) => `\\u${capitals ? hex(each).toUpperCase() : hex(each)}`);
}

const hex = (character: string): string => character.charCodeAt(0).toString(16).padStart(4, '0');
