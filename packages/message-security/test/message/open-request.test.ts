import { expect, test } from 'vitest';
import {
  HeaderInvalid,
  type OpenOptions,
  type OpenRequestOptions,
  openRequest,
  type PublicKey,
  SignatureVerificationFailed,
  sealRequest,
  TimeNotAccepted,
} from '../../src/index.ts';
import {
  clientId,
  countingKey,
  encryption,
  httpUri,
  instant,
  ofGateway,
  ofMerchant,
  openedReply,
  openedRequest,
  post,
  refusalOf,
  sealedReply,
  sealedRequest,
  signedRequest,
  stranger,
  url,
  withHeaders,
} from './fixture.ts';

// ------------------------------------------------------------------------------------------------------------- headers

test.each(['Signature', 'Request-Time', 'Client-Id'])(
  'openRequest throws HeaderInvalid when %s is missing or empty, and uses no key',
  async (header) => {
    for (const value of [null, '']) {
      const publicKey = countingKey();
      const refusal = await refusalOf(
        openedRequest(withHeaders(await sealedRequest(), { [header]: value }), { publicKey }),
      );
      expect(refusal).toBeInstanceOf(HeaderInvalid);
      expect(refusal).toMatchObject({ header });
      expect(refusal.message).toBe(`missing ${header} header`);
      expect(publicKey.uses).toBe(0);
    }
  },
);

test('openRequest and openResponse throw HeaderInvalid for another Client-Id, and use no key', async () => {
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
    expect(publicKey.uses).toBe(0);
  }
});

test('a message sealed for another Client-Id does not verify after its Client-Id header is corrected', async () => {
  const other = { clientId: 'OTHER' };
  expect(
    await refusalOf(openedRequest(withHeaders(await sealedRequest(other), { 'Client-Id': clientId }))),
  ).toBeInstanceOf(SignatureVerificationFailed);
  expect(await refusalOf(openedReply(withHeaders(await sealedReply(other), { 'Client-Id': null })))).toBeInstanceOf(
    SignatureVerificationFailed,
  );
});

test.each(['algorithm=RSA_AES', 'symmetricKey=', 'symmetricKey=*', 'symmetricKey=AAAA, symmetricKey=AAAA'])(
  'openRequest throws HeaderInvalid for the Encrypt header %j',
  async (header) => {
    const request = withHeaders(await sealedRequest(), { Encrypt: header });
    expect(await refusalOf(openedRequest(request, { encryption }))).toMatchObject({
      code: 'HeaderInvalid',
      header: 'Encrypt',
    });
  },
);

test('openRequest and openResponse read an empty Encrypt header as absent', async () => {
  const request = withHeaders(await sealedRequest(), { Encrypt: '' });
  expect(await openedRequest(request, { encryption })).toMatchObject({ encrypted: false });
  const reply = withHeaders(await sealedReply(), { Encrypt: '' });
  expect(await openedReply(reply, { encryption })).toMatchObject({ encrypted: false });
});

test.each(['Client-Id', 'Request-Time', 'Signature', 'Encrypt'])(
  'openRequest refuses a request with two %s headers',
  async (name) => {
    const sealed = await sealedRequest({ encryption });
    sealed.headers.append(name, sealed.headers.get(name) as string);
    expect(await refusalOf(openedRequest(sealed, { encryption }))).toMatchObject({
      code: name === 'Request-Time' ? 'TimeNotAccepted' : 'HeaderInvalid',
    });
  },
);

test('openRequest throws DecryptionFailed for a plain body with an added Encrypt header', async () => {
  const Encrypt = (await sealedRequest({ encryption })).headers.get('Encrypt') as string;
  const refusal = await refusalOf(openedRequest(withHeaders(await sealedRequest(), { Encrypt }), { encryption }));
  expect(refusal).toMatchObject({ code: 'DecryptionFailed' });
});

test('an encrypted body without its Encrypt header opens to its base64, or is refused by requireEncryption', async () => {
  const stripped = withHeaders(await sealedRequest({ encryption }), { Encrypt: null });
  expect(await refusalOf(openedRequest(stripped.clone(), { encryption, requireEncryption: true }))).toMatchObject({
    code: 'HeaderInvalid',
    header: 'Encrypt',
  });
  const { request, encrypted } = await openedRequest(stripped, { encryption });
  expect(encrypted).toBe(false);
  expect(await request.text()).toMatch(/^[A-Za-z0-9+/]+=*$/); // as it was signed
});

// -------------------------------------------------------------------------------------------------- order of the steps

test.each(['2024-05-22T06:42:21', '2024-05-22', '1716340341', '2024-02-30T00:00:00Z'])(
  'openRequest throws TimeNotAccepted for the time %j, and uses no key',
  async (time) => {
    const publicKey = countingKey();
    const request = withHeaders(await sealedRequest(), { 'Request-Time': time });
    const refusal = await refusalOf(openedRequest(request, { publicKey }));
    expect(refusal).toBeInstanceOf(TimeNotAccepted);
    expect(refusal).toMatchObject({ time, skew: undefined, tolerance: 300 });
    expect(publicKey.uses).toBe(0);
  },
);

test('openRequest throws SignatureVerificationFailed for a stale request with a wrong signature', async () => {
  const stale = await sealedRequest({ now: () => instant - 1e9 });
  expect(await refusalOf(openedRequest(stale, { publicKey: stranger.publicKey }))).toBeInstanceOf(
    SignatureVerificationFailed,
  );
});

test('openRequest throws SignatureVerificationFailed for a wrong signature, whatever Encrypt names', async () => {
  for (const algorithm of ['RSA_AES', 'RSA', 'AES']) {
    const sealed = withHeaders(await sealedRequest(), { Encrypt: `algorithm=${algorithm}, symmetricKey=AAAA` });
    for (const more of [{}, { encryption }]) {
      const refusal = await refusalOf(openedRequest(sealed.clone(), { ...more, publicKey: stranger.publicKey }));
      expect(refusal).toBeInstanceOf(SignatureVerificationFailed);
    }
  }
});

test('openRequest throws TimeNotAccepted for a stale encrypted request before it decrypts', async () => {
  const request = withHeaders(await signedRequest('AAAA'), { Encrypt: 'algorithm=RSA_AES, symmetricKey=AAAA' });
  expect(await refusalOf(openedRequest(request, { encryption, now: () => instant + 301_000 }))).toBeInstanceOf(
    TimeNotAccepted,
  );
});

test.each(['RSA', 'AES', 'RSA_AES_GCM', 'none'])(
  'openRequest throws AlgorithmNotSupported when Encrypt names %s',
  async (algorithm) => {
    const header = (await sealedRequest({ encryption })).headers.get('Encrypt') as string;
    const request = withHeaders(await signedRequest('AAAA'), { Encrypt: header.replace('RSA_AES', algorithm) });
    const refusal = await refusalOf(openedRequest(request, { encryption }));
    expect(refusal).toMatchObject({ code: 'AlgorithmNotSupported', algorithm });
    expect(refusal.message).toBe(`Encrypt header names algorithm "${algorithm}"; expected RSA_AES`);
  },
);

test.each(['rsa_aes', 'Rsa_Aes', ''])('openRequest reads the algorithm %j as RSA_AES', async (written) => {
  const sealed = await sealedRequest({ encryption });
  const header = (sealed.headers.get('Encrypt') as string).replace('RSA_AES', written);
  const { request } = await openedRequest(withHeaders(sealed, { Encrypt: header }), { encryption });
  expect(await request.text()).toBe('{"points":100}');
});

// ------------------------------------------------------------------------------------------------------------- options

test.each<[string, Partial<OpenRequestOptions>]>([
  ['tolerance', { tolerance: 0 }],
  ['maxBodyBytes', { maxBodyBytes: -1 }],
  ['publicKey', { publicKey: [] as unknown as [PublicKey] }],
])('openRequest and openResponse throw TypeError for an invalid %s', async (name, options) => {
  const request = await sealedRequest();
  const response = await sealedReply();
  for (const open of [() => openedRequest(request, options), () => openedReply(response, options)]) {
    const refusal = await refusalOf(open);
    expect(refusal).toBeInstanceOf(TypeError);
    expect(refusal.message).toMatch(new RegExp(`^${name} must be `));
  }
  expect(request.bodyUsed).toBe(false);
});

// ----------------------------------------------------------------------------------------------------------- tampering

test('a plain body with any one byte changed does not verify', async () => {
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
  ['all bytes removed', () => ''],
  ['its bytes twice', (body: string) => body + body],
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

test.each([
  ['PUT', url],
  ['POST', `${url}?`],
  ['POST', `${url}?x=1`],
  ['POST', `${url}/`],
  ['POST', url.replace('updatePass', 'createPass')],
])('a request does not verify as %s %s', async (method, target) => {
  const { headers } = await sealedRequest();
  const request = new Request(target, { method, headers, body: '{"points":100}' });
  expect(await refusalOf(openedRequest(request))).toBeInstanceOf(SignatureVerificationFailed);
});

test.each([{ SignatureValid: false }, 1, 'true'])(
  'openRequest throws SignatureVerificationFailed when verify of a remote key returns %j',
  async (result) => {
    const publicKey = { algorithm: 'RSA256', verify: async () => result as never };
    const refusal = await refusalOf(openedRequest(await sealedRequest(), { publicKey }));
    expect(refusal).toMatchObject({ code: 'SignatureVerificationFailed' });
  },
);

test.each([`http://127.0.0.1:8080${httpUri}`, `${url}#fragment`])('a request verifies as %s', async (target) => {
  const { headers } = await sealedRequest();
  const request = new Request(target, { method: 'POST', headers, body: '{"points":100}' });
  expect((await openedRequest(request)).httpUri).toBe(httpUri);
});

// ---------------------------------------------------------------------------------------------------------------- time

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
])('a %s is accepted up to 300 s from this clock and refused beyond that', async (_, header, open) => {
  for (const seconds of [0, 299, 300, -299, -300]) await open(() => instant - seconds * 1000, {});
  for (const seconds of [301, 3600, -301, -86_400]) {
    const refusal = await refusalOf(open(() => instant - seconds * 1000, {}));
    expect(refusal).toBeInstanceOf(TimeNotAccepted);
    expect(refusal).toMatchObject({ skew: seconds, tolerance: 300 });
    const distance = `${Math.abs(seconds)} s ${seconds > 0 ? 'behind' : 'ahead of'} this clock`;
    expect(refusal.message).toBe(`${header} is ${distance}; expected within 300 s`);
  }
});

test('openRequest and openResponse accept a time within the option tolerance', async () => {
  const tenMinutes = () => instant - 600_000;
  await openedRequest(await sealedRequest({ now: tenMinutes }), { tolerance: 600 });
  expect(await refusalOf(openedRequest(await sealedRequest({ now: tenMinutes }), { tolerance: 599 }))).toMatchObject({
    skew: 600,
    tolerance: 599,
  });
  await openedReply(await sealedReply({ now: tenMinutes }), { tolerance: 86_400 });
});

test('sealRequest and openRequest use the machine’s clock when now is not given', async () => {
  const before = Date.now();
  const sealed = await sealRequest(post(), { ...ofMerchant, now: undefined });
  const time = Date.parse(sealed.headers.get('Request-Time') as string);
  expect(time).toBeGreaterThanOrEqual(before - 1000); // in whole seconds
  expect(time).toBeLessThanOrEqual(Date.now());
  await openRequest(sealed.clone(), { ...ofGateway, now: undefined });
  expect(await refusalOf(openedRequest(sealed))).toBeInstanceOf(TimeNotAccepted); // the vectors' clock
});

test.each([
  '2024-05-22T01:12:21Z',
  '2024-05-22T06:42:21+0530',
  '2024-05-22T01:12:21.123456789Z',
  '2024-05-21T20:12:21-05:00',
])('openRequest returns the time %s as it was received', async (time) => {
  const opened = await openedRequest(await signedRequest('{}', { 'Request-Time': time }));
  expect(opened.requestTime).toBe(time);
});
