/**
 * From a key's text to the key inside, whatever its algorithm: PEM or bare base64, then what is wrapped around the key
 * (PKCS#8, SPKI, an X.509 certificate), and words for what a text is instead. Keys of every algorithm are read by this.
 */
import { decodeBase64 } from '../crypto/base64.ts';
import { BIT_STRING, type Der, derInteger, INTEGER, OCTET_STRING, parseDer, SEQUENCE } from './der.ts';

/** Which half of a pair, and its bytes in the form of its algorithm. */
export interface WrappedKey {
  half: 'private' | 'public';
  content: Uint8Array<ArrayBuffer>;
}

/** The DER in a text; a string says what the text is instead. */
export function readDerText(text: string): Der | string {
  if (text.length > 65_536) return 'text of more than 64 KiB';
  // Environment variables carry line ends as \n, or doubly escaped as \\n. A run of backslashes is matched once as a
  // whole: matching from each of them in turn takes quadratic time.
  const plain = text.replace(/\\+([nr]?)/g, (run, end) => (end ? '' : run)).trim();
  const [, label, inside] = /^-----BEGIN ([A-Z0-9 ]+)-----((?:(?!-----).)*)-----END \1-----$/s.exec(plain) ?? [];
  if (label === undefined && plain.includes('-----')) return 'PEM that is cut short or holds more than one block';
  if (label?.includes('OPENSSH')) return 'a key in OpenSSH format';
  if (inside?.includes('ENCRYPTED')) return 'an encrypted private key'; // RFC 1421 §4.6.1.1: Proc-Type
  const bytes = decodeBase64(inside ?? plain);
  if (plain === '') return 'empty';
  if (bytes === undefined || bytes.length === 0) return 'neither PEM nor whole base64';
  return parseDer(bytes) ?? 'base64 that is cut short or is not DER';
}

/**
 * Takes a key out of PKCS#8 (RFC 5208 §5), SPKI or a certificate (RFC 5280 §4.1); a string says what it is instead.
 *
 * @param wrongAlgorithm - says in words what is wrong with an AlgorithmIdentifier
 */
export function unwrapDer(
  { tag, parts }: Der,
  wrongAlgorithm: (identifier: Der) => string | undefined,
): WrappedKey | string {
  const [first, second, third] = parts;
  if (tag !== SEQUENCE || first === undefined || second === undefined) return 'DER without a key';
  if (first.tag === INTEGER && second.tag === SEQUENCE && third?.tag === OCTET_STRING) {
    const extra = parts.slice(3).some((part) => part.tag !== 0xa0); // attributes may follow
    const malformed = derInteger(first) !== 0n || extra;
    return wrongAlgorithm(second) ?? (malformed ? 'malformed PKCS#8' : { half: 'private', content: third.content });
  }
  if (first.tag === SEQUENCE && second.tag === OCTET_STRING) return 'an encrypted private key';
  if (first.tag === SEQUENCE && second.tag === BIT_STRING && parts.length === 2) {
    const malformed = second.content[0] !== 0; // bits that are not used
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
