import { describe, expect, test } from 'vitest';
import {
  HeaderInvalid,
  openResponse,
  ResponseUnexpected,
  SignatureVerificationFailed,
  sealedFetch,
  sealResponse,
} from '../../src/index.ts';
import {
  countingKey,
  encryptedTo,
  encryption,
  instant,
  merchant,
  ofGateway,
  ofMerchant,
  openedReply,
  openedRequest,
  plainTo,
  refusalOf,
  reply,
  sealedReply,
  sealedRequest,
  stranger,
  url,
  withHeaders,
} from './fixture.ts';

const unsigned: [string, Record<string, string | null>][] = [
  ['absent', { Signature: null, 'Response-Time': null }],
  ['empty', { Signature: '', 'Response-Time': '' }],
  ['absent and empty', { Signature: null, 'Response-Time': '' }],
];

test.each(unsigned)(
  'openResponse throws ResponseUnexpected when Signature and Response-Time are %s, whatever the body says',
  async (_, change) => {
    for (const status of ['S', 'F', 'U']) {
      const body = `{"resultInfo":{"resultCode":"X","resultStatus":"${status}"}}`;
      const publicKey = countingKey();
      const response = withHeaders(await sealedReply({}, plainTo, body), { ...change, 'Tracer-Id': 'trace-1' });
      const refusal = (await refusalOf(openedReply(response, { publicKey }))) as ResponseUnexpected;
      expect(refusal).toBeInstanceOf(ResponseUnexpected);
      expect(refusal).toMatchObject({ code: 'ResponseUnexpected', reason: 'unsigned', tracerId: 'trace-1' });
      expect(refusal.message).toBe('the response is not signed');
      expect(refusal.response.status).toBe(200);
      expect(await refusal.response.text()).toBe(body);
      expect(publicKey.uses).toBe(0);
    }
  },
);

test.each([
  ['Signature', null],
  ['Signature', ''],
  ['Response-Time', null],
  ['Response-Time', ''],
])('openResponse throws HeaderInvalid when only %s is %j', async (header, value) => {
  const refusal = await refusalOf(openedReply(withHeaders(await sealedReply(), { [header]: value })));
  expect(refusal).toBeInstanceOf(HeaderInvalid);
  expect(refusal).toMatchObject({ header, message: `missing ${header} header` });
});

test.each([201, 202, 400, 401, 403, 404, 429, 500, 502, 503])(
  'openResponse throws ResponseUnexpected for status %i, even for a signed reply',
  async (status) => {
    const sealed = await sealedReply();
    const html = '<html><body>Bad Gateway 金</body></html>';
    for (const headers of [sealed.headers, new Headers({ 'Content-Type': 'text/html', tracerId: 'trace-2' })]) {
      const refusal = (await refusalOf(openedReply(new Response(html, { status, headers })))) as ResponseUnexpected;
      expect(refusal).toBeInstanceOf(ResponseUnexpected);
      expect(refusal).toMatchObject({ reason: 'status', tracerId: headers.get('tracerId') ?? undefined });
      expect(refusal.message).toBe(`received HTTP status ${status}; expected 200`);
      expect(refusal.response.status).toBe(status);
      expect(refusal.response.headers.get('Content-Type')).toBe(headers.get('Content-Type'));
      expect(await refusal.response.text()).toBe(html);
    }
  },
);

test.each([
  ['status 204', new Response(null, { status: 204 })],
  ['status 304', new Response(null, { status: 304 })],
  ['a redirect', Response.redirect('https://elsewhere.example/', 302)],
  ['a network error', Response.error()],
])('openResponse throws ResponseUnexpected for %s', async (_, response) => {
  const refusal = await refusalOf(openedReply(response));
  expect(refusal).toMatchObject({ code: 'ResponseUnexpected', reason: 'status' });
  expect((refusal as ResponseUnexpected).response.status).toBe(response.status);
});

test.each([
  ['over the limit', 'x'.repeat(101)],
  ['cut off', new ReadableStream({ pull: (controller) => controller.error(new Error('broken')) })],
])('openResponse throws ResponseUnexpected for an HTTP error with a body that is %s', async (_, body) => {
  const refusal = await refusalOf(openedReply(new Response(body, { status: 500 }), { maxBodyBytes: 100 }));
  expect(refusal).toBeInstanceOf(ResponseUnexpected);
});

test('openResponse throws AlgorithmNotSupported for an encrypted reply when encryption is not set', async () => {
  const refusal = await refusalOf(openedReply(await sealedReply({ encryption }, encryptedTo)));
  expect(refusal).toMatchObject({ code: 'AlgorithmNotSupported', algorithm: 'RSA_AES' });
  expect(refusal.message).toBe(
    'Encrypt header names algorithm "RSA_AES"; expected a plain body, because the option encryption is not set',
  );
});

test('openResponse throws TypeError for encryption without privateKey', async () => {
  const refusal = await refusalOf(
    openedReply(await sealedReply({ encryption }, encryptedTo), { encryption, privateKey: undefined }),
  );
  expect(refusal).toBeInstanceOf(TypeError);
  expect(refusal.message).toMatch(/^privateKey is missing; expected a key from importPrivateKey/);
});

test('requireEncryption refuses a plain message once its signature is verified', async () => {
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

test('a reply to another path does not verify', async () => {
  const response = await sealedReply({}, { httpUri: '/other', encrypted: false });
  expect(await refusalOf(openedReply(response))).toBeInstanceOf(SignatureVerificationFailed);
});

test('a reply signed with the receiver’s own key does not verify', async () => {
  const response = await sealResponse(new Response(reply), plainTo, { ...ofGateway, privateKey: merchant.privateKey });
  expect(await refusalOf(openedReply(response))).toBeInstanceOf(SignatureVerificationFailed);
});

describe('a refused reply with a Tracer-Id', () => {
  const traced = { 'Tracer-Id': 'trace-6' };

  test.each<[code: string, headers: Record<string, string>, change?: object]>([
    ['HeaderInvalid', { ...traced, 'Response-Time': '' }],
    ['AlgorithmNotSupported', { ...traced, Signature: 'algorithm=X, signature=AAAA' }],
    ['SignatureVerificationFailed', { ...traced, Signature: 'signature=AAAA' }],
    ['TimeNotAccepted', traced, { now: () => instant + 600_000 }],
    ['DecryptionFailed', { ...traced, Encrypt: 'symmetricKey=AAAA' }, { encryption }],
  ])('%s has the tracerId', async (code, headers, change = {}) => {
    const refusal = await refusalOf(openedReply(withHeaders(await sealedReply(), headers), change));
    expect(refusal).toMatchObject({ code, tracerId: 'trace-6' });
  });
});

test('the error for a refused reply without a Tracer-Id has no tracerId', async () => {
  const refusal = await refusalOf(openedReply(withHeaders(await sealedReply(), { Signature: 'signature=AAAA' })));
  expect(refusal).toMatchObject({ code: 'SignatureVerificationFailed' });
  expect(refusal).not.toHaveProperty('tracerId');
});

test('openResponse accepts a reply without Client-Id, or with an empty one', async () => {
  for (const value of [null, '']) {
    const { response } = await openedReply(withHeaders(await sealedReply(), { 'Client-Id': value }));
    expect(await response.text()).toBe(reply);
  }
});

test.each(['Tracer-Id', 'tracer-id', 'tracerId'])('openResponse reads the tracerId from %s', async (name) => {
  expect((await openedReply(withHeaders(await sealedReply(), { [name]: 'trace-5' }))).tracerId).toBe('trace-5');
  expect((await openedReply(await sealedReply())).tracerId).toBeUndefined();
});

test('openRequest and openResponse keep every header except Content-Length and Content-Encoding', async () => {
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

describe('a reply dated before its request', () => {
  const sealedAt = (seconds: number) => sealedReply({ now: () => instant + seconds * 1000 });
  const open = async (seconds: number, more: object = {}) => {
    const request = await sealedRequest();
    return openResponse(await sealedAt(seconds), request, { ...ofMerchant, ...more });
  };

  test.each([-60, -1, 0, 299])('is accepted %i s from its request', async (seconds) => {
    expect(await open(seconds)).toMatchObject({ encrypted: false });
  });

  test.each([
    [-61, {}, 60],
    [-290, {}, 60],
    [-11, { replayAllowance: 10 }, 10],
  ])('is TimeNotAccepted %i s from its request, with the distance in the text', async (seconds, more, most) => {
    expect(await refusalOf(open(seconds, more))).toMatchObject({
      code: 'TimeNotAccepted',
      stage: 'time',
      skew: -seconds,
      message: `Response-Time is ${-seconds} s behind the Request-Time of its request; expected within ${most} s`,
    });
  });

  test('is TimeNotAccepted from sealedFetch too', async () => {
    const fetch = async () => sealedAt(-200);
    const sending = sealedFetch({ ...ofMerchant, fetch })(url, { method: 'POST', body: '{}' });
    expect(await refusalOf(sending)).toMatchObject({ code: 'TimeNotAccepted', skew: 200 });
  });
});
