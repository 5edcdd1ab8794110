import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import {
  BodyTooLarge,
  openRequest,
  type PrivateKey,
  type ResponseUnexpected,
  type SealedFetchOptions,
  sealedFetch,
  sealResponse,
} from '../../src/index.ts';
import {
  type Bytes,
  encryptedTo,
  encryption,
  httpUri,
  instant,
  listen,
  ofGateway,
  ofMerchant,
  refusalOf,
  reply,
  sealedReply,
  url,
  withHeaders,
} from './fixture.ts';

const send = (more: Partial<SealedFetchOptions> = {}) => sealedFetch({ ...ofMerchant, ...more });
const body = { method: 'POST', body: '{"points":100}' };
/** A `fetch` that returns what `make` returns. */
const replying =
  (make: (request: Request) => Response | Promise<Response>): SealedFetchOptions['fetch'] =>
  async (request) =>
    make(request);

/** A gateway over HTTP: opens each request, and seals the reply that `replyTo` returns. */
const listenAsGateway = (replyTo: (body: string, encrypted: boolean) => string = () => reply): Promise<string> =>
  listen(async (incoming, outgoing: ServerResponse) => {
    const chunks: Bytes[] = [];
    for await (const chunk of incoming) chunks.push(new Uint8Array(chunk as Buffer));
    const request = new Request(`http://${incoming.headers.host}${incoming.url}`, {
      method: incoming.method as string,
      headers: incoming.headers as Record<string, string>,
      body: Buffer.concat(chunks),
    });
    const to = await openRequest(request, { ...ofGateway, encryption });
    const plain = new Response(replyTo(await to.request.text(), to.encrypted), { headers: { 'Tracer-Id': 'trace-6' } });
    const sealed = await sealResponse(plain, to, { ...ofGateway, encryption });
    outgoing.writeHead(sealed.status, Object.fromEntries(sealed.headers));
    outgoing.end(Buffer.from(await sealed.arrayBuffer()));
  });

test('sealedFetch rejects with the error of a key that cannot sign', async () => {
  const reason = new Error('the key service is down');
  const privateKey: PrivateKey = { algorithm: 'RSA256', sign: () => Promise.reject(reason) };
  expect(await refusalOf(send({ privateKey })(url, body))).toBe(reason);
});

test.each([301, 302, 303, 307, 308])('sealedFetch does not follow a redirect of status %i', async (status) => {
  const visited: string[] = [];
  const address = await listen((request, response) => {
    visited.push(String(request.url));
    response.writeHead(status, { Location: '/elsewhere' });
    response.end('moved');
  });
  const refusal = await refusalOf(send()(`${address}${httpUri}`, body));
  expect(refusal).toMatchObject({ code: 'ResponseUnexpected', reason: 'status' });
  expect((refusal as ResponseUnexpected).response.status).toBe(status);
  expect(visited).toEqual([httpUri]);
});

test('sealedFetch throws ResponseUnexpected with a readable body for an HTTP 500', async () => {
  const address = await listen((_, response) => {
    response.writeHead(500, { 'Content-Type': 'text/html', 'Tracer-Id': 'trace-7' });
    response.end('<h1>Internal Server Error</h1>');
  });
  const refusal = (await refusalOf(send()(address, body))) as ResponseUnexpected;
  expect(refusal).toMatchObject({ code: 'ResponseUnexpected', reason: 'status', tracerId: 'trace-7' });
  expect(await refusal.response.text()).toBe('<h1>Internal Server Error</h1>');
});

test('sealedFetch throws ResponseUnexpected for an HTTP 500 with a body that breaks off', async () => {
  const address = await listen((_, response) => {
    response.writeHead(500, { 'Content-Length': '1000' });
    response.write('<h1>', () => response.destroy());
  });
  expect(await refusalOf(send()(address, body))).toMatchObject({ code: 'ResponseUnexpected', reason: 'status' });
});

test('sealedFetch throws BodyTooLarge with the tracerId for a reply over the limit', async () => {
  const address = await listen((_, response) => {
    response.writeHead(200, { 'Tracer-Id': 'trace-9' });
    response.end('x'.repeat(1001));
  });
  const refusal = await refusalOf(send({ maxBodyBytes: 1000 })(address, body));
  expect(refusal).toBeInstanceOf(BodyTooLarge);
  expect(refusal).toMatchObject({ tracerId: 'trace-9' });
});

test.each<[string, (sealed: Response) => Response, object]>([
  ['that is not signed', () => new Response(reply), { code: 'ResponseUnexpected', reason: 'unsigned' }],
  [
    'without its Signature',
    (sealed) => withHeaders(sealed, { Signature: null }),
    { code: 'HeaderInvalid', header: 'Signature' },
  ],
  [
    'without its Response-Time',
    (sealed) => withHeaders(sealed, { 'Response-Time': null }),
    { code: 'HeaderInvalid', header: 'Response-Time' },
  ],
  [
    'with another body',
    (sealed) => new Response(reply.replace('"S"', '"F"'), { headers: sealed.headers }),
    { code: 'SignatureVerificationFailed' },
  ],
  [
    'for another Client-Id',
    (sealed) => withHeaders(sealed, { 'Client-Id': 'OTHER' }),
    { code: 'HeaderInvalid', header: 'Client-Id' },
  ],
])('sealedFetch refuses a reply %s', async (_, change, expected) => {
  const fetch = replying(async () => change(await sealedReply()));
  expect(await refusalOf(send({ fetch })(url, body))).toMatchObject(expected);
});

test('sealedFetch throws TimeNotAccepted with the skew for a stale reply', async () => {
  const fetch = replying(() => sealedReply({ now: () => instant - 4_000_000 }));
  expect(await refusalOf(send({ fetch })(url, body))).toMatchObject({ code: 'TimeNotAccepted', skew: 4000 });
});

test('sealedFetch throws AlgorithmNotSupported for an encrypted reply when encryption is not set', async () => {
  const fetch = replying(() => sealedReply({ encryption }, encryptedTo));
  expect(await refusalOf(send({ fetch })(url, body))).toMatchObject({
    code: 'AlgorithmNotSupported',
    algorithm: 'RSA_AES',
  });
});

test('sealedFetch accepts a plain reply to an encrypted request unless requireEncryption is set', async () => {
  const fetch = replying(() => sealedReply());
  expect(await (await send({ fetch, encryption })(url, body)).text()).toBe(reply);
  expect(await refusalOf(send({ fetch, encryption, requireEncryption: true })(url, body))).toMatchObject({
    code: 'HeaderInvalid',
    header: 'Encrypt',
  });
});

test('sealedFetch sends an update over HTTP and opens the reply, plain and encrypted', async () => {
  for (const more of [{}, { encryption }]) {
    const seen: [string, boolean][] = [];
    const address = await listenAsGateway((text, encrypted) => {
      seen.push([text, encrypted]);
      return '{"level":"金"}';
    });
    const response = await send(more)(`${address}${httpUri}?lang=zh-HK`, { method: 'POST', body: '{"level":"金"}' });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ level: '金' });
    expect(response.headers.get('Tracer-Id')).toBe('trace-6');
    expect(response.headers.get('Signature')).not.toBeNull(); // a record of what was verified
    expect(response.headers.has('Encrypt')).toBe('encryption' in more);
    expect(response.headers.get('Content-Length')).toBeNull();
    expect(seen).toEqual([['{"level":"金"}', 'encryption' in more]]);
  }
});

test('sealedFetch accepts a string, a URL, a Request, and a Request with an init', async () => {
  const seen: string[] = [];
  const fetch = replying(async (request) => {
    seen.push(`${request.method} ${request.url} ${await request.clone().text()}`);
    return sealedReply();
  });
  const sealed = send({ fetch });
  await sealed(url, body);
  await sealed(new URL(url), body);
  await sealed(new Request(url, body));
  await sealed(new Request(url, body), { body: '{}' });
  expect(seen).toEqual([...Array(3).fill(`POST ${url} {"points":100}`), `POST ${url} {}`]);
});

test('sealedFetch makes a new time, signature and symmetric key for each call', async () => {
  const seen: Request[] = [];
  let clock = instant;
  const ticking = () => {
    clock += 1000;
    return clock;
  };
  const sealed = send({
    now: ticking,
    encryption,
    fetch: replying((request) => {
      seen.push(request);
      return sealedReply({ now: () => clock });
    }),
  });
  await sealed(url, body);
  await sealed(url, body);
  for (const name of ['Request-Time', 'Signature', 'Encrypt']) {
    expect(seen[0]?.headers.get(name)).not.toBe(seen[1]?.headers.get(name));
  }
});

test('sealedFetch keeps the options that it was made with when the caller changes them', async () => {
  const sent: (string | null)[] = [];
  const fetch = replying(({ headers }) => {
    sent.push(headers.get('Client-Id'));
    return sealedReply();
  });
  const options = { ...ofMerchant, fetch };
  const sealed = sealedFetch(options);
  Object.assign(options, { clientId: 'ANOTHER', publicKey: undefined, tolerance: Number.POSITIVE_INFINITY });
  expect((await sealed(url, body)).status).toBe(200);
  expect(sent).toEqual([ofMerchant.clientId]);
});

test('sealedFetch opens the right reply for each of 20 calls at the same time', async () => {
  const address = await listenAsGateway((text) => text);
  const sealed = send({ encryption });
  const bodies = Array.from({ length: 20 }, (_, at) => JSON.stringify({ at }));
  const replies = await Promise.all(
    bodies.map(async (each) => (await sealed(`${address}${httpUri}`, { method: 'POST', body: each })).text()),
  );
  expect(replies).toEqual(bodies);
});
