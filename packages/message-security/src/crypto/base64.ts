/**
 * Base64 (RFC 4648 §4 and §5) for header values, bodies and JWK numbers, one behaviour in every runtime:
 * `atob` alone takes inner blanks and non-zero tail bits, and `Uint8Array.fromBase64` is not everywhere.
 */

/** What newer runtimes have, faster. */
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
  return encodeBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/**
 * Bytes of standard base64 or base64url, padding optional, blanks and line feeds dropped;
 * `undefined` for anything else, a non-canonical last character (RFC 4648 §3.5) included.
 */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  const digits = text
    .replace(/[\t\n\r ]/g, '')
    .replaceAll('-', '+')
    .replaceAll('_', '/');
  const padded = digits.includes('=') ? digits : digits.padEnd(Math.ceil(digits.length / 4) * 4, '=');
  try {
    const bytes = fromBase64 === undefined ? viaAtob(padded) : fromBase64.call(Uint8Array, padded);
    // Decoders take more than this: form feeds, and bits left over at the end, which show in what it encodes to.
    const end = bytes.subarray(bytes.length - (bytes.length % 3 || 3));
    if (!padded.includes('\f') && encodeBase64(end) === padded.slice(-4)) return bytes;
  } catch {
    // No decoder takes it.
  }
  return undefined;
}

function viaAtob(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
