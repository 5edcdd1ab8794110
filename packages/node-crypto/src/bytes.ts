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

/** Bytes in an ArrayBuffer of their own: what `node:crypto` returns may lie in a pool beside other people's bytes. */
export function bufferOf(bytes: Uint8Array): ArrayBuffer {
  const { buffer, byteLength } = bytes;
  return (buffer.byteLength === byteLength ? buffer : new Uint8Array(bytes).buffer) as ArrayBuffer;
}

/** Two pieces as one. */
export function joined(first: Uint8Array, second: Uint8Array): ArrayBuffer {
  if (second.length === 0) return bufferOf(first);
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes.buffer;
}
