/** The stage of every error that openRequest and openResponse throw. */
import { expect, test } from 'vitest';
import {
  importPrivateKey,
  importPublicKey,
  MessageError,
  memoryReplayStore,
  type OpenOptions,
  replayGuard,
  type Stage,
  sealedFetch,
} from '../../src/index.ts';
import {
  encryption,
  instant,
  keys,
  ofMerchant,
  openedReply,
  openedRequest,
  post,
  refusalOf,
  reply,
  sealedReply,
  sealedRequest,
  url,
  withHeaders,
} from './fixture.ts';

type Expected = { code: string; stage: Stage; header?: string };
type Change = Record<string, string | null>;
const unwrappable = 'algorithm=RSA_AES, symmetricKey=AAAA';
const wrongSignature = 'algorithm=RSA256, signature=AAAA';
const late = () => instant + 301_000;
const early = () => instant - 301_000;

/** Cases of both directions; `Time` is the name of the time header. */
const cases = (Time: string): [string, Expected, Change, Partial<OpenOptions>?][] => [
  ['no Signature', { code: 'HeaderInvalid', stage: 'headers', header: 'Signature' }, { Signature: null }],
  ['a malformed Signature', { code: 'HeaderInvalid', stage: 'headers', header: 'Signature' }, { Signature: 'x' }],
  ['no time', { code: 'HeaderInvalid', stage: 'headers', header: Time }, { [Time]: null }],
  ['a time without a zone', { code: 'TimeNotAccepted', stage: 'headers' }, { [Time]: '2024-05-22T06:42:21' }],
  ['a malformed Encrypt', { code: 'HeaderInvalid', stage: 'headers', header: 'Encrypt' }, { Encrypt: 'x' }],
  ['another Client-Id', { code: 'HeaderInvalid', stage: 'client', header: 'Client-Id' }, { 'Client-Id': 'OTHER' }],
  ['a body over the limit', { code: 'BodyTooLarge', stage: 'body' }, {}, { maxBodyBytes: 5 }],
  [
    'another signature algorithm',
    { code: 'AlgorithmNotSupported', stage: 'signature', header: 'Signature' },
    { Signature: 'algorithm=X, signature=AAAA' },
  ],
  [
    'an unknown keyVersion in Signature',
    { code: 'HeaderInvalid', stage: 'signature', header: 'Signature' },
    { Signature: 'keyVersion=9, signature=AAAA' },
  ],
  ['a wrong signature', { code: 'SignatureVerificationFailed', stage: 'signature' }, { Signature: wrongSignature }],
  ['a time in the past', { code: 'TimeNotAccepted', stage: 'time' }, {}, { now: late }],
  ['a time in the future', { code: 'TimeNotAccepted', stage: 'time' }, {}, { now: early }],
  [
    'no Encrypt when requireEncryption is set',
    { code: 'HeaderInvalid', stage: 'decryption', header: 'Encrypt' },
    {},
    { requireEncryption: true },
  ],
  [
    'another encryption algorithm',
    { code: 'AlgorithmNotSupported', stage: 'decryption', header: 'Encrypt' },
    { Encrypt: 'algorithm=X, symmetricKey=AAAA' },
  ],
  [
    'an Encrypt header when encryption is not set',
    { code: 'AlgorithmNotSupported', stage: 'decryption', header: 'Encrypt' },
    { Encrypt: unwrappable },
    { encryption: undefined },
  ],
  [
    'an unknown keyVersion in Encrypt',
    { code: 'HeaderInvalid', stage: 'decryption', header: 'Encrypt' },
    { Encrypt: 'keyVersion=9, symmetricKey=AAAA' },
  ],
  ['a body that does not decrypt', { code: 'DecryptionFailed', stage: 'decryption' }, { Encrypt: unwrappable }],
];

const versioned = async (party: 'merchant' | 'gateway') => ({
  publicKey: await importPublicKey(keys[party].publicKey, { keyVersion: '1' }),
  privateKey: await importPrivateKey(keys[party === 'merchant' ? 'gateway' : 'merchant'].privateKey, {
    keyVersion: '1',
  }),
  encryption,
});
const byGateway = await versioned('merchant');
const byMerchant = await versioned('gateway');

test.each(cases('Request-Time'))('a request with %s is refused as %o', async (_, expected, change, options = {}) => {
  const request = withHeaders(await sealedRequest(), change);
  const refusal = await refusalOf(openedRequest(request, { ...byGateway, ...options }));
  expect(refusal).toBeInstanceOf(MessageError);
  expect(refusal).toMatchObject(expected);
});

test.each(cases('Response-Time'))('a reply with %s is refused as %o', async (_, expected, change, options = {}) => {
  const response = withHeaders(await sealedReply(), change);
  const refusal = await refusalOf(openedReply(response, { ...byMerchant, ...options }));
  expect(refusal).toBeInstanceOf(MessageError);
  expect(refusal).toMatchObject(expected);
});

test('a request without Client-Id is refused at the stage headers', async () => {
  const request = withHeaders(await sealedRequest(), { 'Client-Id': null });
  expect(await refusalOf(openedRequest(request))).toMatchObject({ code: 'HeaderInvalid', stage: 'headers' });
});

test('a request that was received before is refused at the stage replay', async () => {
  const guard = replayGuard(memoryReplayStore({ now: () => instant }));
  const sealed = await sealedRequest();
  await openedRequest(sealed.clone(), { replayGuard: guard });
  const refusal = await refusalOf(openedRequest(sealed, { replayGuard: guard }));
  expect(refusal).toMatchObject({ code: 'MessageReplayed', stage: 'replay' });
});

test('a request that does not arrive in time is refused at the stage body', async () => {
  const { headers } = await sealedRequest();
  const init = { method: 'POST', headers, body: new ReadableStream(), duplex: 'half' };
  const refusal = await refusalOf(openedRequest(new Request(url, init as RequestInit), { bodyTimeout: 20 }));
  expect(refusal).toMatchObject({ code: 'BodyIncomplete', stage: 'body' });
});

test('an HTTP error is refused at the stage status', async () => {
  const refusal = await refusalOf(openedReply(new Response('', { status: 500 })));
  expect(refusal).toMatchObject({ code: 'ResponseUnexpected', reason: 'status', stage: 'status' });
});

test('an unsigned reply is refused at the stage headers', async () => {
  const refusal = await refusalOf(openedReply(new Response(reply)));
  expect(refusal).toMatchObject({ code: 'ResponseUnexpected', reason: 'unsigned', stage: 'headers' });
});

test('a missing response is refused at the stage connection', async () => {
  const sending = sealedFetch({ ...ofMerchant, fetch: () => Promise.reject(new Error('no network')) });
  expect(await refusalOf(sending(post()))).toMatchObject({ code: 'ResponseMissing', stage: 'connection' });
});
