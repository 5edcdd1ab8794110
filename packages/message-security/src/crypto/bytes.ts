/** Bytes as people's own functions return them: a KMS client gives an ArrayBuffer, a Buffer or a view of another kind. */

type Bytes = Uint8Array<ArrayBuffer>;

/** What Web Crypto calls a BufferSource. */
export type BytesLike = ArrayBuffer | ArrayBufferView;

/** The bytes of a BufferSource, a view's copied, for its memory may hold more than they; `undefined` for anything else. */
export function bytesOf(value: unknown): Bytes | undefined {
  if (ArrayBuffer.isView(value))
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice() as Bytes;
  return kindOf(value) === 'ArrayBuffer' ? new Uint8Array((value as ArrayBuffer).slice(0)) : undefined;
}

/** What a value is, in a word for an error. By its tag: an ArrayBuffer of another realm is no instance of this one's. */
export function kindOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}
