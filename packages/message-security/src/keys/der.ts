/**
 * A strict parser for the few DER structures that hold keys (X.690 §8 and §10): shortest lengths, no bytes left over. Web
 * Crypto's `importKey` does not do this: runtimes disagree on trailing bytes, on PKCS#1 and on exponents.
 */
import { bytesToBigInt } from '../crypto/big-integer.ts';

/** One DER element: its tag, its content, and the parts of a constructed one. */
export interface Der {
  tag: number;
  content: Uint8Array<ArrayBuffer>;
  parts: Der[];
}

export const INTEGER = 0x02;
export const BIT_STRING = 0x03;
export const OCTET_STRING = 0x04;
export const OBJECT_IDENTIFIER = 0x06;
export const SEQUENCE = 0x30;

/**
 * Parses bytes that hold exactly one DER element.
 *
 * @param depth - levels above this element
 * @returns `undefined` for bytes that are not DER, that end too early or go on after the element, or above 12 levels
 */
export function parseDer(bytes: Uint8Array<ArrayBuffer>, depth = 0): Der | undefined {
  const elements = parseElements(bytes, depth);
  return elements?.length === 1 ? elements[0] : undefined;
}

function parseElements(bytes: Uint8Array<ArrayBuffer>, depth: number): Der[] | undefined {
  if (depth > 12) return undefined; // a key needs 4 levels, a certificate 8
  const elements: Der[] = [];
  let at = 0;
  while (at < bytes.length) {
    const tag = bytes[at++] as number;
    let length = bytes[at++];
    if (length === undefined || (tag & 0x1f) === 0x1f) return undefined;
    if (length >= 0x80) {
      let octets = length & 0x7f;
      if (octets === 0 || octets > 3) return undefined;
      length = 0;
      const first = bytes[at];
      while (octets-- > 0) length = length * 256 + (bytes[at++] ?? Number.NaN);
      if (!(length >= 0x80) || first === 0) return undefined; // X.690 §10.1: the shortest form
    }
    if (at + length > bytes.length) return undefined;
    const content = bytes.subarray(at, at + length);
    const parts = tag & 0x20 ? parseElements(content, depth + 1) : [];
    if (parts === undefined) return undefined;
    elements.push({ tag, content, parts });
    at += length;
  }
  return elements;
}

/**
 * The value of a non-negative INTEGER in its shortest form (X.690 §8.3.2).
 *
 * @returns `undefined` for any other element
 */
export function derInteger(element: Der | undefined): bigint | undefined {
  const [first, second = 0x80] = element?.content ?? [];
  if (element?.tag !== INTEGER || first === undefined || first >= 0x80) return undefined;
  if (first === 0 && second < 0x80) return undefined;
  return bytesToBigInt(element.content);
}
