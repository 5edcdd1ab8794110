/**
 * A proxy that records: it passes on bytes and broken connections as they come, and keeps what was on the wire and when.
 * Its address stays while either end stops and starts again. A signature covers path and query but not the host, so
 * neither end notices the proxy.
 */
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { type Listening, listen } from './listen.ts';

/** One half of an exchange, as it was on the wire. */
export interface Message {
  headers: Headers;
  body: Buffer;
}

/** A request and what became of it. */
export interface Exchange {
  /** From 1, in the order in which the requests were received. */
  id: number;
  method: string;
  /** Path and query. */
  httpUri: string;
  request: Message;
  /** Absent until the response is complete, and for good when the connection broke. */
  response?: Message;
  /** When the request arrived, by `performance.now()`. */
  from: number;
  /** When the response had been sent or the connection broke; absent while the request is in flight. */
  until?: number;
}

/** A recorder that listens. */
export interface Recorder extends Listening {
  /** Every exchange with a complete request, the latest last. */
  exchanges: readonly Exchange[];
  /** Sets where requests go. Until then, and while nothing listens there, their connections break. */
  forwardTo(origin: string): void;
}

/**
 * Listens on a free port of 127.0.0.1.
 *
 * @param options.idHeader - a header that is added to each request, with the id of its exchange; none unless given
 */
export async function startRecorder({ idHeader }: { idHeader?: string } = {}): Promise<Recorder> {
  const exchanges: Exchange[] = [];
  let target = '';
  let count = 0;
  const listening = await listen(async (incoming, outgoing) => {
    const { method = 'GET', url: httpUri = '/' } = incoming;
    const id = ++count;
    const from = performance.now();
    try {
      const body = await buffer(incoming);
      const exchange: Exchange = { id, method, httpUri, from, request: { headers: toHeaders(incoming), body } };
      exchanges.push(exchange);
      outgoing.once('close', () => {
        exchange.until = performance.now();
      });
      forward(exchange, incoming, outgoing, target, idHeader === undefined ? [] : [idHeader, `${id}`]);
    } catch {
      outgoing.destroy();
    }
  });
  return {
    ...listening,
    exchanges,
    forwardTo(origin) {
      target = origin;
    },
  };
}

function forward(
  exchange: Exchange,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  target: string,
  added: string[],
): void {
  const { method, httpUri } = exchange;
  const headers = [...endToEnd(incoming), ...added];
  const forwarded = request(target + httpUri, { method, headers, agent: false });
  forwarded.on('error', () => outgoing.destroy());
  outgoing.on('close', () => forwarded.destroy()); // the sender gave up or was killed
  forwarded.on('response', (response) => {
    const chunks: Buffer[] = [];
    response.on('error', () => outgoing.destroy());
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('end', () => {
      exchange.response = { headers: toHeaders(response), body: Buffer.concat(chunks) };
    });
    outgoing.writeHead(response.statusCode ?? 502, endToEnd(response)).flushHeaders();
    response.pipe(outgoing);
  });
  forwarded.end(exchange.request.body);
}

/** Names and values as they came, without those that belong to one connection only (RFC 9110 §7.6.1). */
function endToEnd({ rawHeaders }: IncomingMessage): string[] {
  const dropped = ['connection', 'keep-alive', 'transfer-encoding'];
  const pairs = rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? '']] : []));
  return pairs.filter(([name = '']) => !dropped.includes(name.toLowerCase())).flat();
}

function toHeaders({ headers }: IncomingMessage): Headers {
  return new Headers(Object.entries(headers).map(([name, value]): [string, string] => [name, `${value}`]));
}
