/** HTTP on a port of this machine. */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';

/** A server that listens. */
export interface Listening {
  /** Its origin, such as `http://127.0.0.1:12345`. */
  url: string;
  /** Breaks every connection; settles once nothing listens any more. */
  close(): Promise<void>;
}

/**
 * Listens on 127.0.0.1.
 *
 * @param port - a free one unless given, and for 0
 * @throws Error of Node when the port cannot be used
 */
export async function listen(listener: RequestListener, port = 0): Promise<Listening> {
  const server = createServer(listener).listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a listening socket has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
