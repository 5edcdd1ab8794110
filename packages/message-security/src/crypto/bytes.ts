/** Bytes from functions of the caller: a KMS client may return an ArrayBuffer, a Buffer or another view. */

type Bytes = Uint8Array<ArrayBuffer>;

/** The same as Web Crypto's BufferSource. */
export type BytesLike = ArrayBuffer | ArrayBufferView;

/**
 * The bytes of a BufferSource. The bytes of a view are copied, because its buffer may hold more than them.
 *
 * @param value - any value
 * @param method - the function that returned it, for the error: `privateKey.sign`
 * @throws TypeError for anything else
 */
export function toBytes(value: unknown, method: string): Bytes {
  if (ArrayBuffer.isView(value))
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice() as Bytes;
  // By its tag: an ArrayBuffer of another realm is not an instance of this realm's class.
  const tag = Object.prototype.toString.call(value);
  if (tag === '[object ArrayBuffer]') return new Uint8Array(value as ArrayBuffer);
  throw new TypeError(`${method} returned ${tag.slice(8, -1)}; expected an ArrayBuffer or a view of one`);
}
