/** Bodies as bytes: reads one within a limit, and puts another body into a response. */
import { BodyTooLarge } from '../errors.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Reads the body of a received message.
 *
 * @param limit - greatest length in bytes; reading stops there
 * @param signal - ends the reading
 * @throws TypeError for a body that was read before; BodyTooLarge; the signal's reason
 */
export async function readBody(
  message: Request | Response,
  limit = 2 * 1024 * 1024,
  signal?: AbortSignal,
): Promise<Bytes> {
  expectUnread(message);
  const reader = message.body?.getReader();
  if (reader === undefined) return new Uint8Array();
  const cancel = (reason?: unknown): void => void reader.cancel(reason).catch(() => undefined); // the stream may have ended already
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
      // Chunks that are available at once never let a timer run, and so not the timeout either.
      if (count % 4096 === 0) await new Promise((resolve) => setTimeout(resolve));
    }
    signal?.throwIfAborted(); // after an abort the stream ends as if it were complete
    return length === body.length ? body : body.slice(0, length);
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

/**
 * Reads the body of a message that is to be sealed.
 *
 * @throws TypeError for a body that was read before
 */
export async function ownBody(message: Request | Response): Promise<Bytes> {
  expectUnread(message);
  return new Uint8Array(await message.arrayBuffer());
}

/** A middleware may have read and parsed the body; the bytes that were signed are then gone. */
function expectUnread({ bodyUsed, body }: Request | Response): void {
  if (!bodyUsed && !body?.locked) return;
  throw new TypeError('the body was read before; expected a message with an unread body');
}

/** Whether requests of this method have no body. */
export const isBodiless = (method: string): boolean => method === 'GET' || method === 'HEAD';

/**
 * Reads the body of a response. That of an HTTP error may be too long or broken off: it then counts as empty, so that the
 * error with its status is reported.
 *
 * @param limit - greatest length in bytes
 * @throws as `readBody`, for status 200
 */
export async function readResponse(response: Response, limit?: number, signal?: AbortSignal): Promise<Bytes> {
  const body = readBody(response, limit, signal);
  return response.status === 200 ? body : body.catch(() => new Uint8Array());
}

/** A copy of the response with another body, and without Content-Length and Content-Encoding, which no longer hold. */
export function withBody(response: Response, body: Bytes): Response {
  const { status } = response;
  if (status === 0) return response; // a browser's opaque redirect cannot be rebuilt
  const headers = new Headers(response.headers);
  headers.delete('Content-Length');
  headers.delete('Content-Encoding'); // the runtime has decoded the body
  // The Response constructor refuses status 600, and a body with 204, but a server may send both.
  const isUsual = status >= 200 && status < 600 && ![204, 205, 304].includes(status);
  const rebuilt = new Response(body.length === 0 ? null : body, { status: isUsual ? status : 200, headers });
  return isUsual ? rebuilt : Object.defineProperty(rebuilt, 'status', { value: status });
}
