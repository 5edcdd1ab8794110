/** A sandbox on a port of this machine, by Node's http alone: so that a browser and other programs can reach it. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { importPrivateKey } from '@alipayhk-pass/message-security';
import { keys } from '@alipayhk-pass/spec/vectors';
import { createSandboxClient } from '../../src/client.ts';
import { createSandbox, type ReadyMerchant, type SandboxOptions, wireHeaders } from '../../src/index.ts';
import { openNodeSqlite } from '../../src/node-sqlite.ts';

/** A merchant with its keys and a pass, as a local sandbox offers them. */
export const ready: ReadyMerchant = {
  clientId: '4Q5Y8W0WSG45P907917',
  keyVersion: '1',
  merchantPrivateKey: keys.merchant.privateKey,
  gatewayPublicKey: keys.gateway.publicKey,
  pass: {
    passId: '2024052200000000000001',
    merchantId: '2160400000000001',
    userId: '2160220000000001',
    templateCode: '20240522000000000000000000000001',
  },
};

/** A sandbox that listens. */
export interface Served {
  /** As `http://127.0.0.1:12345`. */
  url: string;
  close(): Promise<void>;
}

/** Starts a sandbox in memory; open on this machine and with the merchant above, unless options say otherwise. */
export async function serveSandbox(
  options: Partial<SandboxOptions> = { access: { open: 'loopback' }, ready },
): Promise<Served> {
  const store = openNodeSqlite();
  const privateKey = await importPrivateKey(keys.gateway.privateKey);
  const sandbox = createSandbox({ store, privateKey, emit: () => undefined, ...options });
  const server = createServer((incoming, outgoing) => {
    // A fault breaks the connection; so does a browser that leaves.
    reply(incoming, outgoing, sandbox).catch(() => outgoing.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  if (options.ready) {
    const { clientId, keyVersion, pass } = options.ready;
    const admin = createSandboxClient(url);
    await admin.setMerchant({ clientId, keys: [{ keyVersion, publicKey: keys.merchant.publicKey }] });
    await admin.createPass({ ...pass, clientId });
  }
  return {
    url,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      store.close();
    },
  };
}

async function reply(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  sandbox: (request: Request) => Promise<Response>,
): Promise<void> {
  const { method = 'GET', headers, url = '/' } = incoming;
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const request = new Request(new URL(url, `http://${headers.host}`), {
    method,
    headers: headers as Record<string, string>,
    ...(hasBody && { body: Readable.toWeb(incoming) as BodyInit, duplex: 'half' }),
  });
  const response = await sandbox(request);
  outgoing.writeHead(response.status, wireHeaders(response).flat());
  outgoing.flushHeaders();
  if (response.body === null) return void outgoing.end();
  const body = Readable.fromWeb(response.body as ReadableStream);
  body.on('error', () => undefined); // it may fail after the browser has left
  await pipeline(body, outgoing);
}
