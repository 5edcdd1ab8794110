/** Bytes from functions of the caller: a KMS client may return an ArrayBuffer, a Buffer or another view. */

type Bytes = Uint8Array<ArrayBuffer>;

/** The same as Web Crypto's BufferSource. */
export type BytesLike = ArrayBuffer | ArrayBufferView;

/**
 * The bytes of a BufferSource. Those of a view are copied, because its buffer may hold more.
 *
 * @param value - any value
 * @returns `undefined` for any other value, also for a detached buffer
 */
export function bytesOf(value: unknown): Bytes | undefined {
  try {
    if (ArrayBuffer.isView(value)) {
      return new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice() as Bytes;
    }
    return kindOf(value) === 'ArrayBuffer' ? new Uint8Array(value as ArrayBuffer) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The bytes of a BufferSource, as `bytesOf` returns them.
 *
 * @param value - any value
 * @param method - the function that returned it, for the error: `subtle.decrypt`
 * @throws TypeError for any other value
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
