/**
 * The grammar of the `Signature` and `Encrypt` headers: `key=value` pairs joined by commas (A9).
 * Emits the form of AlipayHK's page and accepts every form that clients and gateways were seen to send.
 */
import { decodeBase64, encodeBase64 } from '../crypto/base64.ts';
import { HeaderInvalid } from '../errors.ts';

/** What one of the two headers says. */
export interface SecurityHeader {
  /** As received; `undefined` when the header does not name one. */
  algorithm: string | undefined;
  /**
   * `undefined` when absent or empty, which means the latest version.
   *
   * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a8 A8}
   */
  keyVersion: string | undefined;
  /** The decoded bytes of `signature` or `symmetricKey`. */
  value: Uint8Array<ArrayBuffer>;
}

const valueKeys = { Signature: 'signature', Encrypt: 'symmetricKey' } as const;

/** The header's text in the form of AlipayHK's page, its value in base64 and then percent-encoded; checks nothing. */
export function formatHeader(
  name: keyof typeof valueKeys,
  { algorithm, keyVersion, value }: { algorithm: string; keyVersion?: string | undefined; value: Uint8Array },
): string {
  const version = keyVersion === undefined ? '' : `keyVersion=${keyVersion}, `;
  return `algorithm=${algorithm}, ${version}${valueKeys[name]}=${encodeURIComponent(encodeBase64(value))}`;
}

/**
 * Reads a `Signature` or `Encrypt` header: pairs in any order, blank after the comma optional, unknown keys ignored,
 * the value in base64 or base64url, percent-encoded or raw, with stray blanks or line feeds.
 *
 * @throws HeaderInvalid for a pair without `=`, a repeated key (a repeated header too, which runtimes join by commas),
 *   a missing value, bad base64 or bad percent-encoding.
 */
export function parseHeader(name: keyof typeof valueKeys, text: string): SecurityHeader {
  const pairs = new Map<string, string>();
  for (const pair of text.split(',')) {
    const equals = pair.indexOf('='); // the first one only: base64 ends in more of them
    const key = pair.slice(0, equals).trim();
    if (equals < 0 || key === '')
      throw new HeaderInvalid(name, `${name} header is not a list of key=value pairs joined by commas`);
    if (pairs.has(key)) throw new HeaderInvalid(name, `${name} header repeats a key; expected each key once`);
    pairs.set(key, pair.slice(equals + 1).trim());
  }
  const valueKey = valueKeys[name];
  const encoded = pairs.get(valueKey);
  if (!encoded) throw new HeaderInvalid(name, `${name} header has no ${valueKey}`);
  const value = decodeValue(encoded);
  if (value === undefined) throw new HeaderInvalid(name, `${name} header has a ${valueKey} that is not base64`);
  return { algorithm: pairs.get('algorithm') || undefined, keyVersion: pairs.get('keyVersion') || undefined, value };
}

function decodeValue(encoded: string): Uint8Array<ArrayBuffer> | undefined {
  // Blanks go first: the sample of AlipayHK's page has one inside a %2F. A raw plus stays a plus.
  const compact = encoded.replace(/[\t\n\r ]+/g, '');
  try {
    return decodeBase64(decodeURIComponent(compact));
  } catch {
    return undefined; // a `%` without two hex digits
  }
}
