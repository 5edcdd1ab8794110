/** A function from Request to Response on a socket of this machine: what other runtimes do with a module's `fetch`. */
import type { IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { type Listening, listen } from './listen.ts';

/**
 * Serves a handler on a free port of 127.0.0.1. Where it throws, the client sees the connection break.
 *
 * @param handler - gets each request with the host that the client named
 */
export function serve(handler: (request: Request) => Response | Promise<Response>): Promise<Listening> {
  return listen(async (incoming, outgoing) => {
    try {
      const response = await handler(await toRequest(incoming));
      const body = Buffer.from(await response.arrayBuffer());
      outgoing.writeHead(response.status, [...response.headers].flat()).end(body);
    } catch {
      outgoing.destroy();
    }
  });
}

async function toRequest(incoming: IncomingMessage): Promise<Request> {
  const { method = 'GET', url = '/', headers, rawHeaders } = incoming;
  const pairs = rawHeaders.flatMap((name, index): [string, string][] =>
    index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? '']] : [],
  );
  const body = await buffer(incoming);
  const target = new URL(url, `http://${headers.host}`);
  return new Request(target, { method, headers: pairs, ...(body.length > 0 && { body: new Uint8Array(body) }) });
}
