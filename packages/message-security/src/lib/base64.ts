/**
 * Base64 (RFC 4648 §4 and §5) for header values, bodies and JWK numbers, one behaviour in every runtime:
 * `atob` alone takes inner blanks and non-zero tail bits, and `Uint8Array.fromBase64` is not everywhere.
 */

/** What newer runtimes have, faster; used for bytes and for text that was checked here, so that it changes no answer. */
interface NativeBase64 {
  toBase64?(): string;
}
const { fromBase64 } = Uint8Array as unknown as { fromBase64?: (text: string) => Uint8Array<ArrayBuffer> };

/** Standard base64 with padding. */
export function encodeBase64(bytes: Uint8Array & NativeBase64): string {
  if (bytes.toBase64 !== undefined) return bytes.toBase64();
  let binary = '';
  // In slices: an argument list of a whole body overflows the stack near 125,000 bytes.
  for (let i = 0; i < bytes.length; i += 8192) {
    binary += String.fromCharCode(...bytes.subarray(i, i + 8192));
  }
  return btoa(binary);
}

/** Base64url without padding, as in a JWK (RFC 7515 §2). */
export function encodeBase64Url(bytes: Uint8Array): string {
  return encodeBase64(bytes).replace(/[+/=]/g, (char) => (char === '+' ? '-' : char === '/' ? '_' : ''));
}

/**
 * Bytes of standard base64 or base64url, padding optional, blanks and line feeds dropped;
 * `undefined` for anything else, a non-canonical last character (RFC 4648 §3.5) included.
 */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  const compact = /[\s_-]/.test(text)
    ? text
        .replace(/[\t\n\r ]+/g, '')
        .replace(/-/g, '+')
        .replace(/_/g, '/')
    : text;
  const digits = compact.replace(/={1,2}$/, '');
  const padding = compact.length - digits.length;
  const rest = digits.length % 4;
  if (rest === 1 || (padding > 0 && (rest + padding) % 4 !== 0) || !/^[A-Za-z0-9+/]*$/.test(digits)) return undefined;
  const tail = rest > 0 ? digits.slice(-rest) : '';
  if (btoa(atob(tail)).slice(0, rest) !== tail) return undefined;
  if (fromBase64 !== undefined) return fromBase64.call(Uint8Array, digits + '='.repeat((4 - rest) % 4));
  const binary = atob(digits);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
