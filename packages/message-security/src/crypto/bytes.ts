/** Bytes as people's own functions return them: a KMS client gives an ArrayBuffer, a Buffer or a view of another kind. */

type Bytes = Uint8Array<ArrayBuffer>;

/** What Web Crypto calls a BufferSource. */
export type BytesLike = ArrayBuffer | ArrayBufferView;

/**
 * The bytes of a BufferSource: a view's are copied, for its memory may hold more than they.
 *
 * @param method - what returned them, for the error: `privateKey.sign`
 * @throws TypeError for anything else
 */
export function toBytes(value: unknown, method: string): Bytes {
  if (ArrayBuffer.isView(value))
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice() as Bytes;
  // By its tag: an ArrayBuffer of another realm is no instance of this one's.
  const tag = Object.prototype.toString.call(value);
  if (tag === '[object ArrayBuffer]') return new Uint8Array(value as ArrayBuffer);
  throw new TypeError(`${method} returned ${tag.slice(8, -1)}; expected an ArrayBuffer or a view of one`);
}
