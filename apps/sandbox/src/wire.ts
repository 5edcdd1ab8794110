/** The body of a request, read once for the ledger and handed to the gateway as the very bytes that arrived. */
import { BodyIncomplete } from '@alipayhk-pass/message-security';

/** Longest body that the gateway takes, in bytes, and how long it may take to arrive, in milliseconds. */
export const limits = { maxBodyBytes: 1024 * 1024, bodyTimeout: 30_000 };

/** A body as far as it arrived. */
export interface Wire {
  body: Uint8Array<ArrayBuffer>;
  /** Why it ended early. */
  error?: unknown;
}

/** Reads no further than one byte over the limit, which is enough for the gateway to refuse it. */
export async function readWire(request: Request): Promise<Wire> {
  const reader = request.body?.getReader();
  if (reader === undefined) return { body: new Uint8Array() };
  const most = limits.maxBodyBytes + 1;
  const buffer = new ArrayBuffer(0, { maxByteLength: most }); // a list of chunks costs more than they do
  const bytes = new Uint8Array(buffer);
  let late = false;
  const cancel = (): void => void reader.cancel().catch(() => undefined); // it may be gone already
  const timer = setTimeout(() => {
    late = true;
    cancel();
  }, limits.bodyTimeout);
  try {
    while (buffer.byteLength < most) {
      const { done, value }: ReadableStreamReadResult<Uint8Array> = await reader.read();
      if (done) break;
      const chunk = value.subarray(0, most - buffer.byteLength);
      buffer.resize(buffer.byteLength + chunk.length);
      bytes.set(chunk, buffer.byteLength - chunk.length);
    }
    if (buffer.byteLength === most) cancel();
    return { body: bytes.slice(), error: late ? new BodyIncomplete(limits.bodyTimeout) : undefined };
  } catch (error) {
    return { body: bytes.slice(), error };
  } finally {
    clearTimeout(timer);
  }
}

/** The request with its body from memory; `onRead` is told when the body is asked for, `error` ends it. */
export function withWire({ url, method, headers }: Request, { body, error }: Wire, onRead: () => void): Request {
  if (method === 'GET' || method === 'HEAD') return new Request(url, { method, headers });
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        onRead();
        if (body.length > 0) controller.enqueue(body);
        if (error === undefined) controller.close();
        else controller.error(error);
      },
    },
    { highWaterMark: 0 }, // else it is asked for at once
  );
  return new Request(url, { method, headers, body: stream });
}
