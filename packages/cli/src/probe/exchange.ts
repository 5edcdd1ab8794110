/** One request and its reply, byte for byte: the names of headers as the gateway writes them, which `fetch` does not show. */
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { readHttp } from '../capture/http.ts';
import type { ReplyMessage } from '../capture/message.ts';
import { properName } from '../commands/seal.ts';
import { CommandError, exitCodes } from '../exit.ts';

/** Most of a reply that is read, in bytes. */
const most = 4 * 1024 * 1024;

/**
 * Sends a request on a connection of its own.
 *
 * @param timeout - in milliseconds, for all of it
 * @throws CommandError when no complete reply arrives
 */
export async function exchange(request: Request, timeout: number): Promise<ReplyMessage & { body: Uint8Array }> {
  const { host, pathname, search } = new URL(request.url);
  const body = Buffer.from(await request.arrayBuffer());
  const lines = [...request.headers].map(([name, value]) => `${properName(name)}: ${value}`);
  const first = [`${request.method} ${pathname}${search} HTTP/1.1`, `Host: ${host}`, 'Connection: close'];
  const head = [...first, ...lines, `Content-Length: ${body.length}`, '', ''].join('\r\n');
  const bytes = await send(new URL(request.url), Buffer.concat([Buffer.from(head), body]), timeout);
  const { reply } = readHttp(bytes.toString('latin1'));
  if (reply === undefined) throw missing('what replied does not speak HTTP');
  return { ...reply, body: reply.body ?? new Uint8Array() };
}

function send({ protocol, hostname, port }: URL, bytes: Buffer, timeout: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const isTls = protocol === 'https:';
    const host = hostname.replace(/^\[|\]$/g, '');
    const to = { host, port: Number(port) || (isTls ? 443 : 80) };
    const chunks: Buffer[] = [];
    let length = 0;
    const socket: Socket = isTls
      ? connectTls({ ...to, servername: host, ALPNProtocols: ['http/1.1'] })
      : connectPlain(to);
    const timer = setTimeout(() => socket.destroy(new Error(`no complete reply within ${timeout} ms`)), timeout);
    socket.once(isTls ? 'secureConnect' : 'connect', () => socket.write(bytes));
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length > most) socket.destroy(new Error(`the reply is longer than ${most} bytes`));
    });
    socket.once('end', () => socket.end());
    socket.once('error', (error) =>
      reject(missing(error.message || (error as NodeJS.ErrnoException).code || 'the connection failed')),
    );
    socket.once('close', () => {
      clearTimeout(timer);
      resolve(Buffer.concat(chunks)); // after an error this changes nothing
    });
  });
}

const missing = (reason: string): CommandError =>
  new CommandError(`no reply from the gateway: ${reason}`, exitCodes.unknown);
