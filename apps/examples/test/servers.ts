/** Servers of one test, on free ports of this machine; they are closed after it. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, request, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/**
 * Serves HTTP.
 *
 * @returns the origin
 */
export async function serve(handler: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await listen(createServer(handler))}`;
}

/**
 * Serves HTTP over TLS.
 *
 * @returns the origin, and the path of the certificate to trust
 */
export async function serveTls(handler: RequestListener): Promise<{ url: string; certificate: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'examples-tls-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const leaf = ['-addext', 'basicConstraints=critical,CA:FALSE']; // Deno trusts no server with the certificate of a CA
  const files = ['-keyout', key, '-out', certificate];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...names, ...leaf, ...files], {
    stdio: 'pipe',
  });
  const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(certificate) }, handler);
  return { url: `https://localhost:${await listen(server)}`, certificate };
}

/**
 * A forward proxy, which opens tunnels.
 *
 * @param tunnels - gets host and port of each tunnel
 * @returns the origin
 */
export async function serveTunnels(tunnels: string[]): Promise<string> {
  const server = createServer();
  server.on('connect', ({ url = '' }: IncomingMessage, client: Socket) => {
    tunnels.push(url);
    const target = connect(Number(url.split(':')[1]), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.pipe(client).pipe(target);
    });
    for (const [socket, other] of [[client, target] as const, [target, client] as const]) {
      socket.on('error', () => other.destroy());
      socket.on('close', () => other.destroy());
    }
  });
  return `http://127.0.0.1:${await listen(server)}`;
}

/** Sends a request on to this URL as it is, and the response back. */
export function forward(incoming: IncomingMessage, outgoing: ServerResponse, url: URL): void {
  const { method, rawHeaders } = incoming;
  const passed = request(url, { method, headers: rawHeaders }, (response) => {
    outgoing.writeHead(response.statusCode ?? 502, response.rawHeaders);
    response.pipe(outgoing);
  });
  passed.on('error', () => outgoing.destroy());
  incoming.pipe(passed);
}

async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}
