/**
 * From text as editors, secret stores and consoles hand it out to every key in it: PEM blocks, or where there are none, runs
 * of base64. Nothing is repaired: a key is taken only when its DER is whole. The text may come from anywhere, so each
 * regular expression takes linear time on any input.
 */
import { decodeBase64 } from '../crypto/base64.ts';
import { type Der, parseDer } from './der.ts';

/** Line ends as \n or \\n, characters as in JSON and URLs, and a backslash before anything else. */
const escapes = /\\+(?:[nrt]|u00([\da-fA-F]{2}))?|%([\da-fA-F]{2})/g;

/** A text without escapes, blanks and control characters, and with every dash as a hyphen. */
export function plainText(text: string): string {
  return text
    .replace(escapes, (_, json, url = json) => String.fromCharCode(Number.parseInt(url, 16)))
    .replace(/[\s\p{C}]/gu, '')
    .replace(/[\p{Pd}\u2212]/gu, '-'); // what word processors make of two hyphens
}

/** Every key in a text that `plainText` returned, and words for what stands in a key's place. */
export function keysIn(plain: string, depth = 0): (Der | string)[] {
  const found: (Der | string)[] = [];
  // Blocks as in RFC 7468 §2, whatever stands before, between and after them.
  const pieces = plain.split(/-(BEGIN|END)([A-Z\d]+)-/);
  for (let i = 1; i < pieces.length; i += 6) {
    const [begin, label = '', body = '', end, endLabel] = pieces.slice(i, i + 5);
    if (begin + label + end !== `BEGIN${endLabel}END`) return ['PEM that is cut short'];
    found.push(
      label.includes('SSH')
        ? 'a key in OpenSSH format'
        : body.includes('ENCRYPTED') // RFC 1421 §4.6.1.1: Proc-Type
          ? 'an encrypted private key'
          : readDer(body.replaceAll('-', '')),
    );
  }
  if (found.length > 0) return found;

  // Between quotes, after a name, in JSON or YAML: a key is a run of base64 all the same.
  for (const run of plain.split(/[^\w+/-]+/)) {
    const der = readDer(run);
    if (typeof der !== 'string' && der.content.length > 30) found.push(der);
    // Secret stores encode a text in base64 once more; PowerShell makes it UTF-16 before.
    else if (depth < 3) found.push(...keysIn(plainText(new TextDecoder().decode(decodeBase64(run))), depth + 1));
  }
  return found;
}

/** The DER that a text is in base64; a string says what it is instead. */
export function readDer(base64: string): Der | string {
  const bytes = decodeBase64(base64);
  if (!bytes?.length) return 'neither PEM nor whole base64';
  return parseDer(bytes) ?? 'base64 that is cut short or is not DER';
}
