/** AlipayHK's end on a free port: the api package's gateway behind node:http, with what it accepted. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { importPrivateKey, importPublicKey, type PrivateKey, type PublicKey } from '@alipayhk-pass/api';
import { createGateway, type Refusal, type ResultInfo, type UpdatePassRequest } from '@alipayhk-pass/api/gateway';
import { importEcc224PrivateKey, importEcc224PublicKey } from '@alipayhk-pass/message-security/ecc224';
import { onTestFinished } from 'vitest';
import { type Keys, type Pair, pem } from './keys.ts';

export const clientId = '4Q5Y8W0WSG45P907917';
export const done: ResultInfo = { resultCode: 'SUCCESS', resultStatus: 'S', resultMessage: 'success.' };

export interface StartedGateway {
  url: string;
  /** What was accepted, in order. */
  updates: UpdatePassRequest[];
  refusals: Refusal[];
}

/** What a gateway of a test does differently. */
export interface GatewayOptions extends Partial<Omit<Parameters<typeof createGateway>[0], 'handler'>> {
  handler?: (update: UpdatePassRequest) => ResultInfo | Promise<ResultInfo>;
  /** Between the wire and the gateway. */
  changeRequest?: (request: Request) => Request | Promise<Request>;
  /** Between the gateway and the wire. */
  change?: (response: Response, request: Request) => Response | Promise<Response>;
}

/** Starts a gateway that stops with the test. */
export async function startGateway(keys: Keys, options: GatewayOptions = {}): Promise<StartedGateway> {
  const updates: UpdatePassRequest[] = [];
  const refusals: Refusal[] = [];
  const merchantKey = await publicKeyOf(keys.merchant);
  const {
    handler = () => done,
    changeRequest = (request) => request,
    change = (response) => response,
    ...rest
  } = options;
  const gateway = createGateway({
    privateKey: await privateKeyOf(keys.gateway),
    publicKeyOf: (id: string) => (id === clientId ? merchantKey : undefined),
    onRefusal: (refusal: Refusal) => void refusals.push(refusal),
    ...(rest as object),
    handler: async (update: UpdatePassRequest) => {
      const resultInfo = await handler(update);
      if (resultInfo.resultStatus === 'S') updates.push(update);
      return resultInfo;
    },
  });
  const url = await serve(async (request) => change(await gateway(await changeRequest(request)), request));
  return { url, updates, refusals };
}

/** The half that signs, RSA or on P-224. */
export const privateKeyOf = ({ privateKey }: Pair): Promise<PrivateKey> =>
  privateKey.asymmetricKeyType === 'ec' ? importEcc224PrivateKey(pem(privateKey)) : importPrivateKey(pem(privateKey));

/** The half that verifies. */
export const publicKeyOf = ({ publicKey }: Pair): Promise<PublicKey> =>
  publicKey.asymmetricKeyType === 'ec' ? importEcc224PublicKey(pem(publicKey)) : importPublicKey(pem(publicKey));

/** Serves a function on a free port until the test ends. */
export async function serve(handle: (request: Request) => Promise<Response>): Promise<string> {
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const headers = new Headers(incoming.headers as Record<string, string>);
    const { method = 'GET', url = '/' } = incoming;
    const init =
      method === 'GET' || method === 'HEAD' ? { method, headers } : { method, headers, body: Buffer.concat(chunks) };
    const response = await handle(new Request(`http://${headers.get('host')}${url}`, init));
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    outgoing.end(Buffer.from(await response.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
