/**
 * HTTP before the Worker: it sends the names of headers exactly as the sandbox spells them, and lets no header through
 * that steers wrangler's proxy. Bytes and broken connections pass as they come.
 */
import { once } from 'node:events';
import {
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type RequestListener,
  request,
  type ServerResponse,
} from 'node:http';
import { pipeline } from 'node:stream/promises';
import { type Listening, listen } from '@alipayhk-pass/harness/listen';

/**
 * Listens on 127.0.0.1.
 *
 * @param port - 0 takes a free one
 * @param worker - origin of the Worker
 * @throws Error of Node when the port cannot be used
 */
export function startFront(port: number, worker: string): Promise<Listening> {
  // A fault breaks the connection, and so does a caller that leaves.
  const listener: RequestListener = (incoming, outgoing) =>
    void forward(incoming, outgoing, worker).catch(() => outgoing.destroy());
  return listen(listener, port);
}

async function forward(incoming: IncomingMessage, outgoing: ServerResponse, worker: string): Promise<void> {
  const { method, url, rawHeaders } = incoming;
  const headers = pairsOf(rawHeaders).filter(([name]) => !/^(mf-.*|connection|expect|keep-alive)$/i.test(name));
  // Node takes names and values in one list, too, which its types leave out.
  const sending = request(worker, { method, path: url, headers: headers.flat() as unknown as OutgoingHttpHeaders });
  outgoing.once('close', () => sending.destroy());
  // The Worker may reply before it has read the whole body, and then close: only a missing reply is an error.
  pipeline(incoming, sending).catch(() => undefined);
  const [reply] = (await once(sending, 'response')) as [IncomingMessage];
  outgoing.sendDate = false; // as the Worker says
  outgoing.writeHead(reply.statusCode ?? 502, spelled(pairsOf(reply.rawHeaders)).flat());
  outgoing.flushHeaders();
  await pipeline(reply, outgoing);
}

type Pair = [name: string, value: string];

function pairsOf(raw: string[]): Pair[] {
  return raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1] ?? ''] as Pair] : []));
}

/** These workerd writes by itself, each in its own way; all others it sends as the sandbox spells them. */
const own = /^(content-type|content-length|content-encoding|transfer-encoding|connection|keep-alive|date)$/i;
const dropped = /^(transfer-encoding|connection|keep-alive)$/i; // of one connection, and Node writes its own

/** The headers, with all names spelled like those of the sandbox. */
function spelled(pairs: Pair[]): Pair[] {
  const isLower = pairs.some(([name]) => !own.test(name) && name === name.toLowerCase());
  return pairs
    .filter(([name]) => !dropped.test(name))
    .map(([name, value]) => [isLower ? name.toLowerCase() : name, value]);
}
