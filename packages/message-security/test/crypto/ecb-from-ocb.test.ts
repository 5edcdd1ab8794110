import { execFile } from 'node:child_process';
import { createCipheriv } from 'node:crypto';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { encryptEcb } from '../../src/crypto/aes-ecb.ts';
import { type Bytes, concat, noise, observed } from '../fixture.ts';

const { subtle } = crypto;
type Subtle = typeof subtle;

/** By OpenSSL. */
function ecb(key: Bytes, plaintext: Bytes): Bytes {
  const cipher = createCipheriv(`aes-${key.length * 8}-ecb`, key, null);
  return concat(cipher.update(plaintext), cipher.final());
}

const nameOf = (algorithm: unknown): string => (algorithm as Algorithm).name ?? algorithm;

/** The real Web Crypto with another AES-OCB: `encrypt` gets what the real one gives. */
function withOcb(encrypt: (given: Promise<ArrayBuffer>) => unknown): Subtle {
  return new Proxy(subtle, {
    get: (target, name) => {
      const method = Reflect.get(target, name, target) as (...args: unknown[]) => Promise<ArrayBuffer>;
      return (...args: unknown[]) => {
        const given = method.apply(target, args);
        return name === 'encrypt' && nameOf(args[0]) === 'AES-OCB' ? encrypt(given) : given;
      };
    },
  });
}

/** Names of the algorithms that a call to `encrypt` was made for, or a key imported. */
function counted(from: Subtle, method: 'encrypt' | 'importKey'): { subtle: Subtle; names: string[] } {
  const names: string[] = [];
  const watched = observed(from, (called, args) => {
    if (called === method) names.push(nameOf(args[method === 'importKey' ? 2 : 0]));
  });
  return { subtle: watched, names };
}

const changed = (at: number) => async (given: Promise<ArrayBuffer>) => {
  const bytes = new Uint8Array(await given);
  bytes[bytes.length + at] = (bytes.at(at) as number) ^ 1;
  return bytes.buffer;
};

test.each<[string, (given: Promise<ArrayBuffer>) => unknown]>([
  ['rejects', () => Promise.reject(new Error('not today'))],
  [
    'throws at once',
    () => {
      throw new Error('not today');
    },
  ],
  ['resolves with nothing', async () => undefined],
  ['resolves with no tag', async (given) => (await given).slice(0, -16)],
  ['resolves with nothing but a tag', async (given) => (await given).slice(-16)],
])('encryptEcb rejects when AES-OCB %s', async (_, encrypt) => {
  await expect(encryptEcb(noise(32), noise(3000), withOcb(encrypt))).rejects.toThrow();
});

test.each<[string, (given: Promise<ArrayBuffer>) => unknown]>([
  ['other bytes', async (given) => new ArrayBuffer((await given).byteLength)],
  ['its input', async () => concat(noise(3000), new Uint8Array(24)).buffer],
  ['one bit changed in the last block', changed(-17)],
])('AES-CBC takes over when AES-OCB resolves with %s', async (_, encrypt) => {
  const { subtle: watched, names } = counted(withOcb(encrypt), 'encrypt');
  expect(await encryptEcb(noise(32), noise(3000), watched)).toEqual(ecb(noise(32), noise(3000)));
  expect(names).toContain('AES-OCB');
  expect(names.filter((name) => name === 'AES-CBC').length).toBe(3 + 188);
});

test('a Web Crypto without AES-OCB is asked once and encrypts by AES-CBC', async () => {
  const asked: string[] = [];
  const without = new Proxy(subtle, {
    get: (target, name) => {
      const method = Reflect.get(target, name, target) as (...args: unknown[]) => unknown;
      return (...args: unknown[]) => {
        if (name !== 'importKey') return method.apply(target, args);
        asked.push(nameOf(args[2]));
        // As Node 22, Bun and workerd say it.
        if (args[0] === 'raw-secret') return Promise.reject(new TypeError("'raw-secret' is not a valid enum value"));
        return method.apply(target, args);
      };
    },
  });
  for (const seed of [1, 2]) {
    expect(await encryptEcb(noise(16, seed), noise(4000), without)).toEqual(ecb(noise(16, seed), noise(4000)));
  }
  expect(asked).toEqual(['AES-ECB', 'AES-CBC', 'AES-OCB', 'AES-CBC']);
});

test('a key of another length is refused by Web Crypto', async () => {
  for (const length of [0, 15, 17, 33]) {
    await expect(encryptEcb(noise(length), noise(5000), subtle, 0)).rejects.toThrow();
  }
});

test.each([16, 24, 32])('1 to 300 blocks under a key of %i bytes are what OpenSSL makes of them', async (length) => {
  const key = noise(length, 7);
  const { subtle: watched, names } = counted(subtle, 'encrypt');
  for (let count = 1; count <= 300; count++) {
    const plaintext = noise(count * 16 - 1 - (count % 16), count);
    names.length = 0;
    expect(await encryptEcb(key, plaintext, watched, 0)).toEqual(ecb(key, plaintext));
    expect(names.sort()).toEqual(['AES-CBC', 'AES-CBC', 'AES-CBC', 'AES-OCB']);
  }
});

test.each([4095, 4096, 65_535, 65_536, 65_552, 2 ** 18 + 1, 2 ** 20 - 16, 2 ** 20 - 1, 2 ** 20])(
  'a body of %i bytes is what OpenSSL makes of it',
  async (length) => {
    // Not noise, which takes long for so many: under AES every block differs, since each ends in its number.
    const plaintext = Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 4) + (i >> 12)) & 255);
    for (const key of [noise(16), noise(32)]) {
      const { subtle: watched, names } = counted(subtle, 'encrypt');
      const ciphertext = await encryptEcb(key, plaintext, watched);
      expect(Buffer.compare(ciphertext, ecb(key, plaintext))).toBe(0);
      expect(names).toContain('AES-OCB');
    }
  },
);

test('equal blocks give equal blocks: nothing of the offsets is left', async () => {
  const ciphertext = await encryptEcb(noise(32), new Uint8Array(16 * 70).fill(16), subtle, 0);
  const blocks = Array.from({ length: 71 }, (_, i) => ciphertext.slice(i * 16, i * 16 + 16).join());
  expect(new Set(blocks).size).toBe(1); // the padding, sixteen 0x10, is the same block again
});

test.each([
  [undefined, 2048, false],
  [undefined, 2049, true],
  [0, 0, true],
  [640, 639, false],
  [640, 640, true],
  [Number.POSITIVE_INFINITY, 10_000, false],
])('with ocbFrom %s a body of %i bytes goes through AES-OCB: %s', async (ocbFrom, length, expected) => {
  const { subtle: watched, names } = counted(subtle, 'importKey');
  await encryptEcb(noise(32), noise(length), watched, ocbFrom);
  expect(names.includes('AES-OCB')).toBe(expected);
});

/** What Node says of a sealed body, in a process of its own: it warns once a process. */
async function warningsFor(length: number, encryption: string): Promise<string> {
  const script = `
    import { importPrivateKey, importPublicKey, RSA_AES, rsaAes, sealRequest } from './src/index.ts';
    import { keys } from '../../spec/vectors/index.ts';
    const request = new Request('https://open.alipay.hk/', { method: 'POST', body: 'x'.repeat(${length}) });
    const { headers } = await sealRequest(request, {
      clientId: 'x',
      privateKey: await importPrivateKey(keys.merchant.privateKey),
      publicKey: await importPublicKey(keys.gateway.publicKey),
      encryption: ${encryption},
    });
    if (!headers.has('Encrypt')) throw new Error('not encrypted');`;
  const cwd = `${import.meta.dirname}/../..`;
  const run = promisify(execFile);
  return (await run(process.execPath, ['--input-type=module', '-e', script], { cwd, timeout: 20_000 })).stderr;
}

test('Node prints nothing for a body of 2 KB, and nothing for any when ocbFrom is Infinity', async () => {
  expect(await warningsFor(2048, 'RSA_AES')).toBe('');
  expect(await warningsFor(70_000, 'rsaAes({ ocbFrom: Number.POSITIVE_INFINITY })')).toBe('');
});

test('Node prints its ExperimentalWarning for a longer body, or a short one with ocbFrom 0', async () => {
  const warning = /ExperimentalWarning: The AES-OCB Web Crypto API algorithm/;
  expect(await warningsFor(2049, 'RSA_AES')).toMatch(warning);
  expect(await warningsFor(10, 'rsaAes({ ocbFrom: 0 })')).toMatch(warning);
});
