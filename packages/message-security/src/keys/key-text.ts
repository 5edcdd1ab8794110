/**
 * Finds the one key in a text that is wanted, and takes it out of PKCS#8, SPKI or an X.509 certificate. It works for
 * every algorithm. A text without such a key gets a string that says what it is instead.
 */
import { BIT_STRING, type Der, derInteger, INTEGER, OCTET_STRING, SEQUENCE } from './der.ts';
import { keysIn, plainText, readDer } from './pem.ts';

/** A key without its wrapping: which half of a pair it is, and its bytes in the format of its algorithm. */
export interface WrappedKey {
  half: 'private' | 'public';
  content: Uint8Array<ArrayBuffer>;
}

/**
 * The DER of the key of the wanted half in a text. The text may hold the other half or a certificate too, but not
 * several keys of this half.
 *
 * @returns a string that says what the text is instead, if there is no such key or more than one
 */
export function readDerText(text: string, want: 'private' | 'public'): Der | string {
  if (text.length > 65_536) return 'text of more than 64 KiB';
  const plain = plainText(text);
  const found = keysIn(plain);
  const isWanted = ({ tag, parts: [first, second] }: Der): boolean => {
    // A private key begins with its version, one byte; an encrypted one has an OCTET STRING second.
    const isPrivate = first?.content.length === 1 || second?.tag === OCTET_STRING;
    return tag === SEQUENCE && isPrivate === (want === 'private');
  };
  const [key, another] = found.filter((each) => typeof each !== 'string' && isWanted(each));
  if (another !== undefined) return `text with several ${want} keys`;
  // Otherwise the last block: `openssl ecparam` writes one that names the curve before the key.
  return key ?? found.find((each) => typeof each === 'string') ?? found.at(-1) ?? withoutKey(plain);
}

/** Says what a text without a key is. */
function withoutKey(plain: string): Der | string {
  const content = plain.replace(/["'`]/g, '');
  return content === '' ? 'empty' : readDer(content);
}

/**
 * Takes a key out of PKCS#8 (RFC 5208 §5), SPKI or a certificate (RFC 5280 §4.1).
 *
 * @param wrongAlgorithm - says what is wrong with an AlgorithmIdentifier; `undefined` if nothing is
 * @returns a string that says what the DER is instead
 */
export function unwrapDer(
  { tag, parts }: Der,
  wrongAlgorithm: (identifier: Der) => string | undefined,
): WrappedKey | string {
  const [first, second, third] = parts;
  if (tag !== SEQUENCE || first === undefined || second === undefined) return 'DER without a key';
  const version = derInteger(first);
  if (version === 3n) return 'a PKCS#12 file'; // RFC 7292 §4
  if (first.tag === INTEGER && second.tag === SEQUENCE && third?.tag === OCTET_STRING) {
    const extra = parts.slice(3).some((part) => part.tag !== 0xa0); // attributes may follow
    const malformed = version !== 0n || extra;
    return wrongAlgorithm(second) ?? (malformed ? 'malformed PKCS#8' : { half: 'private', content: third.content });
  }
  if (first.tag === SEQUENCE && second.tag === OCTET_STRING) return 'an encrypted private key';
  if (first.tag === SEQUENCE && second.tag === BIT_STRING && parts.length === 2) {
    const malformed = second.content[0] !== 0; // number of unused bits
    const content = second.content.subarray(1);
    return wrongAlgorithm(first) ?? (malformed ? 'malformed SPKI' : { half: 'public', content });
  }
  if (first.tag === SEQUENCE && second.tag === SEQUENCE && third?.tag === BIT_STRING) {
    if (first.parts.length < 6) return 'a certificate request';
    const spki = first.parts[first.parts[0]?.tag === 0xa0 ? 6 : 5]; // after the optional version
    return spki === undefined ? 'a malformed certificate' : unwrapDer(spki, wrongAlgorithm);
  }
  return 'DER without a key';
}
