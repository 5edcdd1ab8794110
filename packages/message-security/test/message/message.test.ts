import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  BodyTooLarge,
  HeaderInvalid,
  importPrivateKey,
  importPublicKey,
  MessageError,
  type OpenOptions,
  openRequest,
  openResponse,
  type PrivateKey,
  type PublicKey,
  parseHeader,
  ResponseMissing,
  ResponseUnexpected,
  RSA_AES,
  type SealedFetchOptions,
  type SealOptions,
  SignatureVerificationFailed,
  sealedFetch,
  sealRequest,
  sealResponse,
  TimeNotAccepted,
} from '../../src/index.ts';
import {
  type Bytes,
  clientId,
  gateway,
  httpUri,
  instant,
  keys,
  merchant,
  noise,
  ofGateway,
  ofMerchant,
  post,
  refusalOf,
  signedRequest,
  stranger,
  toHex,
  url,
  utf8,
  withHeaders,
} from '../fixture.ts';

const encryption = RSA_AES;
const reply = '{"resultInfo":{"resultCode":"SUCCESS","resultStatus":"S"}}';
const plainTo = { httpUri, encrypted: false };
const encryptedTo = { httpUri, encrypted: true };

const sealedRequest = (more: Partial<SealOptions> = {}, request = post()): Promise<Request> =>
  sealRequest(request, { ...ofMerchant, ...more });
const sealedReply = (more: Partial<SealOptions> = {}, to = plainTo, body: BodyInit = reply): Promise<Response> =>
  sealResponse(new Response(body), to, { ...ofGateway, ...more });
const openedRequest = (request: Request, more: Partial<OpenOptions> = {}) =>
  openRequest(request, { ...ofGateway, ...more });
const openedReply = (response: Response, more: Partial<OpenOptions> = {}) =>
  openResponse(response, { url }, { ...ofMerchant, ...more });

/** A public key that says yes to everything and counts how often it is asked. */
function countingKey(): PublicKey & { asked: number } {
  return {
    algorithm: 'RSA256',
    asked: 0,
    async verify() {
      this.asked++;
      return true;
    },
  };
}

// ------------------------------------------------------------------------------------------- opening: the headers

test.each(['Signature', 'Request-Time', 'Client-Id'])(
  'a request whose %s is absent or empty is HeaderInvalid, and no key is asked',
  async (header) => {
    for (const value of [null, '']) {
      const publicKey = countingKey();
      const refusal = await refusalOf(
        openedRequest(withHeaders(await sealedRequest(), { [header]: value }), { publicKey }),
      );
      expect(refusal).toBeInstanceOf(HeaderInvalid);
      expect(refusal).toMatchObject({ header });
      expect(refusal.message).toBe(`${header}: expected one, received none`);
      expect(publicKey.asked).toBe(0);
    }
  },
);

test('another’s Client-Id is HeaderInvalid in both directions, and no key is asked', async () => {
  for (const received of [`${clientId}8`, clientId.toLowerCase(), clientId.slice(1), `${clientId}, ${clientId}`]) {
    const publicKey = countingKey();
    const change = { 'Client-Id': received };
    for (const open of [
      async () => openedRequest(withHeaders(await sealedRequest(), change), { publicKey }),
      async () => openedReply(withHeaders(await sealedReply(), change), { publicKey }),
    ]) {
      const refusal = await refusalOf(open);
      expect(refusal).toMatchObject({ code: 'HeaderInvalid', header: 'Client-Id' });
      expect(refusal.message).not.toContain(clientId);
    }
    expect(publicKey.asked).toBe(0);
  }
});

test('a message sealed for another Client-Id does not verify, even with the Client-Id put right', async () => {
  const other = { clientId: 'OTHER' };
  expect(
    await refusalOf(openedRequest(withHeaders(await sealedRequest(other), { 'Client-Id': clientId }))),
  ).toBeInstanceOf(SignatureVerificationFailed);
  expect(await refusalOf(openedReply(withHeaders(await sealedReply(other), { 'Client-Id': null })))).toBeInstanceOf(
    SignatureVerificationFailed,
  );
});

test('an Encrypt header that is malformed or empty is HeaderInvalid, never taken as absent', async () => {
  for (const header of [
    '',
    'algorithm=RSA_AES',
    'symmetricKey=',
    'symmetricKey=*',
    'symmetricKey=AAAA, symmetricKey=AAAA',
  ]) {
    const refusal = await refusalOf(
      openedRequest(withHeaders(await sealedRequest(), { Encrypt: header }), { encryption }),
    );
    expect(refusal).toMatchObject({ code: 'HeaderInvalid', header: 'Encrypt' });
  }
});

test('an Encrypt header put onto a plain body, or taken off an encrypted one, never yields a plaintext', async () => {
  const encrypted = await sealedRequest({ encryption });
  const header = encrypted.headers.get('Encrypt') as string;
  const refusal = await refusalOf(
    openedRequest(withHeaders(await sealedRequest(), { Encrypt: header }), { encryption }),
  );
  expect(refusal).toMatchObject({ code: 'DecryptionFailed' });
  const stripped = withHeaders(encrypted, { Encrypt: null });
  expect(await refusalOf(openedRequest(stripped.clone(), { encryption, requireEncryption: true }))).toMatchObject({
    code: 'HeaderInvalid',
    header: 'Encrypt',
  });
  const { request, encrypted: wasEncrypted } = await openedRequest(stripped, { encryption });
  expect(wasEncrypted).toBe(false);
  expect(await request.text()).not.toContain('points'); // the base64, as it was signed
});

test('a repeated header is refused, not resolved', async () => {
  const sealed = await sealedRequest({ encryption });
  for (const name of ['Client-Id', 'Request-Time', 'Signature', 'Encrypt']) {
    const twice = sealed.clone();
    twice.headers.append(name, sealed.headers.get(name) as string);
    const refusal = await refusalOf(openedRequest(twice, { encryption }));
    expect(['HeaderInvalid', 'TimeNotAccepted']).toContain((refusal as HeaderInvalid).code);
  }
});

// ------------------------------------------------------------------------------- opening: the order of what is judged

test('a time without a valid form is refused before any key is asked', async () => {
  const publicKey = countingKey();
  for (const time of ['2024-05-22T06:42:21', '2024-05-22', '1716340341', '2024-02-30T00:00:00Z']) {
    const refusal = await refusalOf(
      openedRequest(withHeaders(await sealedRequest(), { 'Request-Time': time }), { publicKey }),
    );
    expect(refusal).toBeInstanceOf(TimeNotAccepted);
    expect(refusal).toMatchObject({ time, skew: undefined, tolerance: 300 });
  }
  expect(publicKey.asked).toBe(0);
});

test('the signature is judged before the age: a stale message with a wrong signature does not verify', async () => {
  const stale = await sealedRequest({ now: () => instant - 1e9 });
  expect(await refusalOf(openedRequest(stale, { publicKey: stranger.publicKey }))).toBeInstanceOf(
    SignatureVerificationFailed,
  );
});

test('the signature is judged before the encryption: nothing is said about a body that nobody vouches for', async () => {
  for (const algorithm of ['RSA_AES', 'RSA', 'AES']) {
    const sealed = withHeaders(await sealedRequest(), { Encrypt: `algorithm=${algorithm}, symmetricKey=AAAA` });
    for (const more of [{}, { encryption }]) {
      const refusal = await refusalOf(openedRequest(sealed.clone(), { ...more, publicKey: stranger.publicKey }));
      expect(refusal).toBeInstanceOf(SignatureVerificationFailed);
    }
  }
});

test('the age is judged before anything is decrypted', async () => {
  const request = withHeaders(await signedRequest('AAAA'), { Encrypt: 'algorithm=RSA_AES, symmetricKey=AAAA' });
  expect(await refusalOf(openedRequest(request, { encryption, now: () => instant + 301_000 }))).toBeInstanceOf(
    TimeNotAccepted,
  );
});

test('another algorithm than RSA_AES is refused, after the signature', async () => {
  const header = (await sealedRequest({ encryption })).headers.get('Encrypt') as string;
  for (const algorithm of ['RSA', 'AES', 'RSA_AES_GCM', 'none']) {
    const request = withHeaders(await signedRequest('AAAA'), { Encrypt: header.replace('RSA_AES', algorithm) });
    const refusal = await refusalOf(openedRequest(request, { encryption }));
    expect(refusal).toMatchObject({ code: 'AlgorithmNotSupported', algorithm });
    expect(refusal.message).toBe(`Encrypt: expected RSA_AES, received algorithm "${algorithm}"`);
  }
});

test('RSA_AES may be written in any case, or left out', async () => {
  for (const written of ['rsa_aes', 'Rsa_Aes', '']) {
    const sealed = await sealedRequest({ encryption });
    const header = (sealed.headers.get('Encrypt') as string).replace('RSA_AES', written);
    const { request } = await openedRequest(withHeaders(sealed, { Encrypt: header }), { encryption });
    expect(await request.text()).toBe('{"points":100}');
  }
});

// -------------------------------------------------------------------------------------------- opening: tampering

test('each byte of a plain body counts', async () => {
  const sealed = await sealedRequest();
  const body = await sealed.clone().text();
  for (let at = 0; at < body.length; at++) {
    const changed = body.slice(0, at) + String.fromCharCode(body.charCodeAt(at) ^ 1) + body.slice(at + 1);
    const request = new Request(url, { method: 'POST', headers: sealed.headers, body: changed });
    expect(await refusalOf(openedRequest(request))).toBeInstanceOf(SignatureVerificationFailed);
  }
});

test.each([
  ['a line feed after it', (body: string) => `${body}\n`],
  ['a byte order mark before it', (body: string) => `\ufeff${body}`],
  ['blanks in it', (body: string) => JSON.stringify(JSON.parse(body), null, 1)],
  ['nothing of it', () => ''],
  ['it twice', (body: string) => body + body],
])('a body with %s does not verify', async (_, change) => {
  const sealed = await sealedRequest();
  const body = change(await sealed.clone().text());
  expect(
    await refusalOf(openedRequest(new Request(url, { method: 'POST', headers: sealed.headers, body }))),
  ).toBeInstanceOf(SignatureVerificationFailed);
  const response = await sealedReply();
  const replied = new Response(change(await response.clone().text()), { headers: response.headers });
  expect(await refusalOf(openedReply(replied))).toBeInstanceOf(SignatureVerificationFailed);
});

test('another method, path or query does not verify', async () => {
  const sealed = await sealedRequest();
  for (const [method, target] of [
    ['PUT', url],
    ['POST', `${url}?`],
    ['POST', `${url}?x=1`],
    ['POST', `${url}/`],
    ['POST', url.replace('updatePass', 'createPass')],
  ] as const) {
    const request = new Request(target, { method, headers: sealed.headers, body: '{"points":100}' });
    expect(await refusalOf(openedRequest(request))).toBeInstanceOf(SignatureVerificationFailed);
  }
});

test('the host is not signed, and neither is a fragment', async () => {
  for (const target of [`http://127.0.0.1:8080${httpUri}`, `${url}#fragment`]) {
    const sealed = await sealedRequest();
    const request = new Request(target, { method: 'POST', headers: sealed.headers, body: '{"points":100}' });
    expect((await openedRequest(request)).httpUri).toBe(httpUri);
  }
});

test('a reply to another path does not verify', async () => {
  const response = await sealedReply({}, { httpUri: '/other', encrypted: false });
  expect(await refusalOf(openedReply(response))).toBeInstanceOf(SignatureVerificationFailed);
});

test('our own message sent back to us does not verify', async () => {
  const response = await sealResponse(new Response(reply), plainTo, { ...ofGateway, privateKey: merchant.privateKey });
  expect(await refusalOf(openedReply(response))).toBeInstanceOf(SignatureVerificationFailed);
});

// ------------------------------------------------------------------------------------------- opening: freshness

test.each([
  [
    'request',
    'Request-Time',
    async (clock: () => number, more: Partial<OpenOptions>) => openedRequest(await sealedRequest({ now: clock }), more),
  ],
  [
    'response',
    'Response-Time',
    async (clock: () => number, more: Partial<OpenOptions>) => openedReply(await sealedReply({ now: clock }), more),
  ],
])(
  'a %s is accepted up to 300 s away from this clock, and not further, in both directions',
  async (_, header, open) => {
    for (const seconds of [0, 299, 300, -299, -300]) await open(() => instant - seconds * 1000, {});
    for (const seconds of [301, 3600, -301, -86_400]) {
      const refusal = await refusalOf(open(() => instant - seconds * 1000, {}));
      expect(refusal).toBeInstanceOf(TimeNotAccepted);
      expect(refusal).toMatchObject({ skew: seconds, tolerance: 300 });
      expect(refusal.message).toContain(`${header}: expected within 300 s`);
      expect(refusal.message).toContain(`${Math.abs(seconds)} s ${seconds > 0 ? 'ahead' : 'behind'}`);
    }
  },
);

test('the tolerance is settable', async () => {
  const tenMinutes = () => instant - 600_000;
  await openedRequest(await sealedRequest({ now: tenMinutes }), { tolerance: 600 });
  expect(await refusalOf(openedRequest(await sealedRequest({ now: tenMinutes }), { tolerance: 599 }))).toMatchObject({
    skew: 600,
    tolerance: 599,
  });
  await openedReply(await sealedReply({ now: tenMinutes }), { tolerance: 86_400 });
});

test.each([0, -1, 86_401, Number.NaN, Number.POSITIVE_INFINITY])(
  'a tolerance of %d is the caller’s mistake',
  async (tolerance) => {
    for (const refusal of [
      await refusalOf(openedRequest(await sealedRequest(), { tolerance })),
      await refusalOf(openedReply(await sealedReply(), { tolerance })),
    ]) {
      expect(refusal).toBeInstanceOf(TypeError);
      expect(refusal.message).toMatch(/^tolerance: expected seconds/);
    }
  },
);

test('without a clock of its own the machine’s is used', async () => {
  const sealed = await sealRequest(post(), { ...ofMerchant, now: undefined });
  const time = Date.parse(sealed.headers.get('Request-Time') as string);
  expect(Math.abs(Date.now() - time)).toBeLessThan(5000);
  await openRequest(sealed.clone(), { ...ofGateway, now: undefined });
  expect(await refusalOf(openedRequest(sealed))).toBeInstanceOf(TimeNotAccepted); // the vectors' clock
});

test.each([
  '2024-05-22T01:12:21Z',
  '2024-05-22T06:42:21+0530',
  '2024-05-22T01:12:21.123456789Z',
  '2024-05-21T20:12:21-05:00',
])('a time received as %s is kept verbatim', async (time) => {
  const opened = await openedRequest(await signedRequest('{}', { 'Request-Time': time }));
  expect(opened.requestTime).toBe(time);
});

// ------------------------------------------------------------------------------------------ opening: the body limit

test('a body over the limit is refused before any key is asked', async () => {
  const publicKey = countingKey();
  const body = 'x'.repeat(1001);
  for (const open of [
    async () => openedRequest(await sealedRequest({}, post(body)), { publicKey, maxBodyBytes: 1000 }),
    async () => openedReply(await sealedReply({}, plainTo, body), { publicKey, maxBodyBytes: 1000 }),
  ]) {
    const refusal = await refusalOf(open);
    expect(refusal).toBeInstanceOf(BodyTooLarge);
    expect(refusal).toMatchObject({ limit: 1000 });
    expect(refusal.message).toBe('body: expected at most 1000 bytes, received more');
  }
  expect(publicKey.asked).toBe(0);
});

test('a body of exactly the limit is accepted', async () => {
  const { request } = await openedRequest(await sealedRequest({}, post('x'.repeat(1000))), { maxBodyBytes: 1000 });
  expect((await request.text()).length).toBe(1000);
});

test('the limit counts the bytes on the wire, not characters and not the plaintext', async () => {
  expect(
    await refusalOf(openedRequest(await sealedRequest({}, post('金'.repeat(34))), { maxBodyBytes: 100 })),
  ).toBeInstanceOf(BodyTooLarge);
  const encrypted = await sealedRequest({ encryption }, post('x'.repeat(100)));
  expect(await refusalOf(openedRequest(encrypted, { encryption, maxBodyBytes: 100 }))).toBeInstanceOf(BodyTooLarge);
});

test('a body that never ends is not read on: its stream is cancelled', async () => {
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

test('the limit is 2 MiB unless given', async () => {
  const publicKey = countingKey();
  const exactly = new Request(url, {
    method: 'POST',
    headers: (await sealedRequest()).headers,
    body: new Uint8Array(2 ** 21),
  });
  await openedRequest(exactly, { publicKey });
  const over = new Request(url, { method: 'POST', headers: exactly.headers, body: new Uint8Array(2 ** 21 + 1) });
  expect(await refusalOf(openedRequest(over, { publicKey }))).toMatchObject({ code: 'BodyTooLarge', limit: 2 ** 21 });
  expect(publicKey.asked).toBe(1);
});

test.each([0, -1, Number.NaN])('a limit of %d is the caller’s mistake', async (maxBodyBytes) => {
  const refusal = await refusalOf(openedRequest(await sealedRequest(), { maxBodyBytes }));
  expect(refusal).toBeInstanceOf(TypeError);
  expect(refusal.message).toMatch(/^maxBodyBytes: expected bytes/);
});

test('a body that comes in many pieces is one body', async () => {
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

test('a request whose body was read before is refused as the caller’s mistake, not as a wrong signature', async () => {
  const sealed = await sealedRequest();
  await sealed.text();
  expect(await refusalOf(openedRequest(sealed))).toBeInstanceOf(TypeError);
});

// --------------------------------------------------------------------------------------- opening: replies, unsigned

const halves: [string, Record<string, string | null>][] = [
  ['absent', { Signature: null, 'Response-Time': null }],
  ['empty', { Signature: '', 'Response-Time': '' }],
  ['absent and empty', { Signature: null, 'Response-Time': '' }],
];

test.each(halves)(
  'a reply whose Signature and Response-Time are %s is ResponseUnexpected, whatever it says',
  async (_, change) => {
    for (const status of ['S', 'F', 'U']) {
      const body = `{"resultInfo":{"resultCode":"X","resultStatus":"${status}"}}`;
      const publicKey = countingKey();
      const response = withHeaders(await sealedReply({}, plainTo, body), { ...change, 'Tracer-Id': 'trace-1' });
      const refusal = (await refusalOf(openedReply(response, { publicKey }))) as ResponseUnexpected;
      expect(refusal).toBeInstanceOf(ResponseUnexpected);
      expect(refusal).toMatchObject({ code: 'ResponseUnexpected', reason: 'unsigned', tracerId: 'trace-1' });
      expect(refusal.message).toBe('expected a signed response, received an unsigned one');
      expect(refusal.response.status).toBe(200);
      expect(await refusal.response.text()).toBe(body);
      expect(publicKey.asked).toBe(0);
    }
  },
);

test.each([
  ['Signature', { Signature: null }],
  ['Signature', { Signature: '' }],
  ['Response-Time', { 'Response-Time': null }],
  ['Response-Time', { 'Response-Time': '' }],
])('a reply that lacks only %s is HeaderInvalid', async (header, change: Record<string, string | null>) => {
  const refusal = await refusalOf(openedReply(withHeaders(await sealedReply(), change)));
  expect(refusal).toBeInstanceOf(HeaderInvalid);
  expect(refusal).toMatchObject({ header });
});

test('a reply may leave Client-Id out; an empty one counts as left out', async () => {
  for (const value of [null, '']) {
    const { response } = await openedReply(withHeaders(await sealedReply(), { 'Client-Id': value }));
    expect(await response.text()).toBe(reply);
  }
});

test.each([201, 202, 400, 401, 403, 404, 429, 500, 502, 503])(
  'a reply of status %i is ResponseUnexpected even when it is signed, its body readable and unverified',
  async (status) => {
    const sealed = await sealedReply();
    const html = '<html><body>Bad Gateway 金</body></html>';
    for (const headers of [sealed.headers, new Headers({ 'Content-Type': 'text/html', tracerId: 'trace-2' })]) {
      const refusal = (await refusalOf(openedReply(new Response(html, { status, headers })))) as ResponseUnexpected;
      expect(refusal).toBeInstanceOf(ResponseUnexpected);
      expect(refusal).toMatchObject({ reason: 'status', tracerId: headers.get('tracerId') ?? undefined });
      expect(refusal.message).toBe(`expected HTTP status 200, received ${status}`);
      expect(refusal.response.status).toBe(status);
      expect(refusal.response.headers.get('Content-Type')).toBe(headers.get('Content-Type'));
      expect(await refusal.response.text()).toBe(html);
    }
  },
);

test('statuses that have no body, redirects and a network error are ResponseUnexpected too', async () => {
  for (const response of [
    new Response(null, { status: 204 }),
    new Response(null, { status: 304 }),
    Response.redirect('https://elsewhere.example/', 302),
    Response.error(),
  ]) {
    const refusal = await refusalOf(openedReply(response));
    expect(refusal).toMatchObject({ code: 'ResponseUnexpected', reason: 'status' });
    expect((refusal as ResponseUnexpected).response.status).toBe(response.status);
  }
});

test('an HTTP error stays one when its body is over the limit or breaks off', async () => {
  const broken = new ReadableStream({ pull: (controller) => controller.error(new Error('broken')) });
  for (const body of ['x'.repeat(101), broken]) {
    const refusal = await refusalOf(openedReply(new Response(body, { status: 500 }), { maxBodyBytes: 100 }));
    expect(refusal).toBeInstanceOf(ResponseUnexpected);
  }
});

test('an encrypted reply without encryption configured is AlgorithmNotSupported', async () => {
  const refusal = await refusalOf(openedReply(await sealedReply({ encryption }, encryptedTo)));
  expect(refusal).toMatchObject({ code: 'AlgorithmNotSupported', algorithm: 'RSA_AES' });
});

test('an encrypted reply without a key to decrypt with is the caller’s mistake', async () => {
  const refusal = await refusalOf(
    openedReply(await sealedReply({ encryption }, encryptedTo), { encryption, privateKey: undefined }),
  );
  expect(refusal).toBeInstanceOf(TypeError);
  expect(refusal.message).toMatch(/^privateKey: expected what importPrivateKey returns/);
});

test('with requireEncryption a plain message is refused in both directions, its signature still judged first', async () => {
  const required = { encryption, requireEncryption: true };
  for (const open of [
    async () => openedRequest(await sealedRequest(), required),
    async () => openedReply(await sealedReply(), required),
  ]) {
    expect(await refusalOf(open)).toMatchObject({ code: 'HeaderInvalid', header: 'Encrypt' });
  }
  expect(
    await refusalOf(openedReply(await sealedReply(), { ...required, publicKey: stranger.publicKey })),
  ).toBeInstanceOf(SignatureVerificationFailed);
  const { encrypted } = await openedReply(await sealedReply({ encryption }, encryptedTo), required);
  expect(encrypted).toBe(true);
});

// ------------------------------------------------------------------------------------------------------- sealing

test.each(['', ' ', 'a b', 'a.b', 'a,b', 'a/b', 'a\nb', 'ä', '客', 'a='])(
  'a clientId of %j is the caller’s mistake, and nothing is signed',
  async (wrong) => {
    let signed = 0;
    const privateKey: PrivateKey = {
      algorithm: 'RSA256',
      sign: async () => {
        signed++;
        return new Uint8Array(1);
      },
    };
    for (const refusal of [
      await refusalOf(sealedRequest({ clientId: wrong, privateKey })),
      await refusalOf(sealedReply({ clientId: wrong, privateKey })),
    ]) {
      expect(refusal).toBeInstanceOf(TypeError);
      expect(refusal.message).toBe('clientId: expected letters, digits, dash or underscore');
    }
    expect(signed).toBe(0);
  },
);

test('to encrypt without a key to encrypt to is the caller’s mistake', async () => {
  const refusal = await refusalOf(sealedRequest({ encryption, publicKey: undefined }));
  expect(refusal).toBeInstanceOf(TypeError);
  expect(refusal.message).toMatch(/^publicKey: expected what importPublicKey returns/);
});

test('a zone, a clock or a key version that is none is the caller’s mistake', async () => {
  expect((await refusalOf(sealedRequest({ zone: 'HKT' }))).message).toMatch(/^zone: /);
  expect((await refusalOf(sealedRequest({ now: () => Number.NaN }))).message).toMatch(/^now: /);
  expect((await refusalOf(sealedRequest({ keyVersion: '9' }))).message).toMatch(/^keyVersion: /);
});

test('a sealed request holds the protocol’s headers in the page’s form', async () => {
  const sealed = await sealedRequest();
  expect(sealed.url).toBe(url);
  expect(sealed.method).toBe('POST');
  expect(Object.fromEntries(sealed.headers)).toEqual({
    'client-id': clientId,
    'content-type': 'application/json; charset=UTF-8',
    'request-time': '2024-05-22T09:12:21+08:00',
    signature: expect.stringMatching(/^algorithm=RSA256, signature=[A-Za-z0-9%]+$/),
  });
  expect(await sealed.text()).toBe('{"points":100}');
});

test('a sealed and encrypted request is text/plain, with an Encrypt header, and shows nothing of its body', async () => {
  const sealed = await sealedRequest({ encryption });
  expect(sealed.headers.get('Content-Type')).toBe('text/plain; charset=UTF-8');
  expect(sealed.headers.get('Encrypt')).toMatch(/^algorithm=RSA_AES, symmetricKey=[A-Za-z0-9%]+$/);
  expect(await sealed.text()).toMatch(/^[A-Za-z0-9+/]+=*$/);
});

test('the content type of an encrypted body is settable, and that of a plain one is not', async () => {
  const more = { encryptedContentType: 'application/json' };
  expect((await sealedRequest({ encryption, ...more })).headers.get('Content-Type')).toBe('application/json');
  expect((await sealedRequest(more)).headers.get('Content-Type')).toBe('application/json; charset=UTF-8');
});

test('the protocol’s headers replace what the caller put there, other headers are kept', async () => {
  const forged = {
    'Client-Id': 'X',
    'Request-Time': 'X',
    Signature: 'X',
    Encrypt: 'X',
    'Content-Type': 'X',
    'Content-Length': '999',
    'X-Own': '1',
  };
  const sealed = await sealedRequest({}, new Request(url, { method: 'POST', body: '{}', headers: forged }));
  expect(sealed.headers.get('X-Own')).toBe('1');
  expect(sealed.headers.get('Encrypt')).toBeNull();
  expect(sealed.headers.get('Content-Length')).toBeNull();
  expect([...sealed.headers.values()]).not.toContain('X');
  await openedRequest(sealed);
});

test('versions are written where the keys have them: ours in Signature, theirs in Encrypt', async () => {
  const privateKey = await importPrivateKey(keys.merchant.privateKey, { keyVersion: '3' });
  const publicKey = await importPublicKey(keys.gateway.publicKey, { keyVersion: '5' });
  const { headers } = await sealedRequest({ encryption, privateKey, publicKey });
  expect(headers.get('Signature')).toMatch(/^algorithm=RSA256, keyVersion=3, signature=/);
  expect(headers.get('Encrypt')).toMatch(/^algorithm=RSA_AES, keyVersion=5, symmetricKey=/);
});

test('the time is written in the zone that was asked for', async () => {
  expect((await sealedRequest({ zone: '+05:30' })).headers.get('Request-Time')).toBe('2024-05-22T06:42:21+05:30');
  expect((await sealedReply({ zone: '-03:00' })).headers.get('Response-Time')).toBe('2024-05-21T22:12:21-03:00');
});

test('the request that was sealed is used up, and its signal lives on', async () => {
  const controller = new AbortController();
  const request = new Request(url, { method: 'POST', body: '{}', signal: controller.signal });
  const sealed = await sealedRequest({}, request);
  expect(request.bodyUsed).toBe(true);
  expect(sealed.redirect).toBe('manual');
  controller.abort();
  expect(sealed.signal.aborted).toBe(true);
});

test.each([
  ['nothing', ''],
  ['JSON', '{"points":100}'],
  ['Chinese text', '{"level":"金卡會員 🏅"}'],
  ['blanks and CRLF', '{\r\n  "points": 100\r\n}\r\n'],
  ['a byte order mark', '\ufeff{}'],
  ['a NUL', '\0'],
  ['5,000 characters', '積'.repeat(5000)],
])('a body of %s arrives as it was sent, plain and encrypted, both ways', async (_, body) => {
  for (const [more, to] of [
    [{}, plainTo],
    [{ encryption }, encryptedTo],
  ] as const) {
    const opened = await openedRequest(await sealedRequest(more, post(body)), { encryption });
    expect(Buffer.from(await opened.request.arrayBuffer()).equals(Buffer.from(body))).toBe(true);
    expect(opened).toMatchObject({
      clientId,
      httpUri,
      encrypted: to.encrypted,
      requestTime: '2024-05-22T09:12:21+08:00',
    });
    expect(opened.publicKey).toBe(merchant.publicKey);
    const replied = await openedReply(await sealedReply(more, to, body), { encryption });
    expect(Buffer.from(await replied.response.arrayBuffer()).equals(Buffer.from(body))).toBe(true);
    expect(replied).toMatchObject({ encrypted: to.encrypted, responseTime: '2024-05-22T09:12:21+08:00' });
    expect(replied.publicKey).toBe(gateway.publicKey);
  }
});

test('any bytes arrive as they were sent in a plain body', async () => {
  for (const length of [0, 1, 1000, 100_000]) {
    const { request } = await openedRequest(await sealedRequest({}, post(noise(length))));
    expect(toHex(new Uint8Array(await request.arrayBuffer()))).toBe(toHex(noise(length)));
  }
});

test('a body of 1 MiB is encrypted and arrives', async () => {
  const body = Buffer.from(noise(3 * 2 ** 18)).toString('base64');
  expect(body.length).toBe(2 ** 20);
  const opened = await openedRequest(await sealedRequest({ encryption }, post(body)), { encryption });
  expect((await opened.request.text()) === body).toBe(true);
}, 30_000);

test.each(['PUT', 'PATCH', 'DELETE', 'GET', 'HEAD'])('a %s request goes through as well, plain', async (method) => {
  const body = method === 'GET' || method === 'HEAD' ? {} : { body: '{}' };
  const sealed = await sealedRequest({}, new Request(`${url}?lang=zh-HK`, { method, ...body }));
  const { request, httpUri: target } = await openedRequest(sealed);
  expect([request.method, target]).toEqual([method, `${httpUri}?lang=zh-HK`]);
});

test.each(['GET', 'HEAD'])('a %s request with encryption on is refused by the sealer, or opens', async (method) => {
  const sealed = await sealedRequest({ encryption }, new Request(url, { method })).catch((error: unknown) => error);
  if (sealed instanceof Request) await openedRequest(sealed, { encryption });
  else expect(sealed).toBeInstanceOf(TypeError);
});

test.each(['?', '?x=1', '?a=1&a=2&%20=%2B+', '?q=積分', '/a%2Fb', "/a'b?c'd"])(
  'the target %j is signed as the server receives it',
  async (suffix) => {
    let received = '';
    const address = await listen((request, response) => {
      received = String(request.url);
      response.end();
    });
    const sealed = await sealRequest(post('{}', `${address}/path${suffix}`), ofMerchant);
    const { httpUri: target } = await openedRequest(sealed.clone());
    await (await fetch(sealed)).arrayBuffer();
    expect(received).toBe(target);
  },
);

test('a reply is encrypted if and only if its request was', async () => {
  expect((await sealedReply({ encryption }, plainTo)).headers.get('Encrypt')).toBeNull();
  expect((await sealedReply({ encryption }, encryptedTo)).headers.get('Encrypt')).toMatch(/^algorithm=RSA_AES, /);
});

test('a reply to an encrypted request is never sealed in plain for want of an encryption', async () => {
  expect(await refusalOf(sealedReply({}, encryptedTo))).toBeInstanceOf(TypeError);
});

test('a reply keeps its status and its own headers', async () => {
  const response = new Response('{}', { status: 503, headers: { 'Tracer-Id': 'trace-3', 'Retry-After': '7' } });
  const sealed = await sealResponse(response, plainTo, ofGateway);
  expect(sealed.status).toBe(503);
  expect(sealed.headers.get('Tracer-Id')).toBe('trace-3');
  expect(sealed.headers.get('Retry-After')).toBe('7');
});

test('a reply without a body can be sealed, also where its status forbids one', async () => {
  for (const status of [200, 204, 304]) {
    const sealed = await sealResponse(new Response(null, { status }), plainTo, ofGateway);
    expect(sealed.status).toBe(status);
    expect(sealed.headers.get('Signature')).not.toBeNull();
  }
});

test('what is opened keeps the headers as received, but for the lengths and encodings of the wire', async () => {
  const sealed = withHeaders(await sealedReply({ encryption }, encryptedTo), {
    'Content-Length': '1000',
    'Content-Encoding': 'gzip',
    'Tracer-Id': 'trace-4',
  });
  const { response, tracerId } = await openedReply(sealed, { encryption });
  expect(tracerId).toBe('trace-4');
  expect(response.headers.get('Content-Length')).toBeNull();
  expect(response.headers.get('Content-Encoding')).toBeNull();
  for (const name of ['Signature', 'Encrypt', 'Response-Time', 'Client-Id', 'Content-Type']) {
    expect(response.headers.get(name)).toBe(sealed.headers.get(name));
  }
  const request = withHeaders(await sealedRequest(), { 'Content-Length': '1000', 'X-Own': '1' });
  const opened = await openedRequest(request);
  expect(opened.request.headers.get('Content-Length')).toBeNull();
  expect(opened.request.headers.get('X-Own')).toBe('1');
});

test('the tracer id is read under both of its names', async () => {
  for (const name of ['Tracer-Id', 'tracer-id', 'tracerId']) {
    expect((await openedReply(withHeaders(await sealedReply(), { [name]: 'trace-5' }))).tracerId).toBe('trace-5');
  }
  expect((await openedReply(await sealedReply())).tracerId).toBeUndefined();
});

describe('a reply that is refused: the error has its tracer id', () => {
  const traced = { 'Tracer-Id': 'trace-6' };

  test.each<[code: string, headers: Record<string, string>, change?: object]>([
    ['HeaderInvalid', { ...traced, 'Response-Time': '' }],
    ['AlgorithmNotSupported', { ...traced, Signature: 'algorithm=X, signature=AAAA' }],
    ['SignatureVerificationFailed', { ...traced, Signature: 'signature=AAAA' }],
    ['TimeNotAccepted', traced, { now: () => instant + 600_000 }],
    ['DecryptionFailed', { ...traced, Encrypt: 'symmetricKey=AAAA' }, { encryption }],
  ])('%s', async (code, headers, change = {}) => {
    const refusal = await refusalOf(openedReply(withHeaders(await sealedReply(), headers), change));
    expect(refusal).toMatchObject({ code, tracerId: 'trace-6' });
  });

  test('and none where there was none', async () => {
    const refusal = await refusalOf(openedReply(withHeaders(await sealedReply(), { Signature: 'signature=AAAA' })));
    expect(refusal).toMatchObject({ code: 'SignatureVerificationFailed' });
    expect(refusal).not.toHaveProperty('tracerId');
  });
});

// ------------------------------------------------------------------------------------------------------ key rings

const ring = {
  merchantOne: await importPrivateKey(keys.merchant.privateKey, { keyVersion: '1' }),
  merchantTwo: await importPrivateKey(keys.stranger.privateKey, { keyVersion: '2' }),
  merchantPublicOne: await importPublicKey(keys.merchant.publicKey, { keyVersion: '1' }),
  merchantPublicTwo: await importPublicKey(keys.stranger.publicKey, { keyVersion: '2' }),
};

test('the merchant’s key rotates with no refused message in between', async () => {
  const both = [ring.merchantPublicOne, ring.merchantPublicTwo] as const;
  const stages: [SealOptions['privateKey'], OpenOptions['publicKey'], PublicKey][] = [
    [ring.merchantOne, ring.merchantPublicOne, ring.merchantPublicOne],
    [ring.merchantOne, both, ring.merchantPublicOne], // the gateway learns the new key first
    [[ring.merchantOne, ring.merchantTwo], both, ring.merchantPublicTwo], // then the merchant signs with it
    [ring.merchantTwo, both, ring.merchantPublicTwo],
    [ring.merchantTwo, ring.merchantPublicTwo, ring.merchantPublicTwo],
  ];
  for (const [privateKey, publicKey, matched] of stages) {
    expect((await openedRequest(await sealedRequest({ privateKey }), { publicKey })).publicKey).toBe(matched);
  }
});

test('a version that is not configured is HeaderInvalid, in Signature and in Encrypt', async () => {
  const sealed = await sealedRequest({ privateKey: ring.merchantTwo });
  const encrypted = await sealedReply({ encryption, publicKey: ring.merchantPublicTwo }, encryptedTo);
  for (const [header, run] of [
    ['Signature', () => openedRequest(sealed, { publicKey: ring.merchantPublicOne })],
    ['Encrypt', () => openedReply(encrypted, { encryption, privateKey: ring.merchantOne })],
  ] as const) {
    expect(await refusalOf(run)).toMatchObject({
      code: 'HeaderInvalid',
      header,
      message: `${header}: expected a keyVersion that is configured`,
    });
  }
});

test('the version named in Encrypt decides which of our keys decrypts', async () => {
  const privateKey = [ring.merchantOne, ring.merchantTwo] as const;
  for (const publicKey of [ring.merchantPublicOne, ring.merchantPublicTwo]) {
    const { response } = await openedReply(await sealedReply({ encryption, publicKey }, encryptedTo), {
      encryption,
      privateKey,
    });
    expect(await response.text()).toBe(reply);
  }
  const latest = await sealedReply({ encryption, publicKey: stranger.publicKey }, encryptedTo); // names no version
  expect(await (await openedReply(latest, { encryption, privateKey })).response.text()).toBe(reply);
  const swapped = await sealedReply({ encryption, publicKey: ring.merchantPublicTwo }, encryptedTo);
  const header = (swapped.headers.get('Encrypt') as string).replace('keyVersion=2', 'keyVersion=1');
  expect(
    await refusalOf(openedReply(withHeaders(swapped, { Encrypt: header }), { encryption, privateKey })),
  ).toMatchObject({ code: 'DecryptionFailed' });
});

test('a ring encrypts to its latest key', async () => {
  const publicKey = [ring.merchantPublicOne, ring.merchantPublicTwo] as const;
  const sealed = await sealedReply({ encryption, publicKey }, encryptedTo);
  expect(parseHeader('Encrypt', sealed.headers.get('Encrypt') as string).keyVersion).toBe('2');
  expect((await openedReply(sealed, { encryption, privateKey: ring.merchantTwo })).encrypted).toBe(true);
});

test('the keys that encrypt and decrypt may be others than those that sign and verify', async () => {
  const sealed = await sealedRequest({ encryption, publicKey: stranger.publicKey, encryptionKey: gateway.publicKey });
  const { request } = await openedRequest(sealed.clone(), {
    encryption,
    privateKey: stranger.privateKey,
    decryptionKey: gateway.privateKey,
  });
  expect(await request.text()).toBe('{"points":100}');
  expect(await refusalOf(openedRequest(sealed, { encryption, privateKey: stranger.privateKey }))).toMatchObject({
    code: 'DecryptionFailed',
  });
});

test('keys may be elsewhere: objects that sign and verify do', async () => {
  const asked: string[] = [];
  const privateKey: PrivateKey = {
    algorithm: 'RSA256',
    keyVersion: 'kms-1',
    sign: (data) => {
      asked.push('sign');
      return merchant.privateKey.sign(data);
    },
  };
  const publicKey: PublicKey = {
    algorithm: 'RSA256',
    verify: (signature, data) => {
      asked.push('verify');
      return merchant.publicKey.verify(signature, data);
    },
  };
  const sealed = await sealedRequest({ privateKey });
  expect(sealed.headers.get('Signature')).toContain('keyVersion=kms-1');
  expect((await openedRequest(sealed, { publicKey })).publicKey).toBe(publicKey);
  expect(asked).toEqual(['sign', 'verify']);
});

// --------------------------------------------------------------------------------------------------- sealedFetch

/** An HTTP server for one test. */
async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A gateway over real HTTP: opens what arrives and answers it sealed. */
const listenAsGateway = (opened: (body: string, encrypted: boolean) => string = () => reply): Promise<string> =>
  listen(async (incoming, outgoing: ServerResponse) => {
    const chunks: Bytes[] = [];
    for await (const chunk of incoming) chunks.push(new Uint8Array(chunk as Buffer));
    const request = new Request(`http://${incoming.headers.host}${incoming.url}`, {
      method: incoming.method as string,
      headers: incoming.headers as Record<string, string>,
      body: Buffer.concat(chunks),
    });
    const to = await openRequest(request, { ...ofGateway, encryption });
    const answer = new Response(opened(await to.request.text(), to.encrypted), { headers: { 'Tracer-Id': 'trace-6' } });
    const sealed = await sealResponse(answer, to, { ...ofGateway, encryption });
    outgoing.writeHead(sealed.status, Object.fromEntries(sealed.headers));
    outgoing.end(Buffer.from(await sealed.arrayBuffer()));
  });

const send = (more: Partial<SealedFetchOptions> = {}) => sealedFetch({ ...ofMerchant, ...more });
const body = { method: 'POST', body: '{"points":100}' };
/** A gateway without HTTP in between. */
const answering =
  (make: (request: Request) => Response | Promise<Response>): SealedFetchOptions['fetch'] =>
  async (request) =>
    make(request);

test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31])(
  'a timeout of %d is the caller’s mistake, at once',
  (timeout) => {
    expect(() => send({ timeout })).toThrow(TypeError);
    expect(() => send({ timeout })).toThrow(/^timeout: expected milliseconds/);
  },
);

test('a fetch that never answers is ResponseMissing when the timeout is over, even if it heeds no signal', async () => {
  const started = performance.now();
  const refusal = await refusalOf(send({ timeout: 100, fetch: () => new Promise(() => undefined) })(url, body));
  const took = performance.now() - started;
  expect(refusal).toBeInstanceOf(ResponseMissing);
  expect(refusal.message).toBe('expected a complete response, within 100 ms');
  expect(refusal.cause).toMatchObject({ name: 'TimeoutError', message: 'no response within 100 ms' });
  expect(took).toBeGreaterThan(90);
});

test('a server that accepts and says nothing is ResponseMissing, and its connection is closed', async () => {
  let closed: () => void = () => undefined;
  const hungUp = new Promise<void>((resolve) => {
    closed = resolve;
  });
  const address = await listen((request) => void request.resume().socket.on('close', closed));
  expect(await refusalOf(send({ timeout: 150 })(`${address}${httpUri}`, body))).toBeInstanceOf(ResponseMissing);
  await hungUp;
});

test('an HTTP error whose body does not come to its end is ResponseMissing: it may have been cut', async () => {
  const endless = new ReadableStream({ start: (controller) => controller.enqueue(utf8('<html>')) });
  const fetch = async () => new Response(endless, { status: 500 });
  expect(await refusalOf(send({ timeout: 500, fetch })(url, body))).toMatchObject({
    code: 'ResponseMissing',
    message: 'expected a complete response, within 500 ms',
  });
});

test('what keeps a request from being sealed comes out as itself: nothing was sent', async () => {
  const reason = new Error('the key service is down');
  const privateKey: PrivateKey = { algorithm: 'RSA256', sign: () => Promise.reject(reason) };
  expect(await refusalOf(send({ privateKey })(url, body))).toBe(reason);
});

test('a body that does not come to its end is ResponseMissing: late, or broken off', async () => {
  const late = await listen((_, response) => {
    response.writeHead(200, { Signature: 'x', 'Response-Time': 'x' });
    response.write('{');
  });
  const refusal = await refusalOf(send({ timeout: 150 })(late, body));
  expect(refusal).toBeInstanceOf(ResponseMissing);
  expect(refusal.message).toContain('within 150 ms');
  const broken = await listen((_, response) => {
    response.writeHead(200, { 'Content-Length': '1000' });
    response.write('{', () => response.destroy());
  });
  const other = await refusalOf(send()(broken, body));
  expect(other).toBeInstanceOf(ResponseMissing);
  expect(other.message).toBe('expected a complete response, the connection failed');
});

test('a refused connection is ResponseMissing with its cause', async () => {
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
    message: 'expected a complete response, the connection failed',
  });
  expect(refusal.cause).toBeInstanceOf(TypeError);
});

test('a fetch that throws, at once or later, is ResponseMissing', async () => {
  const thrown = new Error('no network');
  for (const fetch of [
    () => Promise.reject(thrown),
    () => {
      throw thrown;
    },
  ]) {
    const refusal = await refusalOf(send({ fetch })(url, body));
    expect(refusal).toBeInstanceOf(ResponseMissing);
    expect(refusal.cause).toBe(thrown);
  }
});

test('the caller’s abort comes out as the caller’s reason, whatever the fetch says', async () => {
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

test('an abort without a reason, and a timeout of the caller’s own, come out as themselves', async () => {
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

test('an abort while the body is being read comes out as the caller’s reason', async () => {
  const reason = new Error('the customer left');
  const controller = new AbortController();
  const address = await listen((_, response) => {
    response.writeHead(200);
    response.write('{', () => controller.abort(reason));
  });
  expect(await refusalOf(send()(address, { ...body, signal: controller.signal }))).toBe(reason);
});

test('what is aborted before it is sent is not sent, and nothing is signed', async () => {
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
    fetch: answering(() => {
      sent++;
      return new Response();
    }),
  };
  expect(await refusalOf(send(options)(url, { ...body, signal: AbortSignal.abort(reason) }))).toBe(reason);
  expect([sent, signed]).toEqual([0, 0]);
});

test('what is aborted while it is being signed is not sent', async () => {
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
  const fetch = answering(() => {
    sent++;
    return new Response();
  });
  expect(await refusalOf(send({ privateKey, fetch })(url, { ...body, signal: controller.signal }))).toBe(reason);
  expect(sent).toBe(0);
});

test.each([301, 302, 303, 307, 308])('a redirect of status %i is not followed', async (status) => {
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

test('an HTTP 500 with a page of HTML is ResponseUnexpected, its body readable', async () => {
  const address = await listen((_, response) => {
    response.writeHead(500, { 'Content-Type': 'text/html', 'Tracer-Id': 'trace-7' });
    response.end('<h1>Internal Server Error</h1>');
  });
  const refusal = (await refusalOf(send()(address, body))) as ResponseUnexpected;
  expect(refusal).toMatchObject({ code: 'ResponseUnexpected', reason: 'status', tracerId: 'trace-7' });
  expect(await refusal.response.text()).toBe('<h1>Internal Server Error</h1>');
});

test('an HTTP 500 whose body breaks off is ResponseUnexpected still', async () => {
  const address = await listen((_, response) => {
    response.writeHead(500, { 'Content-Length': '1000' });
    response.write('<h1>', () => response.destroy());
  });
  expect(await refusalOf(send()(address, body))).toMatchObject({ code: 'ResponseUnexpected', reason: 'status' });
});

test('a reply that breaks off after its headers is ResponseMissing with its tracer id', async () => {
  const address = await listen((_, response) => {
    response.writeHead(200, { 'Content-Length': '1000', 'Tracer-Id': 'trace-8' });
    response.write('{', () => response.destroy());
  });
  expect(await refusalOf(send()(address, body))).toMatchObject({ code: 'ResponseMissing', tracerId: 'trace-8' });
});

test('a reply over the limit is BodyTooLarge with its tracer id', async () => {
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
])('a reply %s rejects', async (_, change, expected) => {
  const fetch = answering(async () => change(await sealedReply()));
  expect(await refusalOf(send({ fetch })(url, body))).toMatchObject(expected);
});

test('a stale reply rejects and says how far the clocks are apart', async () => {
  const fetch = answering(() => sealedReply({ now: () => instant - 4_000_000 }));
  expect(await refusalOf(send({ fetch })(url, body))).toMatchObject({ code: 'TimeNotAccepted', skew: 4000 });
});

test('an encrypted reply where no encryption is configured rejects', async () => {
  const fetch = answering(() => sealedReply({ encryption }, encryptedTo));
  expect(await refusalOf(send({ fetch })(url, body))).toMatchObject({
    code: 'AlgorithmNotSupported',
    algorithm: 'RSA_AES',
  });
});

test('a plain reply to an encrypted request is accepted when it verifies, unless encryption is required', async () => {
  const fetch = answering(() => sealedReply());
  expect(await (await send({ fetch, encryption })(url, body)).text()).toBe(reply);
  expect(await refusalOf(send({ fetch, encryption, requireEncryption: true })(url, body))).toMatchObject({
    code: 'HeaderInvalid',
    header: 'Encrypt',
  });
});

test('over real HTTP an update goes there and back, plain and encrypted', async () => {
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

test('it takes what fetch takes: a text, a URL, a Request, and a Request with changes', async () => {
  const seen: string[] = [];
  const fetch = answering(async (request) => {
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

test('each call is sealed anew', async () => {
  const seen: Request[] = [];
  let clock = instant;
  const ticking = () => {
    clock += 1000;
    return clock;
  };
  const sealed = send({
    now: ticking,
    encryption,
    fetch: answering((request) => {
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

test('calls at the same time do not disturb one another', async () => {
  const address = await listenAsGateway((text) => text);
  const sealed = send({ encryption });
  const bodies = Array.from({ length: 20 }, (_, at) => JSON.stringify({ at }));
  const replies = await Promise.all(
    bodies.map(async (each) => (await sealed(`${address}${httpUri}`, { method: 'POST', body: each })).text()),
  );
  expect(replies).toEqual(bodies);
});

test('a timeout or an abort after the reply was opened changes nothing', async () => {
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

test('an empty key ring is the caller’s mistake, whichever side it is on', async () => {
  const none = [] as unknown as [never];
  expect(await refusalOf(sealRequest(post(), { ...ofMerchant, privateKey: none }))).toBeInstanceOf(TypeError);
  const sealed = await sealRequest(post(), ofMerchant);
  expect(await refusalOf(openRequest(sealed, { ...ofGateway, publicKey: none }))).toBeInstanceOf(TypeError);
});

test.each([`${url}?`, `${url}#part`, `${url}?#part`])(
  '%s is signed and sent without what runtimes treat differently',
  async (to) => {
    const sealed = await sealRequest(post('{}', to), ofMerchant);
    expect(sealed.url).toBe(url);
    expect((await openRequest(sealed, ofGateway)).httpUri).toBe(new URL(url).pathname);
  },
);

describe('a request whose body does not end', () => {
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
    ["another's Client-Id", 'Client-Id', 'SOMEBODY'],
    ['a time without a zone', 'Request-Time', '2024-05-22T06:42:21'],
    ['a malformed Encrypt header', 'Encrypt', 'symmetricKey'],
  ])('is refused by its headers before it is read: %s', async (_, name, value) => {
    const sealed = withHeaders(await sealRequest(post(), ofMerchant), { [name]: value });
    const { request, pulled } = endless(sealed.headers, undefined);
    expect(await refusalOf(openRequest(request, ofGateway))).toBeInstanceOf(MessageError);
    expect(pulled.count).toBeLessThan(2); // a stream may fill its own queue before anybody reads
  });

  test.each([
    ['waits', undefined],
    ['sends nothing, without end', new Uint8Array()],
  ])('but %s is BodyIncomplete after bodyTimeout, and the stream is cancelled', async (_, chunk) => {
    const sealed = await sealRequest(post(), ofMerchant);
    const { request, pulled } = endless(sealed.headers, chunk);
    const refusal = await refusalOf(openRequest(request, { ...ofGateway, bodyTimeout: 50 }));
    expect(refusal).toMatchObject({ code: 'BodyIncomplete', limit: 50 });
    expect(pulled.cancelled).toBe(true);
  });
});

test('a remote key that answers anything but true does not verify', async () => {
  const sealed = await sealRequest(post(), ofMerchant);
  for (const answer of [{ SignatureValid: false }, 1, 'true']) {
    const publicKey = { algorithm: 'RSA256', verify: async () => answer as never };
    const refusal = await refusalOf(openRequest(sealed.clone(), { ...ofGateway, publicKey }));
    expect(refusal).toMatchObject({ code: 'SignatureVerificationFailed' });
  }
});

test('a response that comes too late is cancelled', async () => {
  let cancelled = false;
  const body = new ReadableStream({
    cancel() {
      cancelled = true;
    },
  });
  let resolve: (response: Response) => void = () => undefined;
  const promise = new Promise<Response>((settle) => {
    resolve = settle;
  });
  const sending = sealedFetch({ ...ofMerchant, timeout: 30, fetch: () => promise })(url, {
    method: 'POST',
    body: '{}',
  });
  expect(await refusalOf(sending)).toMatchObject({ code: 'ResponseMissing' });
  resolve(new Response(body));
  await vi.waitFor(() => expect(cancelled).toBe(true));
});

test('a key that never unwraps is ResponseMissing after the timeout, and the caller’s abort while it does not', async () => {
  const controller = new AbortController();
  const reason = new Error('the caller has gone');
  let whenAsked = (): void => undefined;
  const privateKey: PrivateKey = {
    algorithm: 'RSA256',
    sign: (content) => merchant.privateKey.sign(content),
    unwrapKey: () => {
      whenAsked();
      return new Promise<never>(() => undefined);
    },
  };
  const fetch = () => sealedReply({ encryption }, encryptedTo);
  const late = send({ fetch, privateKey, encryption, timeout: 200 })(url, body);
  expect(await refusalOf(late)).toMatchObject({ code: 'ResponseMissing', message: expect.stringContaining('200 ms') });
  whenAsked = () => controller.abort(reason);
  const left = send({ fetch, privateKey, encryption, timeout: 60_000 })(url, { ...body, signal: controller.signal });
  expect(await refusalOf(left)).toBe(reason);
});

test('a key that never signs is ResponseMissing after the timeout', async () => {
  const privateKey = { algorithm: 'RSA256', sign: () => new Promise<never>(() => undefined) };
  const sending = sealedFetch({ ...ofMerchant, privateKey, timeout: 30 })(url, { method: 'POST', body: '{}' });
  expect(await refusalOf(sending)).toMatchObject({ code: 'ResponseMissing' });
});
