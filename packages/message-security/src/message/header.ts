/**
 * The grammar of the `Signature` and `Encrypt` headers: `key=value` pairs joined by commas (A9).
 * Writes the form of AlipayHK's page, and reads every form that clients and gateways are known to send.
 */
import { decodeBase64, encodeBase64 } from '../crypto/base64.ts';
import { HeaderInvalid } from '../errors.ts';

/** A Signature or Encrypt header, parsed. */
export interface SecurityHeader {
  /** The algorithm as received; `undefined` when absent or empty. */
  algorithm: string | undefined;
  /**
   * Version of the key; `undefined` when absent or empty, which means the latest one.
   *
   * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a8 A8}
   */
  keyVersion: string | undefined;
  /** Bytes of `signature` or `symmetricKey`, decoded. */
  value: Uint8Array<ArrayBuffer>;
}

const valueKeys = { Signature: 'signature', Encrypt: 'symmetricKey' } as const;

/**
 * Writes a header in the form of AlipayHK's page: the value in base64, percent-encoded. It checks nothing.
 *
 * @param header - `value` in bytes
 * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a9 A9}
 * @example
 * ```ts
 * import { formatHeader } from '@alipayhk-pass/message-security';
 *
 * const value = new Uint8Array([251, 255]);
 * console.log(formatHeader('Signature', { algorithm: 'RSA256', keyVersion: '1', value }));
 * // algorithm=RSA256, keyVersion=1, signature=%2B%2F8%3D
 * ```
 */
export function formatHeader(
  name: keyof typeof valueKeys,
  { algorithm, keyVersion, value }: { algorithm: string; keyVersion?: string | undefined; value: Uint8Array },
): string {
  const version = keyVersion === undefined ? '' : `keyVersion=${keyVersion}, `;
  return `algorithm=${algorithm}, ${version}${valueKeys[name]}=${encodeURIComponent(encodeBase64(value))}`;
}

/**
 * Parses a `Signature` or `Encrypt` header. Pairs may come in any order, with or without blanks around them; unknown
 * keys are ignored. The value is base64 or base64url, percent-encoded or not, and may hold blanks or line feeds.
 *
 * @param text - the header's value
 * @throws HeaderInvalid for a pair without `=`, a repeated key, a missing value, bad base64 or bad percent-encoding. A
 *   repeated header is refused too, for its repeated keys: runtimes join it by commas.
 * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a9 A9}
 * @example
 * ```ts
 * import { parseHeader } from '@alipayhk-pass/message-security';
 *
 * const header = parseHeader('Signature', 'algorithm=RSA256, keyVersion=1, signature=%2B%2F8%3D');
 * console.log(header.algorithm, header.keyVersion, header.value.join()); // RSA256 1 251,255
 * ```
 */
export function parseHeader(name: keyof typeof valueKeys, text: string): SecurityHeader {
  const pairs = new Map<string, string>();
  for (const pair of text.split(',')) {
    const equals = pair.indexOf('='); // the first one: base64 may end in more
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
  // Blanks first: the sample on AlipayHK's page has one inside a %2F. A plus stays a plus.
  const compact = encoded.replace(/[\t\n\r ]+/g, '');
  try {
    return decodeBase64(decodeURIComponent(compact));
  } catch {
    return undefined; // decodeURIComponent throws for a malformed escape
  }
}
