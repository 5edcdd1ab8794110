/**
 * Finds every key in a text as editors, secret stores and consoles give it: PEM blocks or, if there are none, runs of
 * base64. Nothing is repaired: a key counts only when its DER is complete. The text may be from anybody, so every
 * regular expression takes linear time.
 */
import { decodeBase64 } from '../crypto/base64.ts';
import { type Der, parseDer } from './der.ts';

/** Escapes: line ends as \n or \\n, characters as in JSON or URLs, and a backslash before any other character. */
const escapes = /\\+(?:[nrt]|u00([\da-fA-F]{2}))?|%([\da-fA-F]{2})/g;

/** Removes escapes, blanks and control characters from a text, and makes every dash a hyphen. */
export function plainText(text: string): string {
  return text
    .replace(escapes, (_, json, url = json) => String.fromCharCode(Number.parseInt(url, 16)))
    .replace(/[\s\p{C}]/gu, '')
    .replace(/[\p{Pd}\u2212]/gu, '-'); // word processors turn two hyphens into a dash
}

/**
 * Every key in a text, and for every block that is not a key a string that says what it is.
 *
 * @param plain - as `plainText` returns it
 * @param depth - how many layers of base64 were removed
 */
export function keysIn(plain: string, depth = 0): (Der | string)[] {
  const found: (Der | string)[] = [];
  // PEM blocks (RFC 7468 §2), with any text before, between and after them.
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

  // A key is a run of base64, whether in quotes, after a name, in JSON or in YAML.
  for (const run of plain.split(/[^\w+/-]+/)) {
    const der = readDer(run);
    if (typeof der !== 'string' && der.content.length > 30) found.push(der);
    // Secret stores encode a text in base64 once more; PowerShell converts it to UTF-16 first.
    else if (depth < 3) found.push(...keysIn(plainText(new TextDecoder().decode(decodeBase64(run))), depth + 1));
  }
  return found;
}

/** Decodes base64 and parses the DER in it; returns a string that says what the text is instead. */
export function readDer(base64: string): Der | string {
  const bytes = decodeBase64(base64);
  if (!bytes?.length) return 'neither PEM nor whole base64';
  return parseDer(bytes) ?? 'base64 that is cut short or is not DER';
}
