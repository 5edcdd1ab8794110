/** Bytes from functions of the caller: a KMS client may return an ArrayBuffer, a Buffer or another view. */

type Bytes = Uint8Array<ArrayBuffer>;

/** The same as Web Crypto's BufferSource. */
export type BytesLike = ArrayBuffer | ArrayBufferView;

/**
 * A copy of the bytes of a BufferSource.
 *
 * @param value - any value
 * @returns `undefined` for any other value
 */
export function bytesOf(value: unknown): Bytes | undefined {
  if (ArrayBuffer.isView(value))
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice() as Bytes;
  return kindOf(value) === 'ArrayBuffer' ? new Uint8Array((value as ArrayBuffer).slice(0)) : undefined;
}

/** The kind of a value in one word, for errors. By its tag: an ArrayBuffer of another realm is not an instance here. */
export function kindOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}
