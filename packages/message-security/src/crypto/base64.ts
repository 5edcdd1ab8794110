/**
 * Base64 (RFC 4648 §4 and §5) for header values, bodies and JWK numbers, the same in every runtime: `atob` alone accepts
 * blanks and non-zero bits after the last byte, and not every runtime has `Uint8Array.fromBase64`.
 */

/** Native base64 of newer runtimes, which is faster. */
interface NativeBase64 {
  toBase64?(): string;
}
const { fromBase64 } = Uint8Array as unknown as { fromBase64?: (text: string) => Uint8Array<ArrayBuffer> };

/** Encodes bytes as standard base64 with padding (RFC 4648 §4). */
export function encodeBase64(bytes: Uint8Array & NativeBase64): string {
  if (bytes.toBase64 !== undefined) return bytes.toBase64();
  let binary = '';
  // In slices: about 125,000 arguments in one call overflow the stack.
  for (let i = 0; i < bytes.length; i += 8192) {
    binary += String.fromCharCode(...bytes.subarray(i, i + 8192));
  }
  return btoa(binary);
}

/** Encodes bytes as base64url without padding, as in a JWK (RFC 7515 §2). */
export function encodeBase64Url(bytes: Uint8Array): string {
  return encodeBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/**
 * Decodes standard base64 or base64url. Padding is optional; blanks and line ends are ignored.
 *
 * @returns `undefined` for anything else, also for bits that are left over after the last byte (RFC 4648 §3.5)
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
    // Not base64.
  }
  return undefined;
}

function viaAtob(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
