/** AlipayHK's end on a socket of this machine: the real gateway function, which can be told to hang up on everyone. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { createGateway, type UpdatePassRequest } from '@alipayhk-pass/api/gateway';
import { importPrivateKey, importPublicKey } from '@alipayhk-pass/message-security';
import keys from '../../../../spec/vectors/keys.json' with { type: 'json' };

export const clientId = '4Q5Y8W0WSG45P907917';

/** Answers on a free port; `reachable` says whether it does. */
export async function startGateway() {
  const merchantKey = await importPublicKey(keys.merchant.publicKey);
  const applied: UpdatePassRequest[] = [];
  const gateway = createGateway({
    publicKeyOf: (id) => (id === clientId ? merchantKey : undefined),
    privateKey: await importPrivateKey(keys.gateway.privateKey),
    handler: (update) => {
      applied.push(update);
      return { resultCode: 'SUCCESS', resultStatus: 'S' };
    },
  });
  const state = { reachable: true };
  const server = createServer(async (incoming, outgoing) => {
    if (!state.reachable) return void incoming.socket.destroy();
    const response = await gateway(await toRequest(incoming));
    outgoing.writeHead(response.status, [...response.headers].flat());
    outgoing.end(new Uint8Array(await response.arrayBuffer()));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('expected the address of a listening socket');
  return {
    url: `http://127.0.0.1:${address.port}`,
    state,
    /** What was applied, in order. */
    applied,
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
