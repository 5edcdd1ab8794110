/**
 * AlipayHK's end for the tests: a socket on this machine with the real gateway function behind it. A test may put
 * another answer in its place, or no answer at all.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { importPrivateKey, importPublicKey } from '@alipayhk-pass/message-security';
import { createGateway, type GatewayOptions } from '@alipayhk-pass/update-pass/gateway';
import keys from '../../../spec/vectors/keys.json' with { type: 'json' };

export const clientId = '4Q5Y8W0WSG45P907917';

/** A gateway that knows this merchant and answers S. */
export async function gateway(options: Partial<GatewayOptions> = {}): Promise<(request: Request) => Promise<Response>> {
  const merchantKey = await importPublicKey(keys.merchant.publicKey);
  return createGateway({
    publicKeyOf: (id) => (id === clientId ? merchantKey : undefined),
    privateKey: await importPrivateKey(keys.gateway.privateKey),
    handler: () => ({ resultCode: 'SUCCESS', resultStatus: 'S' }),
    ...options,
  });
}

/** Answers requests on a free port with whatever `answerWith` was given last. */
export async function startUpstream() {
  let handle: (request: Request) => Promise<Response> = await gateway();
  let requests = 0;
  const server = createServer(async (incoming, outgoing) => {
    requests++;
    const response = await handle(await toRequest(incoming));
    outgoing.writeHead(response.status, [...response.headers].flat());
    outgoing.end(new Uint8Array(await response.arrayBuffer()));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('expected the address of a listening socket');
  return {
    url: `http://127.0.0.1:${address.port}`,
    /** How many requests have arrived. */
    requests: () => requests,
    answerWith(next: typeof handle) {
      handle = next;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function toRequest(incoming: IncomingMessage): Promise<Request> {
  const { method = 'GET', url = '/', headers } = incoming;
  const pairs = Object.entries(headers).map(([name, value]): [string, string] => [name, `${value}`]);
  const body = await buffer(incoming);
  return new Request(new URL(url, `http://${headers.host}`), {
    method,
    headers: pairs,
    ...(body.length > 0 && { body }),
  });
}
