import {
  constants,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  privateDecrypt,
  publicEncrypt,
} from 'node:crypto';
import { Crypto as PeculiarCrypto } from '@peculiar/webcrypto';
import { expect, test } from 'vitest';
import { bigIntToBytes, bytesToBigInt } from '../../src/crypto/big-integer.ts';
import { decryptPkcs1, encryptPkcs1, type Pkcs1Decryption, rsaesPkcs1 } from '../../src/crypto/rsaes-pkcs1.ts';
import {
  type Bytes,
  concat,
  encryptRaw,
  keys,
  noise,
  observedCrypto,
  privateNumbers,
  publicNumbers,
  toHex,
} from '../fixture.ts';

const { privateKey: privatePem, publicKey: publicPem } = keys.gateway;
const privateKey = privateNumbers(privatePem);
const publicKey = publicNumbers(publicPem);
const size = 256;

const decrypt = (ciphertext: Bytes, key = privateKey) => decryptPkcs1(ciphertext, key, crypto);
/** The encoded message, by OpenSSL: the raw private operation. */
const encodedOf = (ciphertext: Bytes, pem = privatePem): Bytes =>
  new Uint8Array(privateDecrypt({ key: pem, padding: constants.RSA_NO_PADDING }, ciphertext));
/** OpenSSL's own decryption; since 3.2 with the same implicit rejection. */
const openSslDecrypt = (ciphertext: Bytes, pem = privatePem): Bytes =>
  new Uint8Array(privateDecrypt({ key: pem, padding: constants.RSA_PKCS1_PADDING }, ciphertext));

/** Length and end of a message: as much as decryption gives. */
const endOf = (message: Uint8Array): string => `${message.length}: ${toHex(message.subarray(-32))}`;
/** The same of a decryption; before the end of a short message stands what stood before the message. */
const endIn = (decryption: Pkcs1Decryption | undefined): string => {
  const { length, tail } = decryption as Pkcs1Decryption;
  expect(tail.length).toBe(32);
  return `${length}: ${toHex(tail.subarray(Math.max(0, 32 - length)))}`;
};

/** 00 02, `padding` bytes that are not zero, 00, then the message up to the end. */
function block(padding: number, change: (block: Bytes) => void = () => undefined): Bytes {
  const bytes = noise(size, padding).map((byte) => byte || 1);
  bytes.set([0, 2]);
  bytes[2 + padding] = 0;
  change(bytes);
  return bytes;
}

const wrongBlocks: [string, Bytes][] = [
  ['it starts 01', block(100, (bytes) => bytes.set([1]))],
  ['it starts 00 01', block(100, (bytes) => bytes.set([0, 1]))],
  ['it starts 00 00', block(100, (bytes) => bytes.set([0, 0]))],
  ['it starts 00 03', block(100, (bytes) => bytes.set([0, 3]))],
  ['it starts 00 82', block(100, (bytes) => bytes.set([0, 0x82]))],
  ['it starts 00 ff', block(100, (bytes) => bytes.set([0, 0xff]))],
  ['it starts 02 00', block(100, (bytes) => bytes.set([2, 0]))],
  ['there is no zero', block(254)],
  ['there is no padding', block(0)],
  ['there is no padding, and another zero later', block(100, (bytes) => bytes.set([0], 2))],
  ['the padding has one byte', block(1)],
  ['the padding has seven bytes', block(7)],
  ['a zero early and another one later', block(100, (bytes) => bytes.set([0], 9))],
  ['all zeros', new Uint8Array(size)],
  ['one', block(254, (bytes) => bytes.fill(0).set([1], 255))],
];

test.each([0, 1, 128, 255, 257, 512])('decryptPkcs1 returns undefined for a ciphertext of %i bytes', async (length) => {
  expect(await decrypt(new Uint8Array(length).fill(1))).toBeUndefined();
});

test('decryptPkcs1 returns undefined for a valid ciphertext with a byte added or removed in front', async () => {
  const ciphertext = await encryptPkcs1(noise(32), publicKey, crypto);
  expect(await decrypt(concat(new Uint8Array(1), ciphertext))).toBeUndefined();
  expect(await decrypt(ciphertext.slice(1))).toBeUndefined();
});

test('decryptPkcs1 returns undefined for a value that is not below the modulus', async () => {
  const c = bytesToBigInt(await encryptPkcs1(noise(32), publicKey, crypto));
  const values = [publicKey.n, publicKey.n + 1n, (1n << 2048n) - 1n];
  if (c + publicKey.n < 1n << 2048n) values.push(c + publicKey.n);
  for (const value of values) expect(await decrypt(bigIntToBytes(value, size))).toBeUndefined();
});

test('decryptPkcs1 returns a synthetic message for the value just below the modulus', async () => {
  const ciphertext = bigIntToBytes(publicKey.n - 1n, size);
  expect(endIn(await decrypt(ciphertext))).toBe(endOf(openSslDecrypt(ciphertext)));
});

test.each(wrongBlocks)(
  'decryptPkcs1 returns the synthetic message of OpenSSL for a wrong padding: %s',
  async (_, bytes) => {
    const ciphertext = encryptRaw(bytes, publicPem);
    const decryption = await decrypt(ciphertext);
    expect(endIn(decryption)).toBe(endOf(openSslDecrypt(ciphertext)));
    expect(decryption?.substitute.length).toBe(32);
  },
);

test('decryptPkcs1 returns the synthetic messages of OpenSSL for a hundred random ciphertexts', async () => {
  const lengths = new Set<number>();
  for (let seed = 1; seed <= 100; seed++) {
    const ciphertext = noise(size, seed);
    ciphertext[0] = 0; // below the modulus
    const message = openSslDecrypt(ciphertext);
    expect(endIn(await decrypt(ciphertext))).toBe(endOf(message));
    lengths.add(message.length);
  }
  expect(lengths.size).toBeGreaterThan(50);
  expect(Math.max(...lengths)).toBeLessThanOrEqual(245);
});

test('a synthetic message can have 0 and 245 bytes, and those of an AES key are the key', async () => {
  const wanted = new Set([0, 16, 24, 32, 245]);
  for (let seed = 1; seed < 5000 && wanted.size > 0; seed++) {
    const ciphertext = noise(size, seed);
    ciphertext[0] = 0;
    const theirs = openSslDecrypt(ciphertext);
    if (!wanted.delete(theirs.length)) continue;
    expect(endIn(await decrypt(ciphertext))).toBe(endOf(theirs));
    const key = await rsaesPkcs1.unwrap(ciphertext, privateKey, crypto);
    if ([16, 24, 32].includes(theirs.length)) expect(key).toEqual(theirs);
    else expect(key).toEqual((await decrypt(ciphertext))?.substitute);
  }
  expect(wanted).toEqual(new Set());
}, 20_000);

test('decryptPkcs1 agrees with OpenSSL for keys of 2050, 2054 and 3072 bits and for exponent 3', async () => {
  for (const options of [
    { modulusLength: 2050 },
    { modulusLength: 2054 },
    { modulusLength: 3072 },
    { modulusLength: 2048, publicExponent: 3 },
  ]) {
    const pair = generateKeyPairSync('rsa', options);
    const pem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
    const own = privateNumbers(pem);
    expect(own.size).toBe(Math.ceil(options.modulusLength / 8));
    const right = await encryptPkcs1(noise(32), own, crypto);
    expect((await decrypt(right, own))?.tail).toEqual(noise(32));
    expect(openSslDecrypt(right, pem)).toEqual(noise(32));
    const wrong = noise(own.size);
    wrong[0] = 0;
    expect(endIn(await decrypt(wrong, own))).toBe(endOf(openSslDecrypt(wrong, pem)));
  }
});

test('a synthetic message depends on the ciphertext and the key alone', async () => {
  const [first, second] = [encryptRaw(block(3), publicPem), encryptRaw(block(4), publicPem)];
  const stranger = privateNumbers(keys.stranger.privateKey);
  const small = first.slice();
  small[0] = 0; // below every modulus
  const seen = await Promise.all([
    decrypt(first),
    decrypt(first),
    decrypt(second),
    decrypt(small),
    decrypt(small, stranger),
  ]);
  const [once, again, other, ours, theirs] = seen.map((each) => toHex(each?.substitute as Bytes));
  expect(again).toBe(once);
  expect(seen[1]).toEqual(seen[0]);
  expect(other).not.toBe(once);
  expect(theirs).not.toBe(ours);
});

test('decryptPkcs1 returns the end of the synthetic message as the substitute for a wrong and for a right padding', async () => {
  const ciphertext = encryptRaw(block(3), publicPem);
  const wrong = await decrypt(ciphertext);
  expect(wrong?.substitute).toEqual(wrong?.tail);
  const right = await decrypt(await encryptPkcs1(noise(32), publicKey, crypto));
  expect(right?.tail).toEqual(noise(32));
  expect(right?.substitute.length).toBe(32);
  expect(right?.substitute).not.toEqual(noise(32));
});

test('a message that is no AES key is unwrapped as the substitute', async () => {
  for (const length of [0, 1, 15, 17, 23, 25, 31, 33, 128, 245]) {
    const ciphertext = await encryptPkcs1(noise(length), publicKey, crypto);
    const { substitute } = (await decrypt(ciphertext)) as Pkcs1Decryption;
    expect(await rsaesPkcs1.unwrap(ciphertext, privateKey, crypto)).toEqual(substitute);
  }
});

test('decryptPkcs1 makes the same calls of Web Crypto for wrong and right paddings', async () => {
  const asked = async (ciphertext: Bytes): Promise<string[]> => {
    const calls: string[] = [];
    const watched = observedCrypto((method) => calls.push(method));
    await decryptPkcs1(ciphertext, privateNumbers(privatePem), watched);
    return calls;
  };
  const right = await asked(await encryptPkcs1(noise(32), publicKey, crypto));
  expect(right.filter((method) => method === 'sign').length).toBe(3); // 18 would make the whole synthetic message
  for (const [, bytes] of wrongBlocks) expect(await asked(encryptRaw(bytes, publicPem))).toEqual(right);
});

test.each([0, 1, 15, 16, 24, 32, 33, 244, 245])(
  'OpenSSL and we decrypt each other’s message of %i bytes',
  async (length) => {
    const message = noise(length);
    expect(openSslDecrypt(await encryptPkcs1(message, publicKey, crypto))).toEqual(message);
    const theirs = new Uint8Array(publicEncrypt({ key: publicPem, padding: constants.RSA_PKCS1_PADDING }, message));
    expect(endIn(await decrypt(theirs))).toBe(endOf(message));
  },
);

test('@peculiar/webcrypto and we decrypt each other’s messages', async () => {
  const peculiar = new PeculiarCrypto().subtle;
  const algorithm = { name: 'RSAES-PKCS1-v1_5' };
  const spki = createPublicKey(publicPem).export({ type: 'spki', format: 'der' });
  const pkcs8 = createPrivateKey(privatePem).export({ type: 'pkcs8', format: 'der' });
  const theirPublic = await peculiar.importKey('spki', spki, algorithm, false, ['encrypt']);
  const theirPrivate = await peculiar.importKey('pkcs8', pkcs8, algorithm, false, ['decrypt']);
  for (const length of [1, 16, 24, 32, 245]) {
    const message = noise(length);
    const theirs = new Uint8Array(await peculiar.encrypt(algorithm, theirPublic, message));
    expect(endIn(await decrypt(theirs))).toBe(endOf(message));
    const ours = await encryptPkcs1(message, publicKey, crypto);
    expect(new Uint8Array(await peculiar.decrypt(algorithm, theirPrivate, ours))).toEqual(message);
  }
});

test.each([8, 9, 100, 253])(
  'decryptPkcs1 accepts a padding of %i bytes and returns the bytes after the first zero',
  async (padding) => {
    const bytes = block(padding, (each) => {
      if (padding < 252) each.set([0, 0], 2 + padding + 1); // zeros of the message are the message's
    });
    const decryption = await decrypt(encryptRaw(bytes, publicPem));
    expect(endIn(decryption)).toBe(endOf(bytes.slice(2 + padding + 1)));
  },
);

test('encryptPkcs1 encrypts 00 02, a padding without zeros, 00 and the message', async () => {
  for (const length of [0, 16, 32, 245]) {
    const encoded = encodedOf(await encryptPkcs1(noise(length), publicKey, crypto));
    const end = size - length - 1;
    expect([...encoded.slice(0, 2)]).toEqual([0, 2]);
    expect(encoded.slice(2, end).includes(0)).toBe(false);
    expect(encoded[end]).toBe(0);
    expect(encoded.slice(end + 1)).toEqual(noise(length));
  }
});

test('encryptPkcs1 makes a new padding in every call', async () => {
  const ciphertexts = Array.from({ length: 20 }, () => encryptPkcs1(noise(32), publicKey, crypto));
  const seen = new Set((await Promise.all(ciphertexts)).map((ciphertext) => toHex(encodedOf(ciphertext))));
  expect(seen.size).toBe(20);
});

test('encryptPkcs1 draws each zero byte of the padding again and no other byte', async () => {
  let draws = 0;
  const zeros = new Proxy(crypto, {
    get: (target, name) =>
      name === 'getRandomValues'
        ? (bytes: Uint8Array<ArrayBuffer>) => {
            target.getRandomValues(bytes);
            draws++;
            if (draws === 1) return bytes.fill(7).fill(0, 3, 6);
            if (draws <= 4) return bytes.fill(0);
            return bytes.fill(9);
          }
        : Reflect.get(target, name, target),
  });
  const encoded = encodedOf(await encryptPkcs1(noise(32), publicKey, zeros));
  expect([...encoded.slice(2, 10)]).toEqual([7, 7, 7, 9, 9, 9, 7, 7]);
  expect(draws).toBe(1 + 3 + 3); // the padding, three zeros in place of the first, one good draw for each
});

test('20 decryptions at the same time return their own messages', async () => {
  const messages = Array.from({ length: 20 }, (_, seed) => noise(32, seed));
  const ciphertexts = await Promise.all(messages.map((message) => encryptPkcs1(message, publicKey, crypto)));
  const decryptions = await Promise.all(ciphertexts.map((ciphertext) => decrypt(ciphertext)));
  expect(decryptions.map((each) => toHex(each?.tail as Bytes))).toEqual(messages.map(toHex));
});

test('Node’s Web Crypto has no RSAES-PKCS1-v1_5; when this fails, crypto/rsaes-pkcs1.ts can shrink', async () => {
  const algorithm = { name: 'RSAES-PKCS1-v1_5' };
  const spki = createPublicKey(publicPem).export({ type: 'spki', format: 'der' }) as Bytes;
  await expect(crypto.subtle.importKey('spki', spki, algorithm, false, ['encrypt'])).rejects.toThrow();
});
