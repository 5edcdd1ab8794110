/**
 * A proxy between the merchant's Worker and the gateway's that passes every message on unchanged and keeps it, so that
 * the demo shows what was on the wire. A signature covers path and query but not the host: neither end notices.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** One half of an exchange, as it was on the wire. */
export interface Message {
  headers: Headers;
  body: Buffer;
}

/** A request and its response. */
export interface Exchange {
  method: string;
  /** Path and query. */
  httpUri: string;
  request: Message;
  response: Message;
}

/** A recorder that listens. */
export interface Recorder {
  /** Origin, as `http://127.0.0.1:12345`. */
  url: string;
  /** Every exchange so far, the latest last. */
  exchanges: readonly Exchange[];
  /** Says where messages go; until then each is dropped. */
  forwardTo(origin: string): void;
  close(): Promise<void>;
}

/** Listens on a free port of 127.0.0.1. */
export async function startRecorder(): Promise<Recorder> {
  const exchanges: Exchange[] = [];
  let target = '';
  const server = createServer((incoming, outgoing) => {
    forward(target, incoming, outgoing).then(
      (exchange) => exchanges.push(exchange),
      () => outgoing.destroy(), // whoever sent the request sees the connection break
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('expected the address of a listening socket');
  return {
    url: `http://127.0.0.1:${address.port}`,
    exchanges,
    forwardTo(origin) {
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

async function forward(target: string, incoming: IncomingMessage, outgoing: ServerResponse): Promise<Exchange> {
  const { method = 'GET', url: httpUri = '/' } = incoming;
  const body = await buffer(incoming);
  const passedOn = request(target + httpUri, { method, headers: withoutConnection(incoming) }).end(body);
  const [answer] = (await once(passedOn, 'response')) as [IncomingMessage];
  const answerBody = await buffer(answer);
  const exchange = {
    method,
    httpUri,
    request: { headers: toHeaders(incoming), body },
    response: { headers: toHeaders(answer), body: answerBody },
  };
  outgoing.writeHead(answer.statusCode ?? 502, withoutConnection(answer)).end(answerBody);
  return exchange;
}

/** All but what belongs to one connection only (RFC 9110 §7.6.1). */
function withoutConnection({ headers }: IncomingMessage): IncomingMessage['headers'] {
  const { connection, 'keep-alive': keepAlive, 'transfer-encoding': transferEncoding, ...rest } = headers;
  return rest;
}

function toHeaders({ headers }: IncomingMessage): Headers {
  return new Headers(Object.entries(headers).map(([name, value]): [string, string] => [name, `${value}`]));
}
