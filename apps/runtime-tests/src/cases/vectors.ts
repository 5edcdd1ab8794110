/** Every vector of `spec/vectors`: opened it gives its plaintext or its code, signed and sealed again it gives its bytes. */
import { contentToBeSigned, parseHeader, RSA_AES, sealRequest, sign } from '@alipayhk-pass/message-security';
import { vectors } from '@alipayhk-pass/spec/vectors';
import { hasAes192, noAes192 } from '../aes-192.ts';
import { equal, errorOf } from '../assert.ts';
import { importKeys } from '../keys.ts';
import { clientId, now, open, urlOf } from '../message.ts';
import type { Test } from '../test.ts';

type Vector = (typeof vectors)[keyof typeof vectors];

export function vectorCases(test: Test): void {
  for (const [name, vector] of Object.entries(vectors)) {
    const { expect } = vector;
    if (expect !== 'accepted') {
      test(`vector: ${name} is refused`, async () => {
        equal((await errorOf(() => openAsReceiver(vector))).code, expect.code);
      });
      continue;
    }
    test(`vector: ${name} opens, and is signed alike`, async () => {
      await signsAlike(vector);
      if (name === 'request-encrypted-aes192' && !(await hasAes192())) {
        equal((await errorOf(() => openAsReceiver(vector))).code, 'DecryptionFailed');
        return noAes192;
      }
      equal(await openAsReceiver(vector), vector.plaintext ?? vector.body);
    });
  }
  for (const name of ['request-signed', 'request-encrypted-aes256'] as const) {
    test(`vector: ${name} is sealed alike`, () => sealsAlike(vectors[name]));
  }
}

async function openAsReceiver(vector: Vector): Promise<string> {
  const { merchant, gateway } = await importKeys();
  const [sender, receiver] = vector.direction === 'request' ? [merchant, gateway] : [gateway, merchant];
  return open(vector, { publicKey: sender.publicKey, privateKey: receiver.privateKey, encryption: RSA_AES });
}

async function signsAlike({ method, httpUri, time, signer, ...vector }: Vector): Promise<void> {
  if (signer === null) throw new Error('expected a signer');
  const parts = { method, httpUri, clientId: vector.clientId, time, body: new TextEncoder().encode(vector.body) };
  equal(new TextDecoder().decode(contentToBeSigned(parts)), vector.contentToBeSigned);
  const header = await sign(parts, (await importKeys())[signer].privateKey);
  equal(btoa(String.fromCharCode(...parseHeader('Signature', header).value)), vector.signature);
}

/** All of the sealed request but for its `Encrypt` header, whose padding is random. */
async function sealsAlike(vector: Vector): Promise<void> {
  const { merchant, gateway } = await importKeys();
  const plain = new Request(urlOf(vector), { method: vector.method, body: vector.plaintext ?? vector.body });
  const sealed = await sealRequest(plain, {
    clientId,
    now,
    zone: '+05:30',
    privateKey: merchant.privateKey,
    publicKey: gateway.publicKey,
    ...(vector.symmetricKey && { encryption: RSA_AES, crypto: cryptoThatDraws(vector.symmetricKey) }),
  });
  for (const [name, value] of vector.headers) if (name !== 'Encrypt') equal(sealed.headers.get(name), value);
  equal(await sealed.text(), vector.body);
}

/** Web Crypto whose first random bytes are these: the symmetric key is drawn before the padding. */
function cryptoThatDraws(hex: string): Crypto {
  let first: number[] | undefined = hex.match(/../g)?.map((byte) => Number.parseInt(byte, 16));
  const getRandomValues = (bytes: Uint8Array<ArrayBuffer>): Uint8Array => {
    if (first === undefined) return globalThis.crypto.getRandomValues(bytes);
    bytes.set(first);
    first = undefined;
    return bytes;
  };
  return { subtle: globalThis.crypto.subtle, getRandomValues } as unknown as Crypto;
}
