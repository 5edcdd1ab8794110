/** An answer as bytes: what faults alter, what the ledger records, and at last what is sent. */

/** An answer that is about to be sent. */
export interface Reply {
  status: number;
  headers: Headers;
  body: Uint8Array;
  /** The connection is broken after this many bytes of the body, of which all were promised. */
  brokenAfter?: number;
  /** Content-Encoding is a mere claim. */
  encodingIsClaimed?: boolean;
}

/** The answer as it was made. */
export async function replyOf(response: Response): Promise<Reply> {
  const { status, headers } = response;
  return { status, headers: new Headers(headers), body: new Uint8Array(await response.arrayBuffer()) };
}

/** The answer as it is sent. Names of headers in lower case: there are clients that know no other. */
export function responseOf({ status, headers, body, brokenAfter, encodingIsClaimed }: Reply): Response {
  const lowerCase = new Headers([...headers].map(([name, value]) => [name.toLowerCase(), value]));
  const init: ResponseInit = { status, headers: lowerCase, encodeBody: encodingIsClaimed ? 'manual' : 'automatic' };
  if (brokenAfter === undefined) return new Response(body.length === 0 ? null : body, init);
  const { readable, writable } = new FixedLengthStream(Math.max(body.length, brokenAfter + 1));
  // Not waited for: nobody reads before there is a response.
  breakOff(writable, body.subarray(0, brokenAfter)).catch(() => undefined);
  return new Response(readable, init);
}

async function breakOff(writable: WritableStream<Uint8Array>, beginning: Uint8Array): Promise<void> {
  const writer = writable.getWriter();
  if (beginning.length > 0) await writer.write(beginning);
  // At once, and the beginning would never be sent: wrangler's proxy would answer HTTP 500 in its place.
  await new Promise((resolve) => setTimeout(resolve, 50));
  await writer.abort(new Error('a fault breaks this connection'));
}
