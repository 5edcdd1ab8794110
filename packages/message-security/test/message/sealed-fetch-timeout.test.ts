/** sealedFetch without a complete response: timeouts, aborts, broken connections. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import {
  type PrivateKey,
  ResponseMissing,
  type SealedFetchOptions,
  sealedFetch,
  sealRequest,
} from '../../src/index.ts';
import {
  encryptedTo,
  encryption,
  httpUri,
  listen,
  merchant,
  ofMerchant,
  refusalOf,
  reply,
  sealedReply,
  url,
  utf8,
} from './fixture.ts';

const send = (more: Partial<SealedFetchOptions> = {}) => sealedFetch({ ...ofMerchant, ...more });
const body = { method: 'POST', body: '{"points":100}' };
/** A `fetch` that returns what `make` returns. */
const replying =
  (make: (request: Request) => Response | Promise<Response>): SealedFetchOptions['fetch'] =>
  async (request) =>
    make(request);

setFlagsFromString('--expose-gc');
const gc: () => void = runInNewContext('gc');
let collections = 0;
function collectGarbage(): void {
  gc();
  collections++;
}
beforeEach(() => {
  collections = 0;
});

// ------------------------------------------------------------------------------------------------------------ timeouts

test('sealedFetch throws ResponseMissing after the timeout when fetch never settles and ignores its signal', async () => {
  const refusal = await refusalOf(send({ timeout: 100, fetch: () => new Promise(() => undefined) })(url, body));
  expect(refusal).toBeInstanceOf(ResponseMissing);
  expect(refusal.message).toBe('no complete response within 100 ms');
  expect(refusal.cause).toMatchObject({ name: 'TimeoutError', message: 'no response within 100 ms' });
});

/** The address of a server that sends nothing and collects garbage when it has a request; and when that was cut off. */
async function listenSilently(): Promise<{ address: string; closed: Promise<void> }> {
  let close: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => {
    close = resolve;
  });
  const address = await listen((request) => {
    request.resume().socket.on('close', close);
    collectGarbage();
  });
  return { address, closed };
}

// Node does not abort through a Request that it has collected.
test('sealedFetch throws ResponseMissing after the timeout when the server sends nothing, and closes the connection', async () => {
  const { address, closed } = await listenSilently();
  expect(await refusalOf(send({ timeout: 2000 })(`${address}${httpUri}`, body))).toBeInstanceOf(ResponseMissing);
  await closed;
});

test('fetch of a sealed request closes the connection when the signal of the original request aborts', async () => {
  const { address, closed } = await listenSilently();
  const controller = new AbortController();
  const sealed = await sealRequest(
    new Request(`${address}${httpUri}`, { ...body, signal: controller.signal }),
    ofMerchant,
  );
  const fetching = refusalOf(fetch(sealed));
  await vi.waitFor(() => expect(collections).toBeGreaterThan(0));
  controller.abort(new Error('no longer needed'));
  expect(await fetching).toMatchObject({ message: 'no longer needed' });
  await closed;
  expect(sealed.bodyUsed).toBe(true); // it is held until here: Node needs it to abort
});

test('sealedFetch throws ResponseMissing after the timeout when the body of an HTTP error does not end', async () => {
  const endless = new ReadableStream({ start: (controller) => controller.enqueue(utf8('<html>')) });
  const fetch = async () => new Response(endless, { status: 500 });
  expect(await refusalOf(send({ timeout: 500, fetch })(url, body))).toMatchObject({
    code: 'ResponseMissing',
    message: 'no complete response within 500 ms',
  });
});

test('sealedFetch throws ResponseMissing after the timeout when the body does not end', async () => {
  const address = await listen((_, response) => {
    response.writeHead(200, { Signature: 'x', 'Response-Time': 'x' });
    response.write('{');
  });
  const refusal = await refusalOf(send({ timeout: 150 })(address, body));
  expect(refusal).toBeInstanceOf(ResponseMissing);
  expect(refusal.message).toBe('no complete response within 150 ms');
});

test('sealedFetch cancels a response that arrives after the timeout', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const cancel = vi.fn();
  const late = Promise.withResolvers<Response>();
  const called = Promise.withResolvers<void>();
  const fetch = () => {
    called.resolve();
    return late.promise;
  };
  const sending = sealedFetch({ ...ofMerchant, timeout: 30, fetch })(url, { method: 'POST', body: '{}' });
  const refusal = refusalOf(sending);
  await called.promise;
  vi.advanceTimersByTime(30);
  expect(await refusal).toMatchObject({ code: 'ResponseMissing' });
  late.resolve(new Response(new ReadableStream({ cancel })));
  vi.useRealTimers();
  await vi.waitFor(() => expect(cancel).toHaveBeenCalledOnce());
});

test('sealedFetch throws ResponseMissing after the timeout when a key never signs', async () => {
  const privateKey = { algorithm: 'RSA256', sign: () => new Promise<never>(() => undefined) };
  const sending = sealedFetch({ ...ofMerchant, privateKey, timeout: 30 })(url, { method: 'POST', body: '{}' });
  expect(await refusalOf(sending)).toMatchObject({ code: 'ResponseMissing' });
});

test('sealedFetch rejects on the timeout and on an abort when a key never unwraps', async () => {
  const controller = new AbortController();
  const reason = new Error('the caller has gone');
  let onUnwrap = (): void => undefined;
  const privateKey: PrivateKey = {
    algorithm: 'RSA256',
    sign: (content) => merchant.privateKey.sign(content),
    unwrapKey: () => {
      onUnwrap();
      return new Promise<never>(() => undefined);
    },
  };
  const fetch = () => sealedReply({ encryption }, encryptedTo);
  const timedOut = send({ fetch, privateKey, encryption, timeout: 200 })(url, body);
  expect(await refusalOf(timedOut)).toMatchObject({
    code: 'ResponseMissing',
    message: expect.stringContaining('200 ms'),
  });
  onUnwrap = () => controller.abort(reason);
  const aborted = send({ fetch, privateKey, encryption, timeout: 60_000 })(url, { ...body, signal: controller.signal });
  expect(await refusalOf(aborted)).toBe(reason);
});

// -------------------------------------------------------------------------------------------------- broken connections

test('sealedFetch throws ResponseMissing with the tracerId when the connection breaks inside the body', async () => {
  const address = await listen((_, response) => {
    response.writeHead(200, { 'Content-Length': '1000', 'Tracer-Id': 'trace-8' });
    response.write('{', () => response.destroy());
  });
  const refusal = await refusalOf(send()(address, body));
  expect(refusal).toBeInstanceOf(ResponseMissing);
  expect(refusal).toMatchObject({ message: 'no complete response; the connection failed', tracerId: 'trace-8' });
});

test('sealedFetch throws ResponseMissing with its cause when the connection is refused', async () => {
  const address = await listen(() => undefined);
  const { port } = new URL(address);
  const free = createServer();
  await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve));
  const closedPort = (free.address() as AddressInfo).port;
  await new Promise((resolve) => free.close(resolve));
  expect(closedPort).not.toBe(Number(port));
  const refusal = await refusalOf(send()(`http://127.0.0.1:${closedPort}/`, body));
  expect(refusal).toMatchObject({
    code: 'ResponseMissing',
    message: 'no complete response; the connection failed',
  });
  expect(refusal.cause).toBeInstanceOf(TypeError);
});

test.each([
  ['rejects', (thrown: Error) => Promise.reject(thrown)],
  [
    'throws',
    (thrown: Error) => {
      throw thrown;
    },
  ],
])('sealedFetch throws ResponseMissing with its cause when fetch %s', async (_, fail) => {
  const thrown = new Error('no network');
  const refusal = await refusalOf(send({ fetch: () => fail(thrown) })(url, body));
  expect(refusal).toBeInstanceOf(ResponseMissing);
  expect(refusal.cause).toBe(thrown);
});

// -------------------------------------------------------------------------------------------------------------- aborts

test('sealedFetch rejects with the reason of an abort, whatever fetch does', async () => {
  for (const reason of [new Error('the customer left'), 'a string', { own: true }]) {
    for (const fetch of [
      () => new Promise<Response>(() => undefined),
      (request: Request) =>
        new Promise<Response>((_, reject) =>
          request.signal.addEventListener('abort', () => reject(new Error('other'))),
        ),
    ]) {
      const controller = new AbortController();
      const sent = send({ fetch })(url, { ...body, signal: controller.signal });
      setTimeout(() => controller.abort(reason), 20);
      const thrown = await sent.then(
        () => 'nothing',
        (error: unknown) => error,
      );
      expect(thrown).toBe(reason);
    }
  }
});

test('sealedFetch rejects with AbortError for an abort without a reason, and with TimeoutError for the caller’s timeout', async () => {
  const address = await listen(() => undefined);
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 20);
  expect(await refusalOf(send()(address, { ...body, signal: controller.signal }))).toMatchObject({
    name: 'AbortError',
  });
  expect(await refusalOf(send()(address, { ...body, signal: AbortSignal.timeout(20) }))).toMatchObject({
    name: 'TimeoutError',
  });
});

test('sealedFetch rejects with the reason of an abort inside the body', async () => {
  const reason = new Error('the customer left');
  const controller = new AbortController();
  const address = await listen((_, response) => {
    response.writeHead(200);
    response.write('{', () => controller.abort(reason));
  });
  expect(await refusalOf(send()(address, { ...body, signal: controller.signal }))).toBe(reason);
});

test('sealedFetch signs and sends nothing when the signal is already aborted', async () => {
  const reason = new Error('too late');
  let [sent, signed] = [0, 0];
  const privateKey: PrivateKey = {
    algorithm: 'RSA256',
    sign: async (data) => {
      signed++;
      return merchant.privateKey.sign(data);
    },
  };
  const options = {
    privateKey,
    fetch: replying(() => {
      sent++;
      return new Response();
    }),
  };
  expect(await refusalOf(send(options)(url, { ...body, signal: AbortSignal.abort(reason) }))).toBe(reason);
  expect([sent, signed]).toEqual([0, 0]);
});

test('sealedFetch sends nothing after an abort during signing', async () => {
  const reason = new Error('too late');
  const controller = new AbortController();
  let sent = 0;
  const privateKey: PrivateKey = {
    algorithm: 'RSA256',
    sign: async (data) => {
      controller.abort(reason);
      return merchant.privateKey.sign(data);
    },
  };
  const fetch = replying(() => {
    sent++;
    return new Response();
  });
  expect(await refusalOf(send({ privateKey, fetch })(url, { ...body, signal: controller.signal }))).toBe(reason);
  expect(sent).toBe(0);
});

test('a timeout or an abort after the reply was opened has no effect', async () => {
  const controller = new AbortController();
  let sent: Request | undefined;
  const fetch: SealedFetchOptions['fetch'] = async (request) => {
    sent = request;
    return sealedReply();
  };
  const response = await send({ fetch, timeout: 1000 })(url, body);
  const other = await send({ fetch: () => sealedReply() })(url, { ...body, signal: controller.signal });
  controller.abort();
  await new Promise((resolve) => setTimeout(resolve, 1100)); // an unhandled rejection would fail this run
  expect(await response.text()).toBe(reply);
  expect(await other.text()).toBe(reply);
  expect(sent?.signal.aborted).toBe(false);
});
