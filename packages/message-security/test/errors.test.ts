import { inspect } from 'node:util';
import { expect, expectTypeOf, test } from 'vitest';
import { encryptEcb } from '../src/crypto/aes-ecb.ts';
import { encryptPkcs1 } from '../src/crypto/rsaes-pkcs1.ts';
import {
  AlgorithmNotSupported,
  type AnyMessageError,
  BodyIncomplete,
  BodyTooLarge,
  DecryptionFailed,
  HeaderInvalid,
  importPrivateKey,
  importPublicKey,
  isMessageError,
  MessageError,
  MessageReplayed,
  openRequest,
  openResponse,
  parseHeader,
  ResponseMissing,
  ResponseUnexpected,
  RSA_AES,
  SignatureVerificationFailed,
  sealedFetch,
  sealRequest,
  sealResponse,
  TimeNotAccepted,
} from '../src/index.ts';
import {
  gateway,
  httpUri,
  instant,
  keys,
  noise,
  ofGateway,
  ofMerchant,
  post,
  publicNumbers,
  refusalOf,
  signedRequest,
  stranger,
  url,
  utf8,
  withHeaders,
} from './fixture.ts';

const response = (headers: Record<string, string> = {}, status = 500): Response =>
  new Response('body', { status, headers });
const one: [string, MessageError][] = [
  ['HeaderInvalid', new HeaderInvalid('Signature', 'missing Signature header')],
  ['AlgorithmNotSupported', new AlgorithmNotSupported('Signature', 'X', 'RSA256')],
  ['SignatureVerificationFailed', new SignatureVerificationFailed()],
  ['DecryptionFailed', new DecryptionFailed()],
  ['TimeNotAccepted', new TimeNotAccepted('Request-Time', 'x', 300)],
  ['MessageReplayed', new MessageReplayed()],
  ['BodyTooLarge', new BodyTooLarge(5)],
  ['BodyIncomplete', new BodyIncomplete(5)],
  ['ResponseUnexpected', new ResponseUnexpected('status', response())],
  ['ResponseMissing', new ResponseMissing('no complete response within 5 ms', new Error('why'))],
];

test.each(one)('%s is a MessageError and an Error with that name and code', (name, error) => {
  expect(error).toBeInstanceOf(MessageError);
  expect(error).toBeInstanceOf(Error);
  expect(error.name).toBe(name);
  expect(error.code).toBe(name);
  expect(isMessageError(error)).toBe(true);
  // A literal on the object, not the class's name, which a minifier changes.
  expect(Object.hasOwn(error, 'name')).toBe(true);
  expect(String(error)).toBe(`${name}: ${error.message}`);
  expect(error.stack).toContain('errors.test.ts');
});

test.each(one)(
  'the text of %s is one line, starts in lower case or with a header, and has no full stop',
  (_, { message }) => {
    expect(message).toMatch(/^([a-z]|(Signature header|Request-Time header) )/);
    expect(message).not.toMatch(/[\n.]$|\n/);
  },
);

test.each([
  undefined,
  null,
  'HeaderInvalid',
  new Error('x'),
  { code: 'HeaderInvalid', stage: 'headers' },
  RSA_AES,
  gateway.publicKey,
])('isMessageError is false for %o', (value) => {
  expect(isMessageError(value)).toBe(false);
});

test('only ResponseMissing has a cause', () => {
  expect(one.filter(([, error]) => 'cause' in error).map(([name]) => name)).toEqual(['ResponseMissing']);
});

test('DecryptionFailed and SignatureVerificationFailed have one text and no detail', () => {
  for (const make of [() => new DecryptionFailed(), () => new SignatureVerificationFailed()]) {
    expect(Reflect.ownKeys(make()).sort()).toEqual(['code', 'message', 'name', 'stack', 'stage']);
  }
  expect(new DecryptionFailed().message).toBe('the body does not decrypt');
  expect(new SignatureVerificationFailed().message).toBe('the signature does not verify');
});

test('a text shows ? for an algorithm that is not a name, and at most 64 characters of a time', () => {
  const shown = (algorithm: string) => new AlgorithmNotSupported('Signature', algorithm, 'RSA256');
  expect(shown('RSA_AES')).toMatchObject({
    algorithm: 'RSA_AES',
    message: 'Signature header names algorithm "RSA_AES"; expected RSA256',
  });
  for (const noName of [`${'A'.repeat(25)}`, 'a"\n\u0007', 'c2lnbmF0dXJl+/==', '']) {
    expect(shown(noName)).toMatchObject({
      algorithm: '?',
      message: 'Signature header names algorithm "?"; expected RSA256',
    });
  }
  const time = new TimeNotAccepted('Request-Time', `${'1'.repeat(64)}SECRET`, 300);
  expect(time.time).toBe('1'.repeat(64));
  expect(time.message).toBe(`Request-Time header is "${'1'.repeat(64)}"; expected ISO-8601 with a zone`);
  expect(time.message).not.toContain('SECRET');
});

test('the text of TimeNotAccepted says how far the time is behind or ahead of this clock', () => {
  const time = '2024-05-22T01:12:21Z';
  const textOf = (skew: number) => new TimeNotAccepted('Request-Time', time, 300, skew).message;
  expect(textOf(500)).toBe('Request-Time is 500 s behind this clock; expected within 300 s');
  expect(textOf(-500)).toBe('Request-Time is 500 s ahead of this clock; expected within 300 s');
  expect(new TimeNotAccepted('Request-Time', time, 300, 500)).toMatchObject({ skew: 500, tolerance: 300, time });
});

test('ResponseUnexpected has the response and its tracerId, under either name of the header', async () => {
  expect(new ResponseUnexpected('unsigned', response({}, 200)).tracerId).toBeUndefined();
  expect(new ResponseUnexpected('status', response({ 'Tracer-Id': 'a' })).tracerId).toBe('a');
  expect(new ResponseUnexpected('status', response({ tracerId: 'b' })).tracerId).toBe('b');
  expect(new ResponseUnexpected('status', response({ 'Tracer-Id': 'a', tracerId: 'b' })).tracerId).toBe('a');
  expect(await new ResponseUnexpected('status', response()).response.text()).toBe('body');
});

test('ResponseMissing has its cause', () => {
  const cause = new Error('why');
  expect(new ResponseMissing('no complete response; the connection failed', cause)).toMatchObject({
    cause,
    message: 'no complete response; the connection failed',
  });
});

test('AnyMessageError is discriminated by code', () => {
  expectTypeOf<string>().not.toExtend<AnyMessageError['code']>();
  expectTypeOf<AnyMessageError>().toExtend<MessageError>();
  expectTypeOf<Extract<AnyMessageError, { code: 'TimeNotAccepted' }>>().toEqualTypeOf<TimeNotAccepted>();
  expectTypeOf<Extract<AnyMessageError, { code: 'HeaderInvalid' }>['header']>().toEqualTypeOf<string>();
  expectTypeOf<Extract<AnyMessageError, { code: 'ResponseUnexpected' }>['reason']>().toEqualTypeOf<
    'status' | 'unsigned'
  >();
  // @ts-expect-error: a code that does not exist
  const none: AnyMessageError['code'] = 'NoSuchCode';
  expect(one.map(([name]) => name)).not.toContain(none);
});

// --------------------------------------------------------------------------------------- no secret in any error

const plaintext = 'PLAINTEXT-OF-A-CUSTOMER-金卡會員';
const symmetricKey = noise(32, 77);
const encryption = RSA_AES;

/** One error of every step that handles secrets. */
async function errorsOfEveryStep(): Promise<Error[]> {
  const sealed = await sealRequest(post(plaintext), ofMerchant);
  const encrypted = await sealRequest(post(plaintext), { ...ofMerchant, encryption });
  const signature = sealed.headers.get('Signature') as string;
  const encrypt = encrypted.headers.get('Encrypt') as string;
  const opening = (headers: Record<string, string | null>, more = {}) =>
    openRequest(withHeaders(sealed.clone(), headers), { ...ofGateway, encryption, ...more });
  const wrapped = await encryptPkcs1(symmetricKey, publicNumbers(keys.gateway.publicKey), crypto);
  const ciphertext = await encryptEcb(symmetricKey, Uint8Array.of(0xff, ...utf8(plaintext)), crypto.subtle);
  const notUtf8 = withHeaders(await signedRequest(Buffer.from(ciphertext).toString('base64')), {
    Encrypt: `symmetricKey=${Buffer.from(wrapped).toString('base64')}`,
  });
  const reply = await sealResponse(new Response(plaintext), { httpUri, encrypted: false }, ofGateway);
  const opened = (headers: Record<string, string | null>, more = {}) =>
    openResponse(withHeaders(reply.clone(), headers), { url }, { ...ofMerchant, ...more });
  const bare = keys.gateway.privateKey.replace(/-----[^-]+-----|\s/g, '');
  const runs: Promise<unknown>[] = [
    opening({ Signature: null }),
    opening({ Signature: `${signature}*` }),
    opening({ Signature: `${signature}, ${signature}` }),
    opening({ Signature: signature.replace('algorithm=RSA256, ', 'x, ') }),
    opening({ Signature: signature.replace('RSA256', 'RS256') }),
    opening({ 'Request-Time': '2024' }),
    opening({ 'Client-Id': 'OTHER' }),
    opening({}, { publicKey: stranger.publicKey }),
    opening({}, { now: () => instant + 1e7 }),
    opening({}, { requireEncryption: true }),
    opening({}, { maxBodyBytes: 5 }),
    opening({}, { tolerance: 0 }),
    opening({ Encrypt: encrypt }),
    opening({ Encrypt: `${encrypt}*` }),
    opening({ Encrypt: encrypt.replace('RSA_AES', 'RSA') }),
    openRequest(withHeaders(encrypted.clone(), {}), ofGateway),
    openRequest(withHeaders(encrypted.clone(), {}), { ...ofGateway, encryption, privateKey: stranger.privateKey }),
    openRequest(notUtf8, { ...ofGateway, encryption }),
    opened({ Signature: null }),
    opened({ 'Response-Time': null }),
    opened({}, { publicKey: stranger.publicKey }),
    sealRequest(post(plaintext), { ...ofMerchant, keyVersion: '9' }),
    sealRequest(post(plaintext), { ...ofMerchant, zone: 'x' }),
    sealRequest(post(plaintext), { ...ofMerchant, encryption, publicKey: { ...gateway.publicKey } }),
    sealedFetch({ ...ofMerchant, timeout: 20, fetch: () => new Promise(() => undefined) })(url, {
      method: 'POST',
      body: plaintext,
    }),
    sealedFetch({ ...ofMerchant, fetch: async () => new Response(plaintext) })(url, {
      method: 'POST',
      body: plaintext,
    }),
    importPublicKey(keys.gateway.privateKey),
    importPrivateKey(keys.gateway.publicKey),
    importPrivateKey(bare.slice(0, 1000)),
    importPrivateKey(bare.slice(0, 1001)),
    importPrivateKey(bare.slice(100)),
    importPrivateKey(`${bare.slice(0, 800)}!${bare.slice(800)}`),
    importPrivateKey(keys.gateway.privateKey + keys.merchant.privateKey),
    importPrivateKey(`{"key":"${bare.slice(0, 1000)}"}`),
    importPrivateKey(keys.gateway.privateKey.replace('END PRIVATE', 'END PUBLIC')),
    importPrivateKey({ kty: 'RSA', n: bare, e: 'AQAB', d: bare, p: bare, q: bare, dp: bare, dq: bare, qi: bare }),
    importPrivateKey(keys.gateway.privateKey, { keyVersion: ' ' }),
  ];
  return Promise.all(runs.map((run) => refusalOf(run)));
}

test('no error shows key, plaintext or signature bytes, in its text, its stack or a log', async () => {
  const errors = await errorsOfEveryStep();
  expect(new Set(errors.map(({ name }) => name)).size).toBeGreaterThanOrEqual(9);

  const signatureOf = async (message: Promise<Request | Response>): Promise<Uint8Array> =>
    parseHeader('Signature', (await message).headers.get('Signature') as string).value;
  const secrets: Uint8Array[] = [
    symmetricKey,
    await signatureOf(sealRequest(post(plaintext), ofMerchant)), // deterministic: the same as above
    await signatureOf(sealResponse(new Response(plaintext), { httpUri, encrypted: false }, ofGateway)),
    ...[keys.gateway, keys.merchant].map(({ privateKey }) =>
      Buffer.from(privateKey.replace(/-----[^-]+-----|\s/g, ''), 'base64').subarray(26),
    ),
  ];
  const secretParts = ['PLAINTEXT', 'CUSTOMER', '金卡'];
  for (const secret of secrets) {
    const buffer = Buffer.from(secret);
    for (let at = 0; at + 12 <= buffer.length; at += 12) {
      const part = buffer.subarray(at, at + 12); // 12 bytes are exactly 16 digits of base64
      secretParts.push(
        part.toString('base64'),
        part.toString('hex'),
        encodeURIComponent(part.toString('base64')),
        [...part].join(', '),
      );
    }
  }
  for (const error of errors) {
    const shown = [
      error.message,
      error.stack,
      inspect(error, { depth: null }), // as a log prints it, without the response, which is not enumerable
      JSON.stringify(error),
    ].join('\n');
    for (const part of secretParts) expect(shown.includes(part), `${error.name}: ${error.message}`).toBe(false);
  }
});
