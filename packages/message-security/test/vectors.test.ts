/** Every message of spec/vectors, which OpenSSL made: opened as a whole, and compared stage by stage. */
import { Crypto as PeculiarCrypto } from '@peculiar/webcrypto';
import { expect, test } from 'vitest';
import { vectors } from '../../../spec/vectors/index.ts';
import type { Vector } from '../../../spec/vectors/vector.ts';
import { encryptEcb } from '../src/crypto/aes-ecb.ts';
import { decodeBase64 } from '../src/crypto/base64.ts';
import { decryptPkcs1 } from '../src/crypto/rsaes-pkcs1.ts';
import {
  contentToBeSigned,
  type OpenOptions,
  openRequest,
  openResponse,
  parseHeader,
  RSA_AES,
  sign,
} from '../src/index.ts';
import {
  type Bytes,
  fromHex,
  gateway,
  keys,
  merchant,
  ofGateway,
  ofMerchant,
  privateNumbers,
  refusalOf,
  stranger,
  toHex,
  utf8,
} from './fixture.ts';

const parties = { merchant, gateway, stranger };
const all = Object.entries<Vector>(vectors);
const accepted = all.filter(([, vector]) => vector.expect === 'accepted');
const refused = all.flatMap(([name, vector]): [string, string, Vector][] =>
  vector.expect === 'accepted' ? [] : [[name, vector.expect.code, vector]],
);

interface Opened {
  body: Bytes;
  time: string;
  encrypted: boolean;
}

async function open(vector: Vector, more: Partial<OpenOptions> = {}): Promise<Opened> {
  const headers = new Headers();
  for (const [name, value] of vector.headers) headers.append(name, value);
  const url = `https://open.alipay.hk${vector.httpUri}`;
  if (vector.direction === 'request') {
    const received = new Request(url, { method: vector.method, headers, body: vector.body });
    const opened = await openRequest(received, { ...ofGateway, encryption: RSA_AES, ...more });
    expect(opened.httpUri).toBe(vector.httpUri);
    expect(opened.publicKey).toBe(merchant.publicKey);
    return { ...opened, time: opened.requestTime, body: new Uint8Array(await opened.request.arrayBuffer()) };
  }
  const options = { ...ofMerchant, encryption: RSA_AES, ...more };
  const opened = await openResponse(new Response(vector.body, { headers }), { url }, options);
  expect(opened.publicKey).toBe(gateway.publicKey);
  expect(opened.tracerId).toBe(headers.get('Tracer-Id') ?? undefined);
  return { ...opened, time: opened.responseTime, body: new Uint8Array(await opened.response.arrayBuffer()) };
}

test('there are vectors of both directions and of every refusal', () => {
  expect(all.length).toBeGreaterThanOrEqual(80);
  expect(accepted.length).toBeGreaterThanOrEqual(30);
  expect(new Set(all.map(([, { direction }]) => direction))).toEqual(new Set(['request', 'response']));
  expect(new Set(refused.map(([, code]) => code))).toEqual(
    new Set([
      'HeaderInvalid',
      'AlgorithmNotSupported',
      'SignatureVerificationFailed',
      'DecryptionFailed',
      'TimeNotAccepted',
      'ResponseUnexpected',
    ]),
  );
});

test.each(refused)('%s is refused as %s', async (_, code, vector) => {
  expect(await refusalOf(open(vector))).toMatchObject({ code, name: code });
});

test('every body that does not decrypt gives the same error, also with the native AES-ECB of @peculiar/webcrypto', async () => {
  const seen = new Set<string>();
  for (const [, code, vector] of refused) {
    if (code !== 'DecryptionFailed') continue;
    for (const more of [{}, { crypto: new PeculiarCrypto() }]) {
      const error = await refusalOf(open(vector, more));
      // Without the tracer id, which only a reply has.
      const names = Reflect.ownKeys(error).filter((name) => name !== 'tracerId');
      seen.add(JSON.stringify([names.map(String).sort(), error.name, error.message]));
    }
  }
  expect([...seen].length).toBe(1);
});

test.each(accepted)('%s opens to its plaintext', async (_, vector) => {
  const opened = await open(vector);
  expect(new TextDecoder().decode(opened.body)).toBe(vector.plaintext ?? vector.body);
  expect(opened.encrypted).toBe(vector.symmetricKey !== null);
  expect(opened.time).toBe(vector.time);
});

const encrypted = accepted.filter(([, vector]) => vector.symmetricKey !== null);

test.each(encrypted)('%s opens with the native AES-ECB of @peculiar/webcrypto', async (_, vector) => {
  const { body } = await open(vector, { crypto: new PeculiarCrypto() });
  expect(new TextDecoder().decode(body)).toBe(vector.plaintext);
});

test.each(encrypted)('%s is refused when encryption is not set', async (_, vector) => {
  expect(await refusalOf(open(vector, { encryption: undefined }))).toMatchObject({ code: 'AlgorithmNotSupported' });
});

test.each(encrypted)('%s has its symmetric key in its Encrypt header, encrypted to the receiver', async (_, vector) => {
  const header = vector.headers.find(([name]) => name === 'Encrypt')?.[1] as string;
  const { value } = parseHeader('Encrypt', header);
  expect(Buffer.from(value).toString('base64')).toBe(vector.encryptedKey);
  const receiver = vector.direction === 'request' ? keys.gateway : keys.merchant;
  const decryption = await decryptPkcs1(value, privateNumbers(receiver.privateKey), crypto);
  expect(toHex(decryption?.tail.slice(32 - decryption.length) as Bytes)).toBe(vector.symmetricKey);
});

test.each(encrypted)('%s has the body that encryptEcb gives', async (_, vector) => {
  const ciphertext = await encryptEcb(
    fromHex(vector.symmetricKey as string),
    utf8(vector.plaintext as string),
    crypto.subtle,
  );
  expect(toHex(ciphertext)).toBe(toHex(decodeBase64(vector.body) as Bytes));
});

test.each(accepted)('%s has the content that contentToBeSigned gives', (_, vector) => {
  const content = contentToBeSigned({ ...vector, body: utf8(vector.body) });
  expect(new TextDecoder().decode(content)).toBe(vector.contentToBeSigned);
});

test.each(accepted)('%s has the signature that sign gives', async (_, vector) => {
  const { privateKey } = parties[vector.signer as keyof typeof parties];
  const header = await sign({ ...vector, body: utf8(vector.body) }, privateKey);
  expect(header).toBe(`algorithm=RSA256, signature=${encodeURIComponent(vector.signature as string)}`);
});

test('every signature verifies with the key of its signer, also in a refused message', async () => {
  for (const [name, { signer, contentToBeSigned: content, signature }] of all) {
    if (signer === null) continue;
    const made = await parties[signer].privateKey.sign(utf8(content as string));
    expect(Buffer.from(made).toString('base64'), name).toBe(signature);
    expect(await parties[signer].publicKey.verify(made, utf8(content as string)), name).toBe(true);
  }
});
