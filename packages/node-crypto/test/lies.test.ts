/**
 * A Crypto that does not do what it says: whatever it gives, opening ends in the plaintext that was sealed or in a documented
 * error, and sealing in a message that opens or in a TypeError.
 */
import {
  formatHeader,
  importPrivateKey,
  importPublicKey,
  isMessageError,
  openRequest,
  parseHeader,
  RSA_AES,
  sealRequest,
} from '@alipayhk-pass/message-security';
import { keys } from '@alipayhk-pass/spec/vectors';
import { expect, test } from 'vitest';
import { nodeCrypto } from '../src/index.ts';

const text = JSON.stringify({ points: 100, remark: '積分已更新'.repeat(20) });
const clientId = 'x';
const merchant = await importPrivateKey(keys.merchant.privateKey);
const gateway = await importPublicKey(keys.gateway.publicKey);
const post = (): Request => new Request('https://open.alipay.hk/a', { method: 'POST', body: text });

type Method = 'importKey' | 'encrypt' | 'decrypt' | 'sign' | 'verify' | 'digest';
type Lie = (right: () => Promise<unknown>, args: unknown[]) => unknown;

/** nodeCrypto, but for one method with one algorithm; it lies from its `from`th call on. */
function liar(method: Method, algorithm: string, lie: Lie, from = 0): { crypto: Crypto; lied: () => boolean } {
  let calls = 0;
  const subtle = new Proxy(nodeCrypto.subtle, {
    get: (target, name) => {
      const real = Reflect.get(target, name) as (...args: unknown[]) => Promise<unknown>;
      if (name !== method) return real;
      return (...args: unknown[]) => {
        const given = args[method === 'importKey' ? 2 : 0] as string | { name: string };
        const isMeant = (typeof given === 'string' ? given : given.name) === algorithm;
        return isMeant && calls++ >= from ? lie(() => real(...args), args) : real(...args);
      };
    },
  });
  return { crypto: { ...nodeCrypto, subtle }, lied: () => calls > from };
}

const resized =
  (change: number): Lie =>
  async (right) => {
    const bytes = new Uint8Array((await right()) as ArrayBuffer);
    const other = new Uint8Array(bytes.length + change);
    other.set(bytes.subarray(0, other.length));
    return other.buffer;
  };

const lies: Record<string, Lie> = {
  'throws at once': () => {
    throw new Error('the plaintext was secret');
  },
  rejects: () => Promise.reject(new Error('the plaintext was secret')),
  'returns undefined': () => undefined,
  'resolves with undefined': async () => undefined,
  'resolves with null': async () => null,
  'resolves with a number': async () => 32,
  'resolves with a text': async () => 'x'.repeat(32),
  'resolves with an object': async () => ({ length: 32, byteLength: 32 }),
  'resolves with no bytes': async () => new ArrayBuffer(0),
  'resolves with a byte less': resized(-1),
  'resolves with a byte more': resized(1),
  'resolves with a block less': resized(-16),
  'resolves with a block more': resized(16),
};
const everyLie = Object.entries(lies);
/** Those that make sense where no bytes are expected. */
const shapeless = everyLie.filter(([name]) => !/block|byte /.test(name));

const otherBytes: [string, Lie][] = [
  ['resolves with zeros', async (right) => new ArrayBuffer(((await right()) as ArrayBuffer).byteLength)],
  ['resolves with what it was given', async (_, args) => new Uint8Array(args[2] as Uint8Array).buffer],
  [
    'resolves with one bit changed',
    async (right) => {
      const bytes = new Uint8Array((await right()) as ArrayBuffer);
      bytes[200] = (bytes[200] as number) ^ 1;
      return bytes.buffer;
    },
  ],
];

/** How opening ends: in the code of a MessageError, or in the text. */
async function open(crypto: Crypto, request: Request): Promise<string> {
  const options = {
    clientId,
    crypto,
    encryption: RSA_AES,
    privateKey: await importPrivateKey(keys.gateway.privateKey),
    publicKey: await importPublicKey(keys.merchant.publicKey, { crypto }),
  };
  try {
    return await (await openRequest(request, options)).request.text();
  } catch (error) {
    if (!isMessageError(error)) throw error;
    expect(`${error.message} ${'cause' in error}`).not.toMatch(/secret|true/);
    return error.code;
  }
}

const seal = async (crypto: Crypto, publicKey = gateway): Promise<Request> =>
  sealRequest(post(), { clientId, privateKey: merchant, publicKey, encryption: RSA_AES, crypto });
const sealed = await seal(globalThis.crypto);

/** How sealing ends: in the text of a TypeError, or in what the gateway opens. */
async function sealAndOpen(crypto: Crypto): Promise<string> {
  try {
    return await open(globalThis.crypto, await seal(crypto, await importPublicKey(keys.gateway.publicKey)));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    expect('cause' in error).toBe(false);
    return error.message;
  }
}

const cannotEncrypt = 'crypto failed to encrypt';

test('an honest one seals and opens', async () => {
  expect(await open(nodeCrypto, sealed.clone())).toBe(text);
  expect(await sealAndOpen(nodeCrypto)).toBe(text);
});

test.each(everyLie)('opening ends in DecryptionFailed when AES-ECB’s decrypt %s', async (_, lie) => {
  const { crypto, lied } = liar('decrypt', 'AES-ECB', lie);
  expect(await open(crypto, sealed.clone())).toBe('DecryptionFailed');
  expect(lied()).toBe(true);
});

test.each(everyLie)('opening ends in DecryptionFailed when AES-ECB’s encrypt %s', async (_, lie) => {
  const { crypto, lied } = liar('encrypt', 'AES-ECB', lie);
  expect(await open(crypto, sealed.clone())).toBe('DecryptionFailed');
  expect(lied()).toBe(true);
});

test.each([...everyLie, ...otherBytes])(
  'opening ends in DecryptionFailed when RSA-RAW’s decrypt %s',
  async (_, lie) => {
    const { crypto, lied } = liar('decrypt', 'RSA-RAW', lie);
    expect(await open(crypto, sealed.clone())).toBe('DecryptionFailed');
    expect(lied()).toBe(true);
  },
);

test.each([...everyLie, ...otherBytes])(
  'the core does RSA itself when RSA-RAW’s encrypt %s from the beginning',
  async (_, lie) => {
    for (const use of [(crypto: Crypto) => open(crypto, sealed.clone()), sealAndOpen]) {
      const { crypto, lied } = liar('encrypt', 'RSA-RAW', lie);
      expect(await use(crypto)).toBe(text);
      expect(lied()).toBe(true);
    }
  },
);

test.each([...everyLie, ...otherBytes])(
  'opening ends in DecryptionFailed when RSA-RAW’s encrypt %s later',
  async (_, lie) => {
    const { crypto, lied } = liar('encrypt', 'RSA-RAW', lie, 1);
    expect(await open(crypto, sealed.clone())).toBe('DecryptionFailed');
    expect(lied()).toBe(true);
  },
);

test('a key in the clear does not open when both operations of RSA-RAW give back what they are given', async () => {
  const echo: Lie = async (_, args) => new Uint8Array(args[2] as Uint8Array).buffer;
  const subtle = new Proxy(nodeCrypto.subtle, {
    get: (target, name) => {
      const real = Reflect.get(target, name);
      if (name !== 'encrypt' && name !== 'decrypt') return real;
      return (...args: unknown[]) => (args[0] === 'RSA-RAW' ? echo(async () => undefined, args) : real(...args));
    },
  });
  const block = new Uint8Array(256).fill(7);
  block.set([0, 2]);
  block[256 - 33] = 0;
  const { encryptedKey, request } = await underKey(new Uint8Array(32).fill(7));
  expect(encryptedKey.length).toBe(256);
  request.headers.set('Encrypt', formatHeader('Encrypt', { algorithm: 'RSA_AES', value: block }));
  expect(await open({ ...nodeCrypto, subtle }, request)).toBe('DecryptionFailed');
});

/** A sealed request with a symmetric key that is known here. */
async function underKey(key: Uint8Array<ArrayBuffer>) {
  let first = true;
  const getRandomValues = ((bytes: Uint8Array) => {
    if (!first) return nodeCrypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>);
    first = false;
    bytes.set(key);
    return bytes;
  }) as Crypto['getRandomValues'];
  const request = await seal({ ...nodeCrypto, getRandomValues });
  return { encryptedKey: parseHeader('Encrypt', request.headers.get('Encrypt') ?? '').value, request };
}

test.each(everyLie)('opening ends in DecryptionFailed when HMAC’s sign %s', async (_, lie) => {
  for (const from of [0, 1, 2]) {
    const { crypto, lied } = liar('sign', 'HMAC', lie, from);
    expect(await open(crypto, sealed.clone())).toBe('DecryptionFailed');
    expect(lied()).toBe(true);
  }
});

test.each(shapeless)('opening ends in SignatureVerificationFailed when verify %s', async (_, lie) => {
  const { crypto, lied } = liar('verify', 'RSASSA-PKCS1-v1_5', lie);
  expect(await open(crypto, sealed.clone())).toBe('SignatureVerificationFailed');
  expect(lied()).toBe(true);
});

test.each(shapeless)('opening ends in the text or in DecryptionFailed when importKey %s', async (name, lie) => {
  const isKey = !/throws|rejects|undefined|null/.test(name);
  for (const [algorithm, from] of [
    ['AES-ECB', 0],
    ['AES-ECB', 1],
    ['RSA-RAW', 0],
    ['HMAC', 0],
    ['HMAC', 1],
  ] as const) {
    const { crypto, lied } = liar('importKey', algorithm, lie, from);
    // One that is not offered is done by the core; a key that is none is not used.
    const opens = algorithm === 'RSA-RAW' || (algorithm === 'AES-ECB' && from === 0 && !isKey);
    expect([algorithm, from, await open(crypto, sealed.clone())]).toEqual([
      algorithm,
      from,
      opens ? text : 'DecryptionFailed',
    ]);
    expect(lied()).toBe(true);
  }
});

test.each(everyLie)('opening ends in DecryptionFailed when digest %s', async (_, lie) => {
  const { crypto, lied } = liar('digest', 'SHA-256', lie);
  expect(await open(crypto, sealed.clone())).toBe('DecryptionFailed');
  expect(lied()).toBe(true);
});

test.each(everyLie)('sealing ends in a TypeError when AES-ECB’s encrypt %s', async (_, lie) => {
  const { crypto, lied } = liar('encrypt', 'AES-ECB', lie);
  expect(await sealAndOpen(crypto)).toBe(cannotEncrypt);
  expect(lied()).toBe(true);
});

test.each(everyLie)('sealing ends in a TypeError when RSA-RAW’s encrypt %s later', async (_, lie) => {
  const { crypto, lied } = liar('encrypt', 'RSA-RAW', lie, 1);
  expect(await sealAndOpen(crypto)).toBe(cannotEncrypt);
  expect(lied()).toBe(true);
});
