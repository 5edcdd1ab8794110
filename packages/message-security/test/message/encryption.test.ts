import { constants, createDecipheriv, privateDecrypt, publicEncrypt } from 'node:crypto';
import { Crypto as PeculiarCrypto } from '@peculiar/webcrypto';
import { expect, test } from 'vitest';
import { encryptEcb } from '../../src/crypto/aes-ecb.ts';
import { bigIntToBytes, bytesToBigInt } from '../../src/crypto/big-integer.ts';
import {
  type Encryption,
  formatHeader,
  type OpenOptions,
  openRequest,
  type PrivateKey,
  type PublicKey,
  parseHeader,
  RSA_AES,
  sealRequest,
  sealResponse,
} from '../../src/index.ts';
import {
  type Bytes,
  concat,
  dice,
  encryptRaw,
  gateway,
  keys,
  noise,
  observedCrypto,
  ofGateway,
  ofMerchant,
  post,
  publicNumbers,
  refusalOf,
  signedRequest,
  utf8,
} from '../fixture.ts';

const gatewayNumbers = publicNumbers(keys.gateway.publicKey);
const plaintext = JSON.stringify({ points: 100, remark: '積分已更新，多謝惠顧'.repeat(10) });
const symmetricKey = noise(32);
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const body = base64(await encryptEcb(symmetricKey, utf8(plaintext), crypto.subtle));
const openSslKey = { key: keys.gateway.publicKey, padding: constants.RSA_PKCS1_PADDING };
const wrap = (key: Uint8Array): Bytes => new Uint8Array(publicEncrypt(openSslKey, key));
const encryptHeader = (value: Uint8Array): string => formatHeader('Encrypt', { algorithm: 'RSA_AES', value });
const options: OpenOptions = { ...ofGateway, encryption: RSA_AES };

/** Opens what the merchant signed, under another Encrypt header: the signature does not cover that one. */
const signed = await signedRequest(body);
const openUnder = (encryptedKey: Uint8Array, more: Partial<OpenOptions> = {}, wire: Request = signed) => {
  const request = new Request(wire.clone());
  request.headers.set('Encrypt', encryptHeader(encryptedKey));
  return openRequest(request, { ...options, ...more });
};

/** All that a caller, or whoever the caller shows it to, can see of an error. */
async function shownBy(opened: Promise<unknown>): Promise<string> {
  const error = (await refusalOf(opened)) as Error & { code?: string; stage?: string };
  const { name, code, message, stage } = error;
  const own = Reflect.ownKeys(error).map(String).sort();
  return JSON.stringify({
    class: error.constructor.name,
    name,
    code,
    message,
    text: String(error),
    own,
    stage,
    cause: 'cause' in error,
  });
}
const onlyThis = JSON.stringify({
  class: 'DecryptionFailed',
  name: 'DecryptionFailed',
  code: 'DecryptionFailed',
  message: 'the body does not decrypt',
  text: 'DecryptionFailed: the body does not decrypt',
  own: ['code', 'message', 'name', 'stack', 'stage'],
  stage: 'decryption',
  cause: false,
});

/** The right key in a block with a padding that is wrong in one of the ways that an oracle would tell apart. */
function wrongBlock(roll: (below: number) => number): Bytes {
  const block = noise(256, roll(2 ** 31)).map((byte) => byte || 1);
  block.set([0, 2]);
  block[256 - 33] = 0;
  block.set(
    symmetricKey.map((byte) => byte || 1),
    256 - 32,
  );
  const ways = [
    () => block.set([roll(100) + 1]), // the first byte; small, so that the block stays below the modulus
    () => block.set([roll(2)], 1),
    () => block.set([3 + roll(253)], 1),
    () => block.set([0], 2 + roll(8)), // fewer than 8 bytes of padding
    () => block.set([1 + roll(255)], 256 - 33), // no zero
    () => block.set([0], 10 + roll(200)), // a longer message: its length is no AES key's
  ];
  (ways[roll(ways.length)] as () => void)();
  return block;
}

const roll = dice(2024);
const wrapped = wrap(symmetricKey);
const times = <Value>(count: number, make: (at: number) => Value): Value[] =>
  Array.from({ length: count }, (_, at) => make(at));
const mutations: Record<string, Bytes[]> = {
  'a bit flipped': times(250, () => {
    const changed = wrapped.slice();
    const at = roll(256);
    changed[at] = (changed[at] as number) ^ (1 << roll(8));
    return changed;
  }),
  'bytes from nowhere': times(60, (seed) => concat(Uint8Array.of(0), noise(255, seed))),
  'a padding that is wrong around the right key': times(120, () =>
    encryptRaw(wrongBlock(roll), keys.gateway.publicKey),
  ),
  'a key of no AES length': [0, 1, 8, 15, 17, 20, 23, 25, 31, 33, 48, 64, 128, 245].map((length) =>
    wrap(noise(length)),
  ),
  'another AES key': times(60, (seed) => wrap(noise([16, 24, 32][seed % 3] as number, 1000 + seed))),
  'another length': [1, 16, 32, 128, 255, 257, 384, 512].map((length) => noise(length)),
  'the right key with a byte before it': [concat(Uint8Array.of(0), wrapped)],
  'a value above the modulus': [gatewayNumbers.n, gatewayNumbers.n + 1n, 2n ** 2048n - 1n].map((value) =>
    bigIntToBytes(value, 256),
  ),
  'a small value': [0n, 1n, 2n, gatewayNumbers.n - 1n].map((value) => bigIntToBytes(value, 256)),
  'the key in the clear': [symmetricKey, concat(new Uint8Array(224), symmetricKey)],
};

test('the request of these tests opens with its own key', async () => {
  const { request, encrypted } = await openUnder(wrapped);
  expect(await request.text()).toBe(plaintext);
  expect(encrypted).toBe(true);
});

test.each(Object.entries(mutations))(
  'an Encrypt header with %s under a valid signature gives the one DecryptionFailed',
  async (_, encryptedKeys) => {
    for (const encryptedKey of encryptedKeys) expect(await shownBy(openUnder(encryptedKey))).toBe(onlyThis);
  },
  20_000,
);

test('more than 500 such headers are tried', () => {
  expect(Object.values(mutations).flat().length).toBeGreaterThan(500);
});

test('such headers give the same error through the native AES-ECB of an injected Crypto', async () => {
  const peculiar = new PeculiarCrypto();
  for (const encryptedKeys of Object.values(mutations)) {
    for (const encryptedKey of encryptedKeys.slice(0, 8)) {
      expect(await shownBy(openUnder(encryptedKey, { crypto: peculiar }))).toBe(onlyThis);
    }
  }
});

const blocks = await encryptEcb(symmetricKey, utf8(plaintext), crypto.subtle);
const wrongBodies: [string, string | Uint8Array][] = [
  ['is empty', ''],
  ['is blank', ' \r\n'],
  ['is the plaintext', plaintext],
  ['is no base64', `${body.slice(0, -4)}****`],
  ['is no ASCII', utf8(`${body.slice(0, -3)}é`)],
  ['is bytes and not base64', blocks],
  ['is percent-encoded', encodeURIComponent(body)],
  ['has a padding too long', `${base64(blocks.slice(0, 16))}=`],
  ['ends inside a block', base64(blocks.slice(0, -1))],
  ['goes on after the last block', base64(concat(blocks, Uint8Array.of(0)))],
  ['lacks its last block', base64(blocks.slice(0, -16))],
  ['is nothing but its last block, turned around', base64(blocks.slice(-16).reverse())],
  ['is encrypted under another key', base64(await encryptEcb(noise(32, 1), utf8(plaintext), crypto.subtle))],
  ['is not UTF-8', base64(await encryptEcb(symmetricKey, Uint8Array.of(0x7b, 0xff, 0x7d), crypto.subtle))],
  ['ends inside a character', base64(await encryptEcb(symmetricKey, utf8('金').slice(0, 2), crypto.subtle))],
  [
    'holds half of a surrogate pair',
    base64(await encryptEcb(symmetricKey, Uint8Array.of(0xed, 0xa0, 0x80), crypto.subtle)),
  ],
];

test.each(wrongBodies)('a body that %s gives the same error', async (_, wrong) => {
  expect(await shownBy(openUnder(wrapped, {}, await signedRequest(wrong)))).toBe(onlyThis);
});

test('fifty bodies changed in their last block give the same error', async () => {
  for (let round = 0; round < 50; round++) {
    const changed = blocks.slice();
    const at = changed.length - 1 - roll(16);
    changed[at] = (changed[at] as number) ^ (1 << roll(8));
    expect(await shownBy(openUnder(wrapped, {}, await signedRequest(base64(changed))))).toBe(onlyThis);
  }
});

test('an AES key that the runtime refuses gives the same error, as one of 24 bytes does in Chromium', async () => {
  const key = noise(24);
  const wire = await signedRequest(base64(await encryptEcb(key, utf8(plaintext), crypto.subtle)));
  const without192 = observedCrypto((method, [, raw, algorithm]) => {
    const isAes = String((algorithm as Algorithm | undefined)?.name ?? algorithm).startsWith('AES');
    if (method === 'importKey' && isAes && (raw as Uint8Array).length === 24)
      throw new Error('192-bit AES keys are not supported');
  });
  expect(await shownBy(openUnder(wrap(key), { crypto: without192 }, wire))).toBe(onlyThis);
  expect(await (await openUnder(wrap(key), {}, wire)).request.text()).toBe(plaintext);
});

test('a wrong signature is refused without any use of the private key', async () => {
  const calls: string[] = [];
  const watched = observedCrypto((method) => calls.push(method));
  let unwrapped = 0;
  const remote: PrivateKey = {
    algorithm: 'RSA256',
    sign: gateway.privateKey.sign,
    unwrapKey: async () => {
      unwrapped++;
      return symmetricKey;
    },
  };
  for (const privateKey of [gateway.privateKey, remote]) {
    const tampered = new Request(url(), { method: 'POST', headers: signed.headers, body: `${body}\n` });
    const error = await refusalOf(openUnder(wrapped, { privateKey, crypto: watched }, tampered));
    expect(error).toMatchObject({ code: 'SignatureVerificationFailed' });
  }
  expect(calls).toEqual([]);
  expect(unwrapped).toBe(0);
});
const url = (): string => signed.url;

// -------------------------------------------------------------------------------------------------- remote keys

const remoteKey = (unwrapKey: (encryptedKey: Bytes) => unknown): PrivateKey =>
  ({ algorithm: 'RSA256', sign: gateway.privateKey.sign, unwrapKey }) as PrivateKey;

test.each<[string, (encryptedKey: Bytes) => unknown]>([
  ['rejects', () => Promise.reject(new Error('bad padding'))],
  [
    'throws at once',
    () => {
      throw new Error('bad padding');
    },
  ],
  ['resolves to nothing', () => Promise.resolve(undefined)],
  ['resolves to null', () => Promise.resolve(null)],
  ['resolves to no bytes', () => Promise.resolve(new Uint8Array())],
  ['resolves to 31 bytes', () => Promise.resolve(noise(31))],
  ['resolves to 33 bytes', () => Promise.resolve(noise(33))],
  ['resolves to the whole block', () => Promise.resolve(noise(256))],
  ['resolves to another key', () => Promise.resolve(noise(32, 1))],
])('a remote key that %s gives the same error', async (_, unwrapKey) => {
  expect(await shownBy(openUnder(wrapped, { privateKey: remoteKey(unwrapKey) }))).toBe(onlyThis);
});

test('the body is decrypted with another key when a remote key fails', async () => {
  for (const unwrapKey of [() => Promise.reject(new Error('bad padding')), async () => noise(31)]) {
    const calls: string[] = [];
    const watched = observedCrypto((method, [, raw]) => {
      calls.push(method === 'importKey' ? `importKey of ${(raw as Uint8Array).length} bytes` : method);
    });
    await refusalOf(openUnder(wrapped, { privateKey: remoteKey(unwrapKey), crypto: watched }));
    expect(calls).toContain('importKey of 32 bytes');
    expect(calls).toContain('decrypt');
  }
});

test('an encrypted key of the wrong length is refused without any use of the private key', async () => {
  const calls: string[] = [];
  await refusalOf(openUnder(noise(255), { crypto: observedCrypto((method) => calls.push(method)) }));
  expect(calls).toEqual([]);
});

test('a remote key with unwrapKey opens messages and is given the encrypted key as received', async () => {
  const asked: Bytes[] = [];
  const privateKey = remoteKey(async (encryptedKey) => {
    asked.push(encryptedKey);
    return new Uint8Array(
      privateDecrypt({ key: keys.gateway.privateKey, padding: constants.RSA_PKCS1_PADDING }, encryptedKey),
    );
  });
  for (const length of [16, 24, 32]) {
    const key = noise(length);
    const wire = await signedRequest(base64(await encryptEcb(key, utf8(plaintext), crypto.subtle)));
    const encryptedKey = wrap(key);
    const { request } = await openUnder(encryptedKey, { privateKey }, wire);
    expect(await request.text()).toBe(plaintext);
    expect(asked.pop()).toEqual(encryptedKey);
  }
});

test('openRequest throws TypeError for a remote key without unwrapKey', async () => {
  const { sign } = gateway.privateKey;
  const refusal = await refusalOf(openUnder(wrapped, { privateKey: { algorithm: 'RSA256', sign } }));
  expect(refusal).toBeInstanceOf(TypeError);
  expect(refusal.message).toBe(
    'privateKey cannot decrypt with RSA_AES; expected a local RSA key, or one with unwrapKey',
  );
});

test('openRequest throws TypeError for a copy of a private key’s handle', async () => {
  const refusal = await refusalOf(openUnder(wrapped, { privateKey: { ...gateway.privateKey } }));
  expect(refusal).toBeInstanceOf(TypeError);
});

test('sealRequest throws TypeError for a remote public key and for a copy of a handle', async () => {
  const remote: PublicKey = { algorithm: 'RSA256', verify: gateway.publicKey.verify };
  for (const publicKey of [remote, { ...gateway.publicKey }]) {
    const refusal = await refusalOf(sealRequest(post(), { ...ofMerchant, publicKey, encryption: RSA_AES }));
    expect(refusal).toBeInstanceOf(TypeError);
    expect(refusal.message).toBe('publicKey cannot encrypt with RSA_AES; expected an RSA key that is extractable');
  }
});

// ---------------------------------------------------------------------------------------------------- the suite

test('sealRequest and openRequest throw TypeError for an encryption that this package did not make', async () => {
  expect(await refusalOf(openUnder(wrapped, { encryption: Object.create(RSA_AES) }))).toBeInstanceOf(TypeError);
  for (const encryption of [{ algorithm: 'RSA_AES' }, { ...RSA_AES }] as Encryption[]) {
    const text = 'encryption must be RSA_AES or the result of rsaAes';
    expect(await refusalOf(sealRequest(post(), { ...ofMerchant, encryption }))).toEqual(new TypeError(text));
    expect(await refusalOf(openUnder(wrapped, { encryption }))).toEqual(new TypeError(text));
  }
});

test('sealRequest throws TypeError for a body that is not UTF-8', async () => {
  const body = new Uint8Array([0x22, 0xff, 0x22]);
  const error = await refusalOf(sealRequest(post(body), { ...ofMerchant, encryption: RSA_AES }));
  expect(error).toEqual(new TypeError('the body is not text in UTF-8, so it cannot be encrypted'));
});

test('RSA_AES is frozen and has no method', () => {
  expect(RSA_AES).toEqual({ algorithm: 'RSA_AES' });
  expect(Object.isFrozen(RSA_AES)).toBe(true);
});

test('OpenSSL decrypts a sealed body: AES-256-ECB with a key in RSAES-PKCS1-v1_5', async () => {
  for (const text of ['', 'a', plaintext, 'x'.repeat(16)]) {
    const sealed = await sealRequest(post(text), { ...ofMerchant, encryption: RSA_AES });
    const { algorithm, value } = parseHeader('Encrypt', sealed.headers.get('Encrypt') as string);
    expect(algorithm).toBe('RSA_AES');
    const key = privateDecrypt({ key: keys.gateway.privateKey, padding: constants.RSA_PKCS1_PADDING }, value);
    expect(key.length).toBe(32);
    const wire = await sealed.text();
    expect(wire).toMatch(/^[A-Za-z0-9+/]+={0,2}$/); // on one line
    const decipher = createDecipheriv('aes-256-ecb', key, null);
    expect(Buffer.concat([decipher.update(wire, 'base64'), decipher.final()]).toString()).toBe(text);
  }
});

test('sealRequest makes a new symmetric key for each message', async () => {
  const bodies = new Set<string>();
  const headers = new Set<string>();
  for (let message = 0; message < 10; message++) {
    const sealed = await sealRequest(post(plaintext), { ...ofMerchant, encryption: RSA_AES });
    headers.add(sealed.headers.get('Encrypt') as string);
    bodies.add(await sealed.text());
  }
  expect([bodies.size, headers.size]).toEqual([10, 10]);
});

test.each([16, 24, 32])('openRequest accepts a symmetric key of %i bytes, and reports its length', async (length) => {
  const key = noise(length, 3);
  const wire = await signedRequest(base64(await encryptEcb(key, utf8(plaintext), crypto.subtle)));
  const { request, symmetricKeyLength } = await openUnder(wrap(key), {}, wire);
  expect(await request.text()).toBe(plaintext);
  expect(symmetricKeyLength).toBe(length);
});

test('openRequest reports no length of a symmetric key for a plain request', async () => {
  const { encrypted, symmetricKeyLength } = await openRequest(await signedRequest(plaintext), options);
  expect([encrypted, symmetricKeyLength]).toEqual([false, undefined]);
});

/** The symmetric key of a sealed message, unwrapped by OpenSSL. */
function keyIn(response: Response): Buffer {
  const { value } = parseHeader('Encrypt', response.headers.get('Encrypt') ?? '');
  return privateDecrypt({ key: keys.merchant.privateKey, padding: constants.RSA_PKCS1_PADDING }, value);
}

test.each([
  [16, 16],
  [24, 24],
  [32, 32],
  [undefined, 32],
] as const)('sealResponse to a request with a symmetric key of %j bytes makes one of %i', async (received, made) => {
  const to = { httpUri: '/x', encrypted: true, symmetricKeyLength: received };
  const sealed = await sealResponse(new Response(plaintext), to, { ...ofGateway, encryption: RSA_AES });
  const key = keyIn(sealed);
  expect(key).toHaveLength(made);
  const decipher = createDecipheriv(`aes-${made * 8}-ecb`, key, null);
  expect(decipher.update(await sealed.text(), 'base64', 'utf8') + decipher.final('utf8')).toBe(plaintext);
});

test.each([0, 8, 20, 33, Number.NaN, '16'])(
  'sealResponse throws TypeError for the symmetricKeyLength %j',
  async (wrong) => {
    const to = { httpUri: '/x', encrypted: true, symmetricKeyLength: wrong as 16 };
    const refusal = await refusalOf(sealResponse(new Response(plaintext), to, { ...ofGateway, encryption: RSA_AES }));
    expect(refusal).toEqual(new TypeError('symmetricKeyLength must be 16, 24 or 32'));
  },
);

test('openRequest accepts a body that is wrapped into lines or in base64url', async () => {
  for (const wire of [
    body.replace(/.{76}/g, '$&\n'),
    body.replace(/.{64}/g, '$&\r\n'),
    Buffer.from(blocks).toString('base64url'),
  ]) {
    const { request } = await openUnder(wrapped, {}, await signedRequest(wire));
    expect(await request.text()).toBe(plaintext);
  }
});

test('an injected Crypto gives the random bytes and its native AES-ECB', async () => {
  const calls: string[] = [];
  const watched = observedCrypto((method, args) => {
    calls.push(method === 'importKey' ? `importKey ${String((args[2] as Algorithm).name ?? args[2])}` : method);
  }, new PeculiarCrypto());
  const sealed = await sealRequest(post(plaintext), { ...ofMerchant, encryption: RSA_AES, crypto: watched });
  expect(calls.slice(-3)).toEqual(['importKey AES-ECB', 'importKey AES-ECB', 'encrypt']);
  // RSA-RAW is asked for, and this Crypto does not have it.
  expect(new Set(calls.slice(0, -3))).toEqual(new Set(['getRandomValues', 'importKey RSA-RAW']));
  calls.length = 0;
  const { request } = await openRequest(sealed, { ...options, crypto: watched });
  expect(await request.text()).toBe(plaintext);
  expect(calls).toContain('importKey AES-ECB');
  expect(calls).not.toContain('importKey AES-CBC');
  // RSAES decryption is this package's own in every case: backends differ in how they reject.
  expect(calls.filter((method) => method === 'decrypt').length).toBe(1);
});

test('an encrypted key plus the modulus is refused', async () => {
  let encryptedKey = wrapped;
  while (bytesToBigInt(encryptedKey) + gatewayNumbers.n >= 2n ** 2048n) encryptedKey = wrap(symmetricKey);
  const above = bigIntToBytes(bytesToBigInt(encryptedKey) + gatewayNumbers.n, 256);
  expect(await (await openUnder(encryptedKey)).request.text()).toBe(plaintext);
  expect(await shownBy(openUnder(above))).toBe(onlyThis);
});
