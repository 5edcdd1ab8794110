import { createCipheriv, createDecipheriv } from 'node:crypto';
import { Crypto as PeculiarCrypto } from '@peculiar/webcrypto';
import { expect, test } from 'vitest';
import { decryptEcb, encryptEcb } from '../../src/crypto/aes-ecb.ts';
import { type Bytes, concat, fromHex, noise, observed, toHex } from '../fixture.ts';

const { subtle } = crypto;
const peculiar = new PeculiarCrypto().subtle as SubtleCrypto;
const keyLengths = [16, 24, 32];
const lengths = [...Array.from({ length: 50 }, (_, length) => length), 255, 256, 257, 4095, 4096, 4097];

/** Blocks as they are, padding included, by OpenSSL. */
function encryptBlocks(key: Bytes, blocks: Bytes): Bytes {
  const cipher = createCipheriv(`aes-${key.length * 8}-ecb`, key, null).setAutoPadding(false);
  return concat(cipher.update(blocks), cipher.final());
}

test.each([1, 15, 17, 31, 33])('a ciphertext of %i bytes is refused', async (length) => {
  for (const each of [subtle, peculiar]) expect(await decryptEcb(noise(32), noise(length), each)).toBeUndefined();
});

test('an empty ciphertext is refused', async () => {
  for (const each of [subtle, peculiar]) expect(await decryptEcb(noise(32), new Uint8Array(), each)).toBeUndefined();
});

test('only a right padding is accepted of all 256 last bytes of a block', async () => {
  const key = noise(16);
  for (let last = 0; last < 256; last++) {
    const block = new Uint8Array(16).fill(0xaa);
    block[15] = last;
    const plaintext = await decryptEcb(key, encryptBlocks(key, block), subtle);
    // A last byte of 1 is a whole padding; others need more of the same before them.
    expect(plaintext?.length, `last byte ${last}`).toBe(last === 1 ? 15 : undefined);
  }
});

test('a padding is refused when any one of its bytes is wrong', async () => {
  const key = noise(32);
  for (let padding = 1; padding <= 16; padding++) {
    const blocks = concat(noise(16), new Uint8Array(16 - padding), new Uint8Array(padding).fill(padding));
    expect((await decryptEcb(key, encryptBlocks(key, blocks), subtle))?.length).toBe(32 - padding);
    for (let at = 2; at <= padding; at++) {
      const wrong = blocks.slice();
      wrong[32 - at] = padding ^ 0x80;
      expect(await decryptEcb(key, encryptBlocks(key, wrong), subtle), `byte ${at} of ${padding}`).toBeUndefined();
    }
  }
});

test('a padding of 17 bytes or more is refused', async () => {
  const key = noise(16);
  for (const padding of [0, 17, 32, 255]) {
    const blocks = new Uint8Array(32).fill(padding);
    expect(await decryptEcb(key, encryptBlocks(key, blocks), subtle)).toBeUndefined();
    expect(await decryptEcb(key, encryptBlocks(key, blocks), peculiar)).toBeUndefined();
  }
});

test('a wrong key gives undefined or other bytes, and does not throw', async () => {
  const ciphertext = await encryptEcb(noise(16), noise(40), subtle);
  for (let seed = 1000; seed < 1300; seed++) {
    const plaintext = await decryptEcb(noise(16, seed), ciphertext, subtle);
    expect(plaintext === undefined || toHex(plaintext) !== toHex(noise(40))).toBe(true);
  }
});

test('a key of another length is refused by Web Crypto', async () => {
  for (const length of [0, 15, 17, 20, 33]) await expect(encryptEcb(noise(length), noise(5), subtle)).rejects.toThrow();
});

// NIST SP 800-38A, F.1.1 to F.1.5: the four blocks are the same for each length of key.
const nistPlaintext = fromHex(
  '6bc1bee22e409f96e93d7e117393172a ae2d8a571e03ac9c9eb76fac45af8e51 30c81c46a35ce411e5fbc1191a0a52ef f69f2445df4f9b17ad2b417be66c3710',
);
test.each([
  [
    '2b7e151628aed2a6abf7158809cf4f3c',
    '3ad77bb40d7a3660a89ecaf32466ef97f5d3d58503b9699de785895a96fdbaaf43b1cd7f598ece23881b00e3ed0306887b0c785e27e8ad3f8223207104725dd4',
  ],
  [
    '8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b',
    'bd334f1d6e45f25ff712a214571fa5cc974104846d0ad3ad7734ecb3ecee4eefef7afd2270e2e60adce0ba2face6444e9a4b41ba738d6c72fb16691603c18e0e',
  ],
  [
    '603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4',
    'f3eed1bdb5d2a03c064b5a7e3db181f8591ccb10d410ed26dc5ba74a31362870b6ed21b99ca6f4f9f153e7b1beafed1d23304b7a39f9f3ff067d8d8f9e24ecc7',
  ],
])('the vector of NIST with the key %s is encrypted and decrypted', async (key, ciphertext) => {
  const encrypted = await encryptEcb(fromHex(key), nistPlaintext, subtle);
  expect(toHex(encrypted).slice(0, 128)).toBe(ciphertext);
  expect(encrypted.length).toBe(80);
  expect(await decryptEcb(fromHex(key), encrypted, subtle)).toEqual(nistPlaintext);
});

test.each(keyLengths)(
  'encryptEcb with a key of %i bytes gives the ciphertext of OpenSSL and @peculiar/webcrypto',
  async (keyLength) => {
    const key = noise(keyLength, 5);
    const theirKey = await peculiar.importKey('raw', key, 'AES-ECB', false, ['encrypt', 'decrypt']);
    for (const length of lengths) {
      const plaintext = noise(length);
      const ciphertext = await encryptEcb(key, plaintext, subtle);
      const cipher = createCipheriv(`aes-${keyLength * 8}-ecb`, key, null);
      expect(toHex(ciphertext)).toBe(toHex(concat(cipher.update(plaintext), cipher.final())));
      expect(toHex(new Uint8Array(await peculiar.encrypt('AES-ECB', theirKey, plaintext)))).toBe(toHex(ciphertext));
      expect(ciphertext.length).toBe(length - (length % 16) + 16);
    }
  },
);

test.each(keyLengths)(
  'decryptEcb with a key of %i bytes decrypts what OpenSSL and @peculiar/webcrypto encrypted',
  async (keyLength) => {
    const key = noise(keyLength, 6);
    const theirKey = await peculiar.importKey('raw', key, 'AES-ECB', false, ['encrypt', 'decrypt']);
    for (const length of lengths) {
      const plaintext = noise(length);
      const theirs = new Uint8Array(await peculiar.encrypt('AES-ECB', theirKey, plaintext));
      expect(toHex((await decryptEcb(key, theirs, subtle)) ?? new Uint8Array(1))).toBe(toHex(plaintext));
      const ours = await encryptEcb(key, plaintext, subtle);
      expect(toHex(new Uint8Array(await peculiar.decrypt('AES-ECB', theirKey, ours)))).toBe(toHex(plaintext));
      const decipher = createDecipheriv(`aes-${keyLength * 8}-ecb`, key, null);
      expect(toHex(concat(decipher.update(ours), decipher.final()))).toBe(toHex(plaintext));
    }
  },
);

test.each([
  ['nothing', undefined],
  ['too little', new ArrayBuffer(15)],
  ['too much', new ArrayBuffer(32)],
])('encryptEcb throws when Web Crypto gives %s for a block', async (_, given) => {
  const lying = new Proxy(subtle, {
    get: (target, name) =>
      name === 'encrypt' ? async () => given : (Reflect.get(target, name, target) as () => unknown).bind(target),
  });
  await expect(encryptEcb(noise(16), noise(40), lying)).rejects.toThrow(TypeError);
});

test('encryptEcb and decryptEcb do not change plaintext, ciphertext or key', async () => {
  const [key, plaintext] = [noise(32), noise(40)];
  const ciphertext = await encryptEcb(key, plaintext, subtle);
  const copy = ciphertext.slice();
  await decryptEcb(key, ciphertext, subtle);
  expect([toHex(key), toHex(plaintext), toHex(ciphertext)]).toEqual([toHex(noise(32)), toHex(noise(40)), toHex(copy)]);
});

test('encryptEcb encrypts a part of a larger buffer as that part alone', async () => {
  const buffer = noise(100);
  const part = buffer.subarray(33, 73);
  const ciphertext = await encryptEcb(noise(16), part, subtle);
  expect(toHex(ciphertext)).toBe(toHex(await encryptEcb(noise(16), part.slice(), subtle)));
  const around = concat(noise(5), ciphertext, noise(7));
  expect(await decryptEcb(noise(16), around.subarray(5, 5 + ciphertext.length), subtle)).toEqual(part.slice());
});

test('encryptEcb makes up to 256 calls at a time without AES-OCB', async () => {
  let [running, most, calls] = [0, 0, 0];
  const counting = new Proxy(subtle, {
    get(target, name) {
      const method = Reflect.get(target, name, target) as (...args: unknown[]) => Promise<unknown>;
      return async (...args: unknown[]) => {
        if (name !== 'encrypt') return method.apply(target, args);
        calls++;
        most = Math.max(most, ++running);
        try {
          return await method.apply(target, args);
        } finally {
          running--;
        }
      };
    },
  });
  const plaintext = noise(16 * 600);
  const ciphertext = await encryptEcb(noise(32), plaintext, counting, Number.POSITIVE_INFINITY);
  expect(most).toBe(256);
  expect(calls).toBe(601);
  expect(toHex((await decryptEcb(noise(32), ciphertext, subtle)) as Bytes)).toBe(toHex(plaintext));
});

test('decryptEcb decrypts any length in two calls', async () => {
  const ciphertext = await encryptEcb(noise(32), noise(10_000), subtle);
  const calls: string[] = [];
  await decryptEcb(
    noise(32),
    ciphertext,
    observed(subtle, (method, [algorithm]) => {
      if (method !== 'importKey') calls.push(`${method} ${(algorithm as Algorithm).name}`);
    }),
  );
  expect(calls).toEqual(['encrypt AES-CBC', 'decrypt AES-CBC']);
});

test('the AES-ECB of an injected Web Crypto is used, and looked for once', async () => {
  const calls: unknown[][] = [];
  const watched = observed(peculiar, (method, args) => {
    const algorithm = args[method === 'importKey' ? 2 : 0] as Algorithm | string;
    calls.push([method, typeof algorithm === 'string' ? algorithm : algorithm.name]);
  });
  const ciphertext = await encryptEcb(noise(24), noise(40), watched);
  expect(await decryptEcb(noise(24), ciphertext, watched)).toEqual(noise(40));
  expect(calls).toEqual([
    ['importKey', 'AES-ECB'], // the question
    ['importKey', 'AES-ECB'],
    ['encrypt', 'AES-ECB'],
    ['importKey', 'AES-ECB'],
    ['encrypt', 'AES-ECB'], // a padding for it to take off, so that ours is judged here
    ['decrypt', 'AES-ECB'],
  ]);
  expect(toHex(ciphertext)).toBe(toHex(await encryptEcb(noise(24), noise(40), subtle)));
});

test('AES-CBC is used when the Web Crypto has no AES-ECB, which is looked for once', async () => {
  const asked: string[] = [];
  const watched = observed(subtle, (method, args) => {
    if (method === 'importKey') asked.push(String(args[2]));
  });
  await encryptEcb(noise(16), noise(40), watched);
  await encryptEcb(noise(16), noise(40), watched);
  expect(asked).toEqual(['AES-ECB', 'AES-CBC', 'AES-CBC']);
});

test('Node’s Web Crypto has no AES-ECB; when this fails, crypto/aes-ecb.ts can shrink', async () => {
  await expect(subtle.importKey('raw', noise(16), 'AES-ECB', false, ['encrypt'])).rejects.toThrow();
});
