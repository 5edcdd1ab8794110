/** What nodeCrypto offers beside Web Crypto, against OpenSSL and against Web Crypto itself. */
import {
  constants,
  createCipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  privateDecrypt,
  publicEncrypt,
} from 'node:crypto';
import { keys } from '@alipayhk-pass/spec/vectors';
import { describe, expect, test } from 'vitest';
import { nodeCrypto } from '../src/index.ts';

type Bytes = Uint8Array<ArrayBuffer>;

const { subtle } = nodeCrypto;
const native = globalThis.crypto.subtle;
const { privateKey, publicKey } = keys.gateway;
const privateJwk = createPrivateKey(privateKey).export({ format: 'jwk' }) as JsonWebKey;
const publicJwk = createPublicKey(publicKey).export({ format: 'jwk' }) as JsonWebKey;
const rsassa = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
const hmac = { name: 'HMAC', hash: 'SHA-256' };
const noPadding = constants.RSA_NO_PADDING;

const bytes = (length: number, seed = length): Bytes =>
  Uint8Array.from({ length }, (_, i) => (i * 31 + seed * 17) & 255);
const hex = (data: ArrayBuffer | Uint8Array): string => Buffer.from(new Uint8Array(data)).toString('hex');
/** As long as the modulus, and below it. */
const block = (seed: number): Bytes => bytes(256, seed).fill(0, 0, 1);

const errorName = (run: Promise<unknown>): Promise<string> =>
  run.then(
    () => 'none',
    (error: Error) => error.name,
  );

describe('AES-ECB', () => {
  test.each([16, 24, 32])('encrypts and decrypts with a key of %i bytes as OpenSSL does', async (length) => {
    const key = await subtle.importKey('raw', bytes(length), 'AES-ECB', false, ['encrypt', 'decrypt']);
    for (const size of [0, 1, 15, 16, 17, 640, 65_536]) {
      const cipher = createCipheriv(`aes-${length * 8}-ecb`, bytes(length), null);
      const expected = Buffer.concat([cipher.update(bytes(size)), cipher.final()]);
      const ciphertext = await subtle.encrypt('AES-ECB', key, bytes(size));
      expect(hex(ciphertext)).toBe(hex(expected));
      expect(hex(await subtle.decrypt({ name: 'AES-ECB' }, key, ciphertext))).toBe(hex(bytes(size)));
    }
  });

  test('gives an ArrayBuffer of its own, which holds nothing else', async () => {
    const key = await subtle.importKey('raw', bytes(16), 'AES-ECB', false, ['encrypt']);
    const ciphertext = await subtle.encrypt('AES-ECB', key, bytes(5));
    expect(ciphertext).toBeInstanceOf(ArrayBuffer);
    expect(ciphertext.byteLength).toBe(16);
  });

  test('takes a part of a larger buffer as that part, and keeps a copy of the key', async () => {
    const raw = bytes(100).subarray(7, 23);
    const expected = await subtle.importKey('raw', raw.slice(), 'AES-ECB', false, ['encrypt']);
    const key = await subtle.importKey('raw', raw, 'AES-ECB', false, ['encrypt']);
    raw.fill(0);
    const part = bytes(100).subarray(33, 73);
    expect(hex(await subtle.encrypt('AES-ECB', key, part))).toBe(
      hex(await subtle.encrypt('AES-ECB', expected, part.slice().buffer)),
    );
  });

  test.each([0, 15, 17, 20, 33])('refuses a key of %i bytes', async (length) => {
    expect(await errorName(subtle.importKey('raw', bytes(length), 'AES-ECB', false, ['encrypt']))).toBe('DataError');
  });

  test('refuses a ciphertext without a padding, saying nothing of it', async () => {
    const key = await subtle.importKey('raw', bytes(16), 'AES-ECB', false, ['decrypt']);
    for (const length of [0, 15, 16, 32]) {
      const error = await subtle.decrypt('AES-ECB', key, bytes(length, 3)).catch((reason) => reason);
      expect([error.name, error.message, 'cause' in error]).toEqual(['OperationError', 'node:crypto failed', false]);
    }
  });

  test('is left to Web Crypto, which has none, for a key that shall be extractable, and for generateKey', async () => {
    expect(await errorName(subtle.importKey('raw', bytes(16), 'AES-ECB', true, ['encrypt']))).toBe('NotSupportedError');
    const generating = subtle.generateKey({ name: 'AES-ECB', length: 256 }, true, ['encrypt']);
    expect(await errorName(generating)).toBe('NotSupportedError');
  });
});

describe('RSA-RAW', () => {
  test('gives the blocks that OpenSSL gives, leading zeros included', async () => {
    const theirs = await subtle.importKey('jwk', publicJwk, 'RSA-RAW', false, ['encrypt']);
    const ours = await subtle.importKey('jwk', privateJwk, 'RSA-RAW', false, ['encrypt', 'decrypt']);
    for (const m of [new Uint8Array(256), block(1), block(2), new Uint8Array(256).fill(1, 255)]) {
      const c = await subtle.encrypt('RSA-RAW', theirs, m);
      expect(hex(c)).toBe(hex(publicEncrypt({ key: publicKey, padding: noPadding }, m)));
      expect(hex(await subtle.encrypt('RSA-RAW', ours, m))).toBe(hex(c));
      expect(hex(await subtle.decrypt('RSA-RAW', ours, c))).toBe(hex(m));
      expect(hex(await subtle.decrypt('RSA-RAW', ours, m))).toBe(
        hex(privateDecrypt({ key: privateKey, padding: noPadding }, m)),
      );
    }
  });

  test.each([0, 255, 257])('refuses a block of %i bytes, saying nothing of it', async (length) => {
    const key = await subtle.importKey('jwk', privateJwk, 'RSA-RAW', false, ['encrypt', 'decrypt']);
    for (const operation of ['encrypt', 'decrypt'] as const) {
      expect(await errorName(subtle[operation]('RSA-RAW', key, bytes(length)))).toBe('OperationError');
    }
  });

  test('refuses a value above the modulus', async () => {
    const key = await subtle.importKey('jwk', privateJwk, 'RSA-RAW', false, ['encrypt', 'decrypt']);
    for (const operation of ['encrypt', 'decrypt'] as const) {
      expect(await errorName(subtle[operation]('RSA-RAW', key, new Uint8Array(256).fill(255)))).toBe('OperationError');
    }
  });

  test('refuses a key that is none, and decryption with a public key', async () => {
    const malformed = { kty: 'RSA', n: publicJwk.n };
    expect(await errorName(subtle.importKey('jwk', malformed, 'RSA-RAW', false, ['encrypt']))).toBe('DataError');
    const key = await subtle.importKey('jwk', publicJwk, 'RSA-RAW', false, ['encrypt', 'decrypt']);
    expect(await errorName(subtle.decrypt('RSA-RAW', key, block(1)))).not.toBe('none');
  });
});

describe('HMAC', () => {
  test('signs as OpenSSL does with a key that does nothing else', async () => {
    const key = await subtle.importKey('raw', bytes(32), hmac, false, ['sign']);
    for (const length of [0, 20, 256]) {
      const expected = createHmac('sha256', bytes(32)).update(bytes(length)).digest();
      expect(hex(await subtle.sign('HMAC', key, bytes(length)))).toBe(hex(expected));
    }
  });

  test('is Web Crypto’s with every other key', async () => {
    const sha384 = await subtle.importKey('raw', bytes(48), { name: 'HMAC', hash: 'SHA-384' }, false, ['sign']);
    expect((await subtle.sign('HMAC', sha384, bytes(5))).byteLength).toBe(48);
    const both = await subtle.importKey('raw', bytes(32), hmac, true, ['sign', 'verify']);
    expect(both).toBeInstanceOf(CryptoKey);
    expect(await subtle.verify('HMAC', both, await subtle.sign('HMAC', both, bytes(5)), bytes(5))).toBe(true);
    expect(hex(await subtle.exportKey('raw', both))).toBe(hex(bytes(32)));
    expect(await errorName(subtle.importKey('raw', bytes(0), hmac, false, ['sign']))).toBe('DataError');
  });
});

describe('RSASSA-PKCS1-v1_5', () => {
  test('a signature of either verifies by the other, and a changed one by neither', async () => {
    const data = bytes(900);
    for (const [signer, verifier] of [
      [subtle, native],
      [native, subtle],
      [subtle, subtle],
    ] as const) {
      const signing = await signer.importKey('jwk', privateJwk, rsassa, false, ['sign']);
      const verifying = await verifier.importKey('jwk', publicJwk, rsassa, false, ['verify']);
      const signature = await signer.sign(rsassa.name, signing, data);
      expect(await verifier.verify(rsassa.name, verifying, signature, data)).toBe(true);
      expect(await verifier.verify(rsassa.name, verifying, signature, data.subarray(1))).toBe(false);
      for (const length of [0, 255, 257]) {
        expect(await verifier.verify(rsassa.name, verifying, new Uint8Array(length), data)).toBe(false);
      }
    }
  });

  test('a key remains Web Crypto’s, whatever format it came in', async () => {
    const spki = createPublicKey(publicKey).export({ format: 'der', type: 'spki' });
    const key = await subtle.importKey('spki', new Uint8Array(spki), rsassa, true, ['verify']);
    expect(key).toBeInstanceOf(CryptoKey);
    expect((await subtle.exportKey('jwk', key)).n).toBe(publicJwk.n);
    const fromJwk = await subtle.importKey('jwk', publicJwk, rsassa, true, ['verify']);
    expect(hex(await subtle.exportKey('spki', fromJwk))).toBe(hex(spki));
  });
});

describe('a key', () => {
  const imported = () =>
    Promise.all([
      subtle.importKey('raw', bytes(32), 'AES-ECB', false, ['encrypt']),
      subtle.importKey('jwk', privateJwk, 'RSA-RAW', false, ['decrypt']),
      subtle.importKey('raw', bytes(32), hmac, false, ['sign']),
    ]);

  test('shows nothing of its numbers', async () => {
    for (const key of await imported()) {
      expect(Object.keys(key).sort()).toEqual(['algorithm', 'extractable', 'usages']);
      expect(key.extractable).toBe(false);
      expect(Object.isFrozen(key)).toBe(true);
      expect(await errorName(subtle.exportKey('raw', key))).toBe('TypeError');
    }
  });

  test('does what it was imported for and nothing else', async () => {
    const [aes, rsa, mac] = await imported();
    expect(await errorName(subtle.decrypt('AES-ECB', aes, bytes(16)))).not.toBe('none');
    expect(await errorName(subtle.encrypt('RSA-RAW', rsa, block(1)))).not.toBe('none');
    expect(await errorName(subtle.encrypt('RSA-RAW', aes, block(1)))).not.toBe('none');
    expect(await errorName(subtle.verify('HMAC', mac, bytes(32), bytes(1)))).not.toBe('none');
  });
});

test('nodeCrypto does the rest of Web Crypto', async () => {
  expect(hex(await subtle.digest('SHA-256', bytes(5)))).toBe(hex(await native.digest('SHA-256', bytes(5))));
  expect(nodeCrypto.getRandomValues(new Uint8Array(8)).length).toBe(8);
  expect(nodeCrypto.randomUUID()).toMatch(/^[0-9a-f-]{36}$/);
  const key = await subtle.generateKey({ name: 'AES-GCM', length: 128 }, true, ['encrypt', 'decrypt']);
  const algorithm = { name: 'AES-GCM', iv: bytes(12) };
  const ciphertext = await subtle.encrypt(algorithm, key, bytes(5));
  expect(hex(await subtle.decrypt(algorithm, key, ciphertext))).toBe(hex(bytes(5)));
  for (const name of Object.getOwnPropertyNames(SubtleCrypto.prototype)) {
    if (name !== 'constructor') expect(typeof subtle[name as keyof SubtleCrypto], name).toBe('function');
  }
});

test('a number, a text or an object is no BufferSource', async () => {
  for (const data of [32, '32', { byteLength: 32 }, [1, 2, 3], undefined, null] as never[]) {
    expect(await errorName(subtle.importKey('raw', data, hmac, false, ['sign']))).not.toBe('none');
    expect(await errorName(subtle.importKey('raw', data, 'AES-ECB', false, ['encrypt']))).not.toBe('none');
    const key = await subtle.importKey('raw', bytes(16), 'AES-ECB', false, ['encrypt']);
    expect(await errorName(subtle.encrypt('AES-ECB', key, data))).not.toBe('none');
  }
});
