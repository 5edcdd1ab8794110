import { expect, test } from 'vitest';
import {
  importPrivateKey,
  importPublicKey,
  openRequest,
  type PrivateKey,
  prepareResponse,
  type SealOptions,
  sealRequest,
  sealResponse,
} from '../../src/index.ts';
import {
  clientId,
  encryptedTo,
  encryption,
  instant,
  keys,
  listen,
  locked,
  observedCrypto,
  ofGateway,
  ofMerchant,
  openedReply,
  openedRequest,
  plainTo,
  post,
  refusalOf,
  reply,
  sealedReply,
  sealedRequest,
  url,
} from './fixture.ts';

// --------------------------------------------------------------------------------------------------------- sealRequest

test.each(['', ' ', 'a b', 'a.b', 'a,b', 'a/b', 'a\nb', 'ä', '客', 'a='])(
  'sealRequest and sealResponse throw TypeError for the clientId %j, and sign nothing',
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
      expect(refusal.message).toBe('clientId must be letters, digits, dashes or underscores');
    }
    expect(signed).toBe(0);
  },
);

test('sealRequest throws TypeError for encryption without publicKey', async () => {
  const refusal = await refusalOf(sealedRequest({ encryption, publicKey: undefined }));
  expect(refusal).toBeInstanceOf(TypeError);
  expect(refusal.message).toMatch(/^publicKey is missing; expected a key from importPublicKey/);
});

test.each<[string, Partial<SealOptions>, string]>([
  ['zone', { zone: 'HKT' }, 'zone must be an offset such as +08:00'],
  ['now', { now: () => Number.NaN }, 'now must be milliseconds since the epoch'],
  ['keyVersion', { keyVersion: '9' }, 'privateKey has no keyVersion 9'],
  [
    'privateKey',
    { privateKey: [] as unknown as [PrivateKey] },
    'privateKey must be a key from importPrivateKey, or a list of them',
  ],
])('sealRequest throws TypeError for an invalid %s', async (_, options, text) => {
  expect(await refusalOf(sealedRequest(options))).toEqual(new TypeError(text));
});

test.each(['GET', 'HEAD'])('sealRequest throws TypeError for a %s request with encryption', async (method) => {
  const refusal = await refusalOf(sealedRequest({ encryption }, new Request(url, { method })));
  expect(refusal).toEqual(new TypeError(`encryption is set, but ${method} has no body to encrypt`));
});

test('sealRequest adds Client-Id, Content-Type, Request-Time and Signature in the form of AlipayHK’s page', async () => {
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

test('sealRequest with encryption sends base64 as text/plain with an Encrypt header', async () => {
  const sealed = await sealedRequest({ encryption });
  expect(sealed.headers.get('Content-Type')).toBe('text/plain; charset=UTF-8');
  expect(sealed.headers.get('Encrypt')).toMatch(/^algorithm=RSA_AES, symmetricKey=[A-Za-z0-9%]+$/);
  expect(await sealed.text()).toMatch(/^[A-Za-z0-9+/]+=*$/);
});

test('encryptedContentType sets the Content-Type of an encrypted body only', async () => {
  const more = { encryptedContentType: 'application/json' };
  expect((await sealedRequest({ encryption, ...more })).headers.get('Content-Type')).toBe('application/json');
  expect((await sealedRequest(more)).headers.get('Content-Type')).toBe('application/json; charset=UTF-8');
});

test('sealRequest replaces the protocol’s headers and keeps the others', async () => {
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

test('sealRequest writes the version of privateKey in Signature and of publicKey in Encrypt', async () => {
  const privateKey = await importPrivateKey(keys.merchant.privateKey, { keyVersion: '3' });
  const publicKey = await importPublicKey(keys.gateway.publicKey, { keyVersion: '5' });
  const { headers } = await sealedRequest({ encryption, privateKey, publicKey });
  expect(headers.get('Signature')).toMatch(/^algorithm=RSA256, keyVersion=3, signature=/);
  expect(headers.get('Encrypt')).toMatch(/^algorithm=RSA_AES, keyVersion=5, symmetricKey=/);
});

test('sealRequest and sealResponse write the time in the zone of the options', async () => {
  expect((await sealedRequest({ zone: '+05:30' })).headers.get('Request-Time')).toBe('2024-05-22T06:42:21+05:30');
  expect((await sealedReply({ zone: '-03:00' })).headers.get('Response-Time')).toBe('2024-05-21T22:12:21-03:00');
});

test('sealRequest reads the body of the request and keeps its signal', async () => {
  const controller = new AbortController();
  const request = new Request(url, { method: 'POST', body: '{}', signal: controller.signal });
  const sealed = await sealedRequest({}, request);
  expect(request.bodyUsed).toBe(true);
  expect(sealed.redirect).toBe('manual');
  controller.abort();
  expect(sealed.signal.aborted).toBe(true);
});

test.each(['?', '?x=1', '?a=1&a=2&%20=%2B+', '?q=積分', '/a%2Fb', "/a'b?c'd"])(
  'sealRequest signs the target %j as the server receives it',
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

test.each([`${url}?`, `${url}#part`, `${url}?#part`])(
  'sealRequest leaves the fragment and an empty query out of %s',
  async (to) => {
    const sealed = await sealRequest(post('{}', to), ofMerchant);
    expect(sealed.url).toBe(url);
    expect((await openRequest(sealed, ofGateway)).httpUri).toBe(new URL(url).pathname);
  },
);

// -------------------------------------------------------------------------------------------------------- sealResponse

test('sealResponse throws TypeError for a reply to an encrypted request without encryption', async () => {
  expect(await refusalOf(sealedReply({}, encryptedTo))).toEqual(
    new TypeError('encryption is missing; an encrypted request needs an encrypted reply'),
  );
});

test('sealResponse encrypts the reply if and only if the request was encrypted', async () => {
  expect((await sealedReply({ encryption }, plainTo)).headers.get('Encrypt')).toBeNull();
  expect((await sealedReply({ encryption }, encryptedTo)).headers.get('Encrypt')).toMatch(/^algorithm=RSA_AES, /);
});

test('sealResponse keeps the status and the other headers', async () => {
  const response = new Response('{}', { status: 503, headers: { 'Tracer-Id': 'trace-3', 'Retry-After': '7' } });
  const sealed = await sealResponse(response, plainTo, ofGateway);
  expect(sealed.status).toBe(503);
  expect(sealed.headers.get('Tracer-Id')).toBe('trace-3');
  expect(sealed.headers.get('Retry-After')).toBe('7');
});

test.each([200, 204, 304])('sealResponse seals a reply of status %i without a body', async (status) => {
  const sealed = await sealResponse(new Response(null, { status }), plainTo, ofGateway);
  expect(sealed.status).toBe(status);
  expect(sealed.headers.get('Signature')).not.toBeNull();
});

// ----------------------------------------------------------------------------------------------------- prepareResponse

test('prepareResponse throws TypeError for a reply to an encrypted request without encryption', async () => {
  expect(await refusalOf(prepareResponse(encryptedTo, ofGateway))).toEqual(
    new TypeError('encryption is missing; an encrypted request needs an encrypted reply'),
  );
});

test('prepareResponse throws TypeError for a key that cannot encrypt', async () => {
  const { publicKey } = locked;
  expect(await refusalOf(prepareResponse(encryptedTo, { ...ofGateway, publicKey, encryption }))).toEqual(
    new TypeError('publicKey cannot encrypt with RSA_AES; expected an RSA key that is extractable'),
  );
});

test('prepareResponse throws TypeError for an invalid option', async () => {
  expect(await refusalOf(prepareResponse(plainTo, { ...ofGateway, zone: 'HKT' }))).toEqual(
    new TypeError('zone must be an offset such as +08:00'),
  );
});

test('prepareResponse accepts a key that cannot encrypt when the request was plain', async () => {
  const seal = await prepareResponse(plainTo, { ...ofGateway, publicKey: locked.publicKey, encryption });
  expect((await seal(new Response(reply))).headers.has('Encrypt')).toBe(false);
});

test('the function from prepareResponse rejects with the error of a remote key that cannot sign', async () => {
  const reason = new Error('the key service is down');
  const privateKey: PrivateKey = { algorithm: 'RSA256', sign: () => Promise.reject(reason) };
  const seal = await prepareResponse(plainTo, { ...ofGateway, privateKey });
  expect(await refusalOf(seal(new Response(reply)))).toBe(reason);
});

test('sealRequest and prepareResponse throw TypeError when getRandomValues does nothing', async () => {
  const crypto = new Proxy(globalThis.crypto, {
    get: (target, name) =>
      name === 'getRandomValues' ? (bytes: Uint8Array) => bytes : Reflect.get(target, name, target),
  });
  const error = new TypeError('crypto.getRandomValues returned no random numbers');
  expect(await refusalOf(sealRequest(post(), { ...ofMerchant, encryption, crypto }))).toEqual(error);
  expect(await refusalOf(prepareResponse(encryptedTo, { ...ofGateway, encryption, crypto }))).toEqual(error);
});

test('prepareResponse makes and wraps the symmetric key, and its function encrypts', async () => {
  const calls: string[] = [];
  const watched = observedCrypto((method, [bytes]) => {
    calls.push(method === 'getRandomValues' ? `${method} ${(bytes as Uint8Array).length}` : method);
  });
  const seal = await prepareResponse(encryptedTo, { ...ofGateway, encryption, crypto: watched });
  expect(calls.slice(0, 2)).toEqual(['getRandomValues 32', 'getRandomValues 221']); // the key, then the padding around it
  expect(calls).not.toContain('encrypt');
  calls.length = 0;
  const sealed = await seal(new Response(reply));
  expect(calls).toContain('encrypt');
  expect(calls.filter((call) => call.startsWith('getRandomValues'))).toEqual([]);
  const { response } = await openedReply(sealed, { encryption });
  expect(await response.text()).toBe(reply);
});

test('the function from prepareResponse reads the clock when it is called', async () => {
  let clock = instant - 5000;
  const seal = await prepareResponse(plainTo, { ...ofGateway, now: () => clock });
  clock = instant;
  expect((await seal(new Response(reply))).headers.get('Response-Time')).toBe('2024-05-22T09:12:21+08:00');
});
