/** Bytes in and out, as Web Crypto takes and gives them. */

/**
 * A view of a BufferSource, not a copy.
 *
 * @throws TypeError for anything else
 */
export function viewOf(data: unknown): Uint8Array {
  // A DataView is not made of a number, as a Uint8Array would be.
  const { buffer, byteOffset, byteLength } = ArrayBuffer.isView(data) ? data : new DataView(data as ArrayBuffer);
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** In an ArrayBuffer of their own: what `node:crypto` returns may lie in a pool beside other people's bytes. */
export function joined(...parts: Uint8Array[]): ArrayBuffer {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes.buffer;
}
