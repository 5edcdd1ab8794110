/** The body in other bytes: what editors, frameworks, proxies and charsets make of one. */

import { createHash } from 'node:crypto';
import { parseJson } from '../json.ts';
import { pieces, withoutEnd } from '../text.ts';
import { writtenAgain } from './json-variants.ts';
import { bodyVariant, type Variant } from './variant.ts';

const bom = Buffer.from([0xef, 0xbb, 0xbf]);

/** Bodies that the signature may cover instead of the one received. */
export interface KnownBodies {
  /** Decrypted from the message. */
  decrypted?: Uint8Array | undefined;
  /** Given by the caller: as its program had it. */
  plain?: Uint8Array | undefined;
}

export function bodyVariants(received: Uint8Array, { decrypted, plain }: KnownBodies): Variant[] {
  const bytes = Buffer.from(received);
  const text = bytes.toString();
  const isText = Buffer.from(text).equals(bytes);
  const of = (value: string | Uint8Array | undefined, cause: string, words: string) =>
    bodyVariant(received, value === undefined ? undefined : Buffer.from(value as string), cause, words);
  const hasBom = bytes.subarray(0, 3).equals(bom);
  return [
    ...of(
      decrypted,
      'encrypted-after-signing',
      'the body was signed in plain and then encrypted; expected the other way round',
    ),
    ...of(plain, 'body-other', 'the signature covers the body of --plain, which is not the one received'),
    ...(hasBom
      ? of(bytes.subarray(3), 'body-bom', 'the body was sent with a byte-order mark that the signature does not cover')
      : of(
          Buffer.concat([bom, bytes]),
          'body-bom',
          'the signature covers a byte-order mark before the body, which was not sent',
        )),
    ...base64Variants(text, of),
    ...lineEnds(text, of),
    ...of(
      text.replaceAll(' ', '+'),
      'body-plus-blank',
      'each + of the body was turned into a blank on its way, as in a form',
    ),
    ...of(
      text.replaceAll('+', ' '),
      'body-plus-blank',
      'the signature covers the body with each + turned into a blank',
    ),
    ...of(decoded(text), 'body-percent-encoded', 'the body was percent-encoded after it was signed'),
    ...of(
      decoded(text.replaceAll('+', ' ')),
      'body-percent-encoded',
      'the body was encoded as a form after it was signed',
    ),
    ...of(encodeURIComponent(text), 'body-percent-encoded', 'the signature covers the body percent-encoded'),
    ...writtenAgain(text).flatMap((each) =>
      of(
        each.text,
        'body-reserialised',
        `the body was written anew after it was signed; the signature covers it ${each.words}`,
      ),
    ),
    ...of(JSON.stringify(text), 'body-json-string', 'the signature covers the body as a JSON string of JSON'),
    ...of(parsedString(text), 'body-json-string', 'the body was sent as a JSON string of the JSON that was signed'),
    ...of('', 'body-empty', 'the signature covers an empty body: the body was read before, or not yet set'),
    ...['{}', 'null', 'undefined', '[object Object]'].flatMap((each) =>
      of(each, 'body-empty', `the signature covers ${each} in place of the body`),
    ),
    ...(isText ? charsets(text, of) : []),
    ...['hex', 'base64'].flatMap((form) =>
      of(
        createHash('sha256')
          .update(bytes)
          .digest(form as 'hex'),
        'body-digest',
        `the signature covers the body's SHA-256 in ${form}, not the body`,
      ),
    ),
  ];
}

type Make = (value: string | Uint8Array | undefined, cause: string, words: string) => Variant[];

function lineEnds(text: string, of: Make): Variant[] {
  const without = withoutEnd(text, '\r\n');
  const cause = 'body-trailing-newline';
  return [
    ...(without === text
      ? []
      : of(without, cause, 'the body was sent with a line feed at its end that the signature does not cover')),
    ...['\n', '\r\n'].flatMap((each) =>
      of(
        without + each,
        cause,
        `the signature covers ${each === '\n' ? 'a line feed' : 'CRLF'} at the end of the body, which was not sent so`,
      ),
    ),
    ...of(text.replaceAll('\r\n', '\n'), 'body-crlf', 'the body was sent with CRLF; the signature covers it with LF'),
    ...of(
      text.replaceAll('\r\n', '\n').replaceAll('\n', '\r\n'),
      'body-crlf',
      'the body was sent with LF; the signature covers it with CRLF',
    ),
    ...of(text.replace(/[\r\n]/g, ''), 'body-line-feeds', 'the signature covers the body without its line feeds'),
    ...of(text.trim(), 'body-trimmed', 'the signature covers the body without the blanks around it'),
  ];
}

function base64Variants(text: string, of: Make): Variant[] {
  const digits = text.replace(/\s/g, '');
  if (!/^[A-Za-z0-9+/_-]+=*$/.test(digits)) {
    return of(Buffer.from(text).toString('base64'), 'body-base64', 'the signature covers the body in base64');
  }
  const wrapped = (width: number, end: string): string => pieces(digits, width).join(end);
  const lines = [64, 76].flatMap((width) =>
    ['\n', '\r\n'].flatMap((end) => [wrapped(width, end), wrapped(width, end) + end]),
  );
  const cause = 'body-base64-lines';
  const url = digits.replaceAll('+', '-').replaceAll('/', '_');
  return [
    ...lines.flatMap((each) =>
      of(each, cause, 'the signature covers the base64 of the body with line feeds, which were not sent'),
    ),
    ...of(digits, cause, 'the base64 of the body was sent with line feeds that the signature does not cover'),
    ...of(url, 'body-base64-variant', 'the signature covers the body in base64url'),
    ...of(withoutEnd(url, '='), 'body-base64-variant', 'the signature covers the body in base64url without padding'),
    ...of(
      digits.replaceAll('-', '+').replaceAll('_', '/'),
      'body-base64-variant',
      'the body was sent in base64url; the signature covers it in standard base64',
    ),
    ...of(
      withoutEnd(digits, '='),
      'body-base64-variant',
      'the signature covers the base64 of the body without padding',
    ),
    ...of(Buffer.from(digits, 'base64'), 'body-base64', 'the signature covers the bytes, not the base64 that was sent'),
  ];
}

function charsets(text: string, of: Make): Variant[] {
  if (!/[^\0-\x7f]/.test(text)) return [];
  const cause = 'body-charset';
  return [
    ...of(
      text.replace(/[^\0-\x7f]/gu, '?'),
      cause,
      'the signature covers ? for each character that is not ASCII: the body was turned into bytes in another charset',
    ),
    ...of(
      Buffer.from(Buffer.from(text).toString('latin1')),
      cause,
      'the signature covers the body encoded in UTF-8 twice',
    ),
    ...of(Buffer.from(text, 'latin1'), cause, 'the signature covers the body in ISO-8859-1'),
    ...of(Buffer.from(text, 'utf16le'), cause, 'the signature covers the body in UTF-16'),
    ...['gbk', 'big5'].flatMap((label) =>
      of(encodedIn(label, text), cause, `the signature covers the body in ${label.toUpperCase()}`),
    ),
    ...(['NFC', 'NFD'] as const).flatMap((form) =>
      of(text.normalize(form), cause, `the signature covers the body in Unicode's form ${form}`),
    ),
  ];
}

/** Encoding is not in the platform; decoding every pair of bytes gives its table. */
function encodedIn(label: string, text: string): Uint8Array | undefined {
  const pairs: Buffer[] = [];
  for (let lead = 0x81; lead < 0xff; lead++) {
    for (let trail = 0x40; trail < 0xff; trail++) pairs.push(Buffer.from([lead, trail]));
  }
  const lines = new TextDecoder(label)
    .decode(Buffer.concat(pairs.flatMap((pair) => [pair, Buffer.from('\n')])))
    .split('\n');
  const table = new Map(
    lines.flatMap((line, index): [string, Buffer][] => (line.length === 1 ? [[line, pairs[index] as Buffer]] : [])),
  );
  const bytes = [...text].map((each) => (each < '\x80' ? Buffer.from(each) : table.get(each)));
  return bytes.includes(undefined) ? undefined : Buffer.concat(bytes as Buffer[]);
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function parsedString(text: string): string | undefined {
  const value = parseJson(text);
  return typeof value === 'string' ? value : undefined;
}
