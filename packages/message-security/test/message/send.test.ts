import { Agent, fetch as undiciFetch } from 'undici';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { isMessageError, openRequest, type SealedFetchOptions, sealedFetch, sealResponse } from '../../src/index.ts';
import { httpUri, listen, ofGateway, ofMerchant, refusalOf, reply, url } from './fixture.ts';

const send = (fetch: unknown) => sealedFetch({ ...ofMerchant, fetch: fetch as SealedFetchOptions['fetch'] });
const body = { method: 'POST', body: '{"points":100}' };

/** A gateway that opens each request and seals a reply. */
async function gateway(request: Request): Promise<Response> {
  const to = await openRequest(request, ofGateway);
  return sealResponse(new Response(reply), to, ofGateway);
}

const unhandled: unknown[] = [];
const record = (error: unknown): void => void unhandled.push(error);
process.on('unhandledRejection', record);
afterEach(async () => {
  await new Promise((resolve) => setTimeout(resolve));
  expect(unhandled.splice(0)).toEqual([]);
});

describe('the option fetch', () => {
  const illegal = () => {
    throw new TypeError('Illegal invocation: function called with incorrect `this` reference.');
  };
  const cases: [what: string, fetch: unknown, expected: object][] = [
    ['resolves with undefined', async () => undefined, { code: 'ResponseMissing', stage: 'connection' }],
    ['resolves with null', async () => null, { message: 'fetch resolved with null; expected a Response' }],
    ['resolves with text', async () => 'ok', { message: 'fetch resolved with string; expected a Response' }],
    ['resolves with an object', async () => ({ ok: true }), { code: 'ResponseMissing' }],
    ['resolves with a status alone', async () => ({ status: 200 }), { code: 'ResponseMissing', stage: 'connection' }],
    ['resolves with headers alone', async () => ({ headers: new Headers() }), { code: 'ResponseMissing' }],
    ['resolves with a list of headers', async () => ({ status: 200, headers: [] }), { code: 'ResponseMissing' }],
    ['returns a Response without a promise', () => new Response('x', { status: 503 }), { code: 'ResponseUnexpected' }],
    ['rejects with a TypeError', () => Promise.reject(new TypeError('fetch failed')), { code: 'ResponseMissing' }],
    ['rejects with undefined', () => Promise.reject(undefined), { code: 'ResponseMissing' }],
    [
      'throws',
      () => {
        throw new Error('broken');
      },
      { code: 'ResponseMissing' },
    ],
    [
      'is called without its object',
      illegal,
      { name: 'TypeError', message: expect.stringMatching(/^fetch was called without its object/) },
    ],
    ...[100, 101, 204, 205, 304, 418, 599, 600, 799, 999].map((status): [string, unknown, object] => [
      `resolves with HTTP status ${status}`,
      async () => Object.defineProperty(new Response('body'), 'status', { value: status }),
      { code: 'ResponseUnexpected', reason: 'status', response: { status } },
    ]),
  ];
  test.each(cases)('sealedFetch throws a documented error for a fetch that %s', async (_, fetch, expected) => {
    const refusal = await refusalOf(send(fetch)(url, body));
    expect(refusal).toMatchObject(expected);
    expect(isMessageError(refusal) || refusal instanceof TypeError).toBe(true);
  });

  test('sealedFetch leaves no rejection unhandled when fetch resolves with undefined after the timeout', async () => {
    const fetch = () => new Promise((resolve) => setTimeout(resolve, 60));
    const sending = sealedFetch({ ...ofMerchant, timeout: 10, fetch: fetch as never })(url, body);
    expect(await refusalOf(sending)).toMatchObject({ code: 'ResponseMissing' });
    await new Promise((resolve) => setTimeout(resolve, 100));
  });

  test.each([
    ['text', 'fetch'],
    ['null', null],
  ])('sealedFetch throws TypeError for a fetch that is %s', (_, fetch) => {
    expect(() => send(fetch)).toThrow(new TypeError('fetch must be a function'));
  });
});

test('ResponseUnexpected keeps a status that the Response constructor refuses, and the body', async () => {
  const fetch = async () => Object.defineProperty(new Response('over'), 'status', { value: 799 });
  const refusal = await refusalOf(send(fetch)(url, body));
  expect(refusal.message).toBe('received HTTP status 799; expected 200');
  const { response } = refusal as unknown as { response: Response };
  expect([response.status, await response.text()]).toEqual([799, 'over']);
});

test('sealedFetch uses the globalThis.fetch at the time of the call', async () => {
  const sealed = sealedFetch(ofMerchant);
  const original = globalThis.fetch;
  onTestFinished(() => {
    globalThis.fetch = original;
  });
  const mock = vi.fn(gateway);
  globalThis.fetch = mock as unknown as typeof fetch;
  expect(await (await sealed(url, body)).text()).toBe(reply);
  expect(mock).toHaveBeenCalledOnce();
});

test('sealedFetch does not call a fetch again that has sent and then failed to parse a URL of its own', async () => {
  const fetch = vi.fn(async () => {
    throw new TypeError('Failed to parse URL from http://log:port');
  });
  expect(await refusalOf(send(fetch)(url, body))).toMatchObject({ code: 'ResponseMissing' });
  expect(fetch).toHaveBeenCalledOnce();
});

test('sealedFetch sends through the fetch of npm’s undici with a dispatcher', async () => {
  const received: string[] = [];
  const address = await listen(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const request = new Request(`http://gateway${incoming.url}`, {
      method: incoming.method as string,
      headers: incoming.headers as Record<string, string>,
      body: Buffer.concat(chunks),
    });
    received.push(await request.clone().text());
    const response = await gateway(request);
    outgoing.writeHead(response.status, Object.fromEntries(response.headers)).end(await response.text());
  });
  const dispatcher = new Agent();
  onTestFinished(() => dispatcher.close());
  const fetch = (input: unknown, init: object) => undiciFetch(input as string, { ...init, dispatcher });
  const response = await send(fetch)(`${address}${httpUri}`, body);
  expect(await response.text()).toBe(reply);
  expect(received).toEqual([body.body]);
});

test('opening and sealing throw TypeError for a body that was read before', async () => {
  const request = new Request(url, body);
  await request.text();
  const text = 'the body was read before; expected a message with an unread body';
  expect(await refusalOf(openRequest(request, ofGateway))).toMatchObject({ name: 'HeaderInvalid' }); // unsigned
  const sealed = new Request(url, { ...body, headers: await sealedHeaders() });
  await sealed.text();
  expect(await refusalOf(openRequest(sealed, ofGateway))).toEqual(new TypeError(text));
  const read = new Response('{}');
  await read.text();
  expect(await refusalOf(sealResponse(read, { httpUri, encrypted: false }, ofGateway))).toEqual(new TypeError(text));
});

async function sealedHeaders(): Promise<Headers> {
  let headers = new Headers();
  const fetch = async (request: Request) => {
    headers = request.headers;
    return gateway(request);
  };
  await send(fetch)(url, body);
  return headers;
}
