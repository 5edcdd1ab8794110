import { describe, expect, test, vi } from 'vitest';
import { BodyTooLarge, MessageError, openRequest, type PublicKey, sealRequest } from '../../src/index.ts';
import {
  countingKey,
  encryption,
  ofGateway,
  ofMerchant,
  openedReply,
  openedRequest,
  plainTo,
  post,
  refusalOf,
  sealedReply,
  sealedRequest,
  url,
  utf8,
  withHeaders,
} from './fixture.ts';

// --------------------------------------------------------------------------------------------------------------- limit

test('openRequest and openResponse throw BodyTooLarge for a body over the limit, and use no key', async () => {
  const publicKey = countingKey();
  const body = 'x'.repeat(1001);
  for (const open of [
    async () => openedRequest(await sealedRequest({}, post(body)), { publicKey, maxBodyBytes: 1000 }),
    async () => openedReply(await sealedReply({}, plainTo, body), { publicKey, maxBodyBytes: 1000 }),
  ]) {
    const refusal = await refusalOf(open);
    expect(refusal).toBeInstanceOf(BodyTooLarge);
    expect(refusal).toMatchObject({ limit: 1000 });
    expect(refusal.message).toBe('the body is longer than 1000 bytes');
  }
  expect(publicKey.uses).toBe(0);
});

test('maxBodyBytes counts bytes on the wire, not characters and not plaintext', async () => {
  expect(
    await refusalOf(openedRequest(await sealedRequest({}, post('金'.repeat(34))), { maxBodyBytes: 100 })),
  ).toBeInstanceOf(BodyTooLarge);
  const encrypted = await sealedRequest({ encryption }, post('x'.repeat(100)));
  expect(await refusalOf(openedRequest(encrypted, { encryption, maxBodyBytes: 100 }))).toBeInstanceOf(BodyTooLarge);
});

test('openRequest stops reading an endless body at the limit and cancels its stream', async () => {
  let [pulled, cancelled] = [0, false];
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled++;
      controller.enqueue(new Uint8Array(1000));
    },
    cancel() {
      cancelled = true;
    },
  });
  const { headers } = await sealedRequest();
  const request = new Request(url, { method: 'POST', headers, body: endless, duplex: 'half' } as RequestInit);
  expect(await refusalOf(openedRequest(request, { maxBodyBytes: 10_000 }))).toBeInstanceOf(BodyTooLarge);
  expect(cancelled).toBe(true);
  expect(pulled).toBeLessThan(20);
});

test('maxBodyBytes is 2 MiB unless given', async () => {
  const publicKey = countingKey();
  const exactly = new Request(url, {
    method: 'POST',
    headers: (await sealedRequest()).headers,
    body: new Uint8Array(2 ** 21),
  });
  await openedRequest(exactly, { publicKey });
  const over = new Request(url, { method: 'POST', headers: exactly.headers, body: new Uint8Array(2 ** 21 + 1) });
  expect(await refusalOf(openedRequest(over, { publicKey }))).toMatchObject({ code: 'BodyTooLarge', limit: 2 ** 21 });
  expect(publicKey.uses).toBe(1);
});

test('openRequest accepts a body of exactly the limit', async () => {
  const { request } = await openedRequest(await sealedRequest({}, post('x'.repeat(1000))), { maxBodyBytes: 1000 });
  expect((await request.text()).length).toBe(1000);
});

// ------------------------------------------------------------------------------------------------------------- arrival

test('openRequest throws TypeError for a request that was read before', async () => {
  const sealed = await sealedRequest();
  await sealed.text();
  expect(await refusalOf(openedRequest(sealed))).toBeInstanceOf(TypeError);
});

describe('a body that breaks off', () => {
  // As Node's fetch fails when a connection ends early.
  const cause = new TypeError('terminated');
  const broken = () => new ReadableStream({ pull: (controller) => controller.error(cause) });

  test('openRequest throws BodyIncomplete, also for a TypeError of the stream', async () => {
    const { headers } = await sealedRequest();
    const init = { method: 'POST', headers, body: broken(), duplex: 'half' };
    const refusal = await refusalOf(openedRequest(new Request(url, init as RequestInit)));
    expect(refusal).toMatchObject({ code: 'BodyIncomplete', message: 'the body broke off', cause });
  });

  test('openResponse throws ResponseMissing with the tracer id', async () => {
    const { headers } = await sealedReply();
    headers.set('Tracer-Id', 'trace-1');
    const refusal = await refusalOf(openedReply(new Response(broken(), { headers })));
    expect(refusal).toMatchObject({ code: 'ResponseMissing', tracerId: 'trace-1', cause });
  });
});

test('openResponse throws BodyTooLarge with the tracer id', async () => {
  const { headers } = await sealedReply();
  headers.set('Tracer-Id', 'trace-1');
  const refusal = await refusalOf(openedReply(new Response('x'.repeat(11), { headers }), { maxBodyBytes: 10 }));
  expect(refusal).toMatchObject({ code: 'BodyTooLarge', tracerId: 'trace-1' });
});

describe('a request with a body that does not end', () => {
  const endless = (headers: Headers, chunk: Uint8Array | undefined) => {
    const pulled = { count: 0, cancelled: false };
    const body = new ReadableStream({
      pull(controller) {
        pulled.count += 1;
        return chunk === undefined ? new Promise(() => undefined) : controller.enqueue(chunk);
      },
      cancel() {
        pulled.cancelled = true;
      },
    });
    const init = { method: 'POST', headers, body, duplex: 'half' };
    return { request: new Request(url, init as RequestInit), pulled };
  };

  test.each([
    ['no Signature', 'Signature', null],
    ['a malformed Signature', 'Signature', 'signature'],
    ['another Client-Id', 'Client-Id', 'SOMEBODY'],
    ['a time without a zone', 'Request-Time', '2024-05-22T06:42:21'],
    ['a malformed Encrypt header', 'Encrypt', 'symmetricKey'],
  ])('openRequest refuses it for %s without reading it', async (_, name, value) => {
    const sealed = withHeaders(await sealRequest(post(), ofMerchant), { [name]: value });
    const { request, pulled } = endless(sealed.headers, undefined);
    expect(await refusalOf(openRequest(request, ofGateway))).toBeInstanceOf(MessageError);
    expect(pulled.count).toBeLessThan(2); // a stream may fill its own queue before anybody reads
  });

  test.each([
    ['nothing', undefined],
    ['empty chunks', new Uint8Array()],
  ])(
    'openRequest throws BodyIncomplete after bodyTimeout and cancels the stream when it sends %s',
    async (_, chunk) => {
      const sealed = await sealRequest(post(), ofMerchant);
      const { request, pulled } = endless(sealed.headers, chunk);
      const refusal = await refusalOf(openRequest(request, { ...ofGateway, bodyTimeout: 50 }));
      expect(refusal).toMatchObject({ code: 'BodyIncomplete', stage: 'body', limit: 50 });
      expect(refusal.message).toBe('the body did not end within 50 ms');
      expect(pulled.cancelled).toBe(true);
    },
  );
});

test('openRequest joins a body that arrives in pieces', async () => {
  const { headers } = await sealedRequest();
  const pieces = ['{', '"po', '', 'ints', '":1', '00}'].map(utf8);
  const body = new ReadableStream({
    pull: (controller) => {
      const piece = pieces.shift();
      piece ? controller.enqueue(piece) : controller.close();
    },
  });
  const request = new Request(url, { method: 'POST', headers, body, duplex: 'half' } as RequestInit);
  expect(await (await openedRequest(request)).request.text()).toBe('{"points":100}');
});

// -------------------------------------------------------------------------------------------------------------- onBody

test.each([
  ['Client-Id is another', { 'Client-Id': 'OTHER' }],
  ['Signature is missing', { Signature: null }],
  ['Request-Time has no zone', { 'Request-Time': '2024-05-22T06:42:21' }],
])('openRequest does not call onBody when %s', async (_, change: Record<string, string | null>) => {
  const onBody = vi.fn();
  await refusalOf(openedRequest(withHeaders(await sealedRequest(), change), { onBody }));
  expect(onBody).not.toHaveBeenCalled();
});

test('openRequest does not call onBody for a body over the limit', async () => {
  const onBody = vi.fn();
  await refusalOf(openedRequest(await sealedRequest(), { onBody, maxBodyBytes: 5 }));
  expect(onBody).not.toHaveBeenCalled();
});

test.each([
  [
    'throws',
    (error: Error) => {
      throw error;
    },
  ],
  ['rejects', (error: Error) => Promise.reject(error)],
])('openRequest rejects with the error when onBody %s, and uses no key', async (_, fail) => {
  const publicKey = countingKey();
  const error = new Error('the log is full');
  expect(await refusalOf(openedRequest(await sealedRequest(), { publicKey, onBody: () => fail(error) }))).toBe(error);
  expect(publicKey.uses).toBe(0);
});

test('openRequest calls onBody once with the body as received and awaits it before it verifies', async () => {
  const steps: string[] = [];
  const publicKey: PublicKey = {
    algorithm: 'RSA256',
    verify: async () => {
      steps.push('verify');
      return true;
    },
  };
  const sealed = await sealedRequest({ encryption });
  const wire = await sealed.clone().text();
  const { request } = await openedRequest(sealed, {
    publicKey,
    encryption,
    onBody: async (bytes) => {
      await new Promise((resolve) => setTimeout(resolve));
      steps.push(Buffer.from(bytes).toString());
    },
  });
  expect(steps).toEqual([wire, 'verify']);
  expect(await request.text()).toBe('{"points":100}');
});

test('openRequest calls onBody for a body that then does not verify', async () => {
  const onBody = vi.fn();
  const { headers } = await sealedRequest();
  const request = new Request(url, { method: 'POST', headers, body: 'forged' });
  expect(await refusalOf(openedRequest(request, { onBody }))).toMatchObject({ code: 'SignatureVerificationFailed' });
  expect(onBody.mock.calls).toEqual([[utf8('forged')]]);
});
