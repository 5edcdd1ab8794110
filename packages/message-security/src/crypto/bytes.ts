/** Bytes as functions of others return them: a KMS client gives an ArrayBuffer, a Buffer or a view of another kind. */

type Bytes = Uint8Array<ArrayBuffer>;

/** The same as Web Crypto's BufferSource. */
export type BytesLike = ArrayBuffer | ArrayBufferView;

/** The bytes of a BufferSource; `undefined` for anything else, a detached buffer included. */
export function bytesOf(value: unknown): Bytes | undefined {
  try {
    if (ArrayBuffer.isView(value)) {
      // A copy: the memory of a view may hold more than its bytes.
      return new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice() as Bytes;
    }
    return kindOf(value) === 'ArrayBuffer' ? new Uint8Array(value as ArrayBuffer) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The bytes of a BufferSource.
 *
 * @param method - what returned them, for the error: `subtle.decrypt`
 * @throws TypeError for anything else
 */
export function toBytes(value: unknown, method: string): Bytes {
  const bytes = bytesOf(value);
  if (bytes === undefined) throw new TypeError(`${method} returned ${kindOf(value)}; expected bytes`);
  return bytes;
}

/** The kind of a value in one word, for errors. By its tag: an ArrayBuffer of another realm is not an instance here. */
export function kindOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}
