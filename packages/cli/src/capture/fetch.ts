/** Captured messages as Fetch's objects, for the packages that open them. */
import type { Message, Pairs } from './message.ts';

/** Its host is of no account: only path and query are signed. */
export function toRequest({ method, httpUri, headers, body }: Message & { kind: 'request' }): Request {
  return new Request(`https://gateway.invalid${httpUri}`, {
    method,
    headers: toHeaders(headers),
    body: Buffer.from(body),
  });
}

export function toResponse({ status, headers, body }: Message & { kind: 'reply' }): Response {
  return new Response(body.length === 0 ? null : Buffer.from(body), { status, headers: toHeaders(headers) });
}

/** Without what Fetch refuses and nobody here reads, as `:path` of HTTP/2. */
function toHeaders(pairs: Pairs): Headers {
  const headers = new Headers();
  for (const [name, value] of pairs) {
    if (/^(content-length|content-encoding|transfer-encoding|connection|host)$/i.test(name)) continue;
    try {
      headers.append(name, value);
    } catch {
      // not a header that HTTP has
    }
  }
  return headers;
}
