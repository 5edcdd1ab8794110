/**
 * A proxy between the merchant's Worker and the gateway, the wire as a third witness: it writes down from when until when
 * each request was in flight, gives it a number that the gateway's ledger keeps, and passes bytes and breaks on as they
 * come. Its address stays while either end is killed and started again.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { Exchange } from './history.ts';

/** A wire that carries. */
export interface Wire {
  /** Origin, as `http://127.0.0.1:12345`. */
  url: string;
  /** Every exchange that has ended so far. */
  exchanges: readonly Exchange[];
  /** Says where requests go; until then, and while nothing listens there, they break. */
  leadTo(origin: string): void;
  close(): Promise<void>;
}

/** The header with an exchange's number. */
export const exchangeHeader = 'Exchange-Id';

/** Listens on a free port of 127.0.0.1. Bodies have to be plain: they say which pass it is. */
export async function startWire(): Promise<Wire> {
  const exchanges: Exchange[] = [];
  let target = '';
  let count = 0;
  const server = createServer(async (incoming, outgoing) => {
    const from = performance.now();
    const id = ++count;
    // Sent to the end, or broken off by either side: after that the merchant has nothing in flight here.
    const ended = once(outgoing, 'close').then(() => performance.now());
    try {
      const body = await buffer(incoming);
      const { passId } = JSON.parse(body.toString());
      ended.then((until) => exchanges.push({ id, passId, from, until }));
      carry(target, { incoming, outgoing, body, id });
    } catch {
      outgoing.destroy();
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('expected the address of a listening socket');
  return {
    url: `http://127.0.0.1:${address.port}`,
    exchanges,
    leadTo(origin) {
      target = origin;
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

interface Carriage {
  incoming: IncomingMessage;
  outgoing: ServerResponse;
  body: Buffer;
  id: number;
}

function carry(target: string, { incoming, outgoing, body, id }: Carriage): void {
  const { method = 'GET', url: httpUri = '/' } = incoming;
  const headers = [...ownHeaders(incoming), exchangeHeader, `${id}`];
  const passedOn = request(target + httpUri, { method, headers, agent: false });
  passedOn.on('error', () => outgoing.destroy());
  outgoing.on('close', () => passedOn.destroy()); // a merchant that gave up or was killed
  passedOn.on('response', (answer) => {
    answer.on('error', () => outgoing.destroy());
    outgoing.writeHead(answer.statusCode ?? 502, ownHeaders(answer)).flushHeaders();
    answer.pipe(outgoing);
  });
  passedOn.end(body);
}

/** Names and values as they came, but for what belongs to one connection only (RFC 9110 §7.6.1). */
function ownHeaders({ rawHeaders }: IncomingMessage): string[] {
  const dropped = ['connection', 'keep-alive', 'transfer-encoding'];
  const pairs = rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? '']] : []));
  return pairs.filter(([name = '']) => !dropped.includes(name.toLowerCase())).flat();
}
