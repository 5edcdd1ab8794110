/** The runtime's own HTTP server around a function from Request to Response. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { wireHeaders } from '@alipayhk-pass/sandbox';
import { CommandError, exitCodes, UsageError } from '../exit.ts';

/**
 * Serves on 127.0.0.1.
 *
 * @param port - 0 for a free one
 * @throws UsageError when the port is taken
 */
export async function serve(
  handle: (request: Request) => Promise<Response>,
  port: number,
): Promise<{ url: string; stop(): Promise<void> }> {
  const server = createServer((incoming, outgoing) => {
    reply(handle, incoming, outgoing).catch(() => outgoing.destroy());
  });
  await listen(server, port);
  const { port: actual } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${actual}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', ({ code }: NodeJS.ErrnoException) => {
      const taken = code === 'EADDRINUSE';
      reject(
        taken
          ? new UsageError(`port ${port} is in use; expected a free one for --port, or 0`)
          : new CommandError(`port ${port} cannot be used: ${code}`, exitCodes.failed),
      );
    });
    server.listen(port, '127.0.0.1', resolve);
  });
}

async function reply(
  handle: (request: Request) => Promise<Response>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const { method = 'GET', url = '/', headers, rawHeaders } = incoming;
  const received = new Headers();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    try {
      received.append(rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '');
    } catch {
      // no header that Fetch has
    }
  }
  const address = `http://${headers.host ?? '127.0.0.1'}${url.startsWith('/') ? url : '/'}`;
  if (!URL.canParse(address)) {
    outgoing.writeHead(400).end();
    return;
  }
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const body = hasBody ? { body: Readable.toWeb(incoming) as never, duplex: 'half' } : {};
  const response = await handle(new Request(address, { method, headers: received, ...body } as RequestInit));
  outgoing.writeHead(response.status, wireHeaders(response).flat());
  if (response.body === null || method === 'HEAD') {
    outgoing.end();
    return;
  }
  try {
    outgoing.flushHeaders();
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      if (!outgoing.write(chunk))
        await new Promise((resolve) => outgoing.once('drain', resolve).once('close', resolve));
    }
    outgoing.end();
  } catch {
    outgoing.destroy(); // a fault that breaks the connection
  }
}
