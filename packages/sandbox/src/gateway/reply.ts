/** A reply as bytes: what faults change, what the ledger records, and at last what is sent. */
import { type AnyHeaderCase, spelledResponse } from './header-case.ts';

/** A reply that is about to be sent. */
export interface Reply {
  status: number;
  headers: Headers;
  body: Uint8Array;
  /** The connection breaks after this many bytes of the body, although all of them were promised. */
  brokenAfter?: number;
  /** The body is not encoded as its Content-Encoding says. */
  encodingIsClaimed?: boolean;
}

/** The reply as it was made. */
export async function replyOf(response: Response): Promise<Reply> {
  const { status, headers } = response;
  return { status, headers: new Headers(headers), body: new Uint8Array(await response.arrayBuffer()) };
}

/** The reply as it is sent. */
export function responseOf(reply: Reply, headerCase: AnyHeaderCase): Response {
  const { status, body, brokenAfter, encodingIsClaimed } = reply;
  const headers = new Headers(reply.headers);
  // workerd alone knows encodeBody; without it, workerd would compress the body.
  const init = { status, headers, encodeBody: encodingIsClaimed ? 'manual' : 'automatic' };
  if (brokenAfter === undefined) {
    return spelledResponse(body.length === 0 ? null : (body as BodyInit), init, headerCase);
  }
  const promised = Math.max(body.length, brokenAfter + 1);
  headers.set('content-length', String(promised));
  return spelledResponse(brokenStream(body.subarray(0, brokenAfter), promised), init, headerCase);
}

/** A stream that begins and then fails. */
function brokenStream(beginning: Uint8Array, promised: number): ReadableStream<Uint8Array> {
  const { readable, writable } = fixedLengthStream(promised);
  // Not awaited: nobody reads before there is a response.
  breakOff(writable, beginning).catch(() => undefined);
  return readable;
}

interface Pipe {
  readable: ReadableStream<Uint8Array>;
  writable: WritableStream<Uint8Array>;
}

/** workerd sends a Content-Length for a stream of its own class only; other runtimes take the header. */
function fixedLengthStream(length: number): Pipe {
  const { FixedLengthStream } = globalThis as { FixedLengthStream?: new (length: number) => Pipe };
  return FixedLengthStream ? new FixedLengthStream(length) : new TransformStream<Uint8Array, Uint8Array>();
}

async function breakOff(writable: WritableStream<Uint8Array>, beginning: Uint8Array): Promise<void> {
  const writer = writable.getWriter();
  if (beginning.length > 0) await writer.write(beginning);
  // Not at once: the beginning would never be sent, and wrangler's proxy would reply HTTP 500 instead.
  await new Promise((resolve) => setTimeout(resolve, 50));
  await writer.abort(new Error('a fault breaks this connection'));
}
