/** Bodies as bytes: read within a limit, and put back around the plaintext. */
import { BodyTooLarge } from './errors.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * The body of a message, read no further than the limit.
 *
 * @throws BodyTooLarge
 */
export async function readBody(message: Request | Response, limit = 2 * 1024 * 1024): Promise<Bytes> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = message.body?.getReader();
  for (let read = await reader?.read(); read?.value !== undefined; read = await reader?.read()) {
    chunks.push(read.value);
    length += read.value.length;
    if (length > limit) {
      reader?.cancel().catch(() => undefined); // the sender's end may be gone already
      throw new BodyTooLarge(limit);
    }
  }
  const body = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.length;
  }
  return body;
}

/** An HTTP error is reported as such, whatever its body is. */
export async function readResponse(response: Response, limit: number | undefined): Promise<Bytes> {
  const body = readBody(response, limit);
  return response.status === 200 ? body : body.catch(() => new Uint8Array());
}

/** The response with another body, and without the headers that told of the first one's length and encoding. */
export function withBody(response: Response, body: Bytes): Response {
  if (response.status < 200) return response; // a browser's opaque redirect cannot be rebuilt
  const headers = new Headers(response.headers);
  headers.delete('Content-Length');
  headers.delete('Content-Encoding'); // the runtime has decoded it
  return new Response(body.length === 0 ? null : body, { status: response.status, headers });
}

/** Whether these bytes are text in UTF-8. */
export function isUtf8(bytes: Bytes): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
