/** Bodies as bytes: read within a limit, and put back around the plaintext. */
import { BodyTooLarge } from '../errors.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * The body of a message, read no further than the limit, and no longer than the signal allows.
 *
 * @param limit - in bytes
 * @throws BodyTooLarge; the signal's reason
 */
export async function readBody(
  message: Request | Response,
  limit = 2 * 1024 * 1024,
  signal?: AbortSignal,
): Promise<Bytes> {
  const reader = message.body?.getReader();
  if (reader === undefined) return new Uint8Array();
  const cancel = (reason?: unknown): void => void reader.cancel(reason).catch(() => undefined); // it may be gone already
  const abort = (): void => cancel(signal?.reason);
  signal?.addEventListener('abort', abort);
  try {
    // One buffer that doubles: a list of chunks costs hundreds of bytes for each, however short it is.
    let body = new Uint8Array(4096);
    let length = 0;
    for (let count = 1; ; count++) {
      signal?.throwIfAborted();
      const { done, value } = await reader.read();
      if (done) break;
      if (length + value.length > limit) {
        cancel();
        throw new BodyTooLarge(limit);
      }
      if (length + value.length > body.length) {
        const larger = new Uint8Array(Math.max(2 * body.length, length + value.length));
        larger.set(body);
        body = larger;
      }
      body.set(value, length);
      length += value.length;
      // Chunks that are there at once would never let a timer run.
      if (count % 4096 === 0) await new Promise((resolve) => setTimeout(resolve));
    }
    signal?.throwIfAborted(); // which ends the stream as if it were complete
    return body.slice(0, length);
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

/** Whether a method's requests have no body. */
export const isBodiless = (method: string): boolean => method === 'GET' || method === 'HEAD';

/** An HTTP error is reported as such, whatever its body is. */
export async function readResponse(response: Response, limit?: number, signal?: AbortSignal): Promise<Bytes> {
  const body = readBody(response, limit, signal);
  return response.status === 200 ? body : body.catch(() => new Uint8Array());
}

/** The response with another body, and without the headers of the first one's length and encoding. */
export function withBody(response: Response, body: Bytes): Response {
  if (response.status < 200) return response; // a browser's opaque redirect cannot be rebuilt
  const headers = new Headers(response.headers);
  headers.delete('Content-Length');
  headers.delete('Content-Encoding'); // the runtime has decoded it
  return new Response(body.length === 0 ? null : body, { status: response.status, headers });
}
