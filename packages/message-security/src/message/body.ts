/** Bodies as bytes: read within a limit, and put back around the plaintext. */
import { BodyTooLarge } from '../errors.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * The body of a message, read no further than the limit, and no longer than the signal allows.
 *
 * @param limit - in bytes
 * @throws TypeError for a body that was read already; BodyTooLarge; the signal's reason
 */
export async function readBody(
  message: Request | Response,
  limit = 2 * 1024 * 1024,
  signal?: AbortSignal,
): Promise<Bytes> {
  expectUnread(message);
  const reader = message.body?.getReader();
  if (reader === undefined) return new Uint8Array();
  const cancel = (reason?: unknown): void => void reader.cancel(reason).catch(() => undefined); // it may be gone already
  const abort = (): void => cancel(signal?.reason);
  signal?.addEventListener('abort', abort);
  try {
    // One buffer that doubles: a list of chunks costs hundreds of bytes for each, however short it is. One chunk fits it.
    let body = new Uint8Array();
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
    return length === body.length ? body : body.slice(0, length);
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

/**
 * The whole body of a message of our own.
 *
 * @throws TypeError for a body that was read already
 */
export async function ownBody(message: Request | Response): Promise<Bytes> {
  expectUnread(message);
  return new Uint8Array(await message.arrayBuffer());
}

/** A middleware that parses bodies leaves nothing of the bytes that were signed. */
function expectUnread({ bodyUsed, body }: Request | Response): void {
  if (!bodyUsed && !body?.locked) return;
  throw new TypeError('the body was read already; expected the message as it arrived, before anything reads its body');
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
  const { status } = response;
  if (status === 0) return response; // a browser's opaque redirect cannot be rebuilt
  const headers = new Headers(response.headers);
  headers.delete('Content-Length');
  headers.delete('Content-Encoding'); // the runtime has decoded it
  // Fetch's constructor takes neither 600 nor a body beside 204, but a server sends what it likes.
  const isUsual = status >= 200 && status < 600 && ![204, 205, 304].includes(status);
  const rebuilt = new Response(body.length === 0 ? null : body, { status: isUsual ? status : 200, headers });
  return isUsual ? rebuilt : Object.defineProperty(rebuilt, 'status', { value: status });
}
