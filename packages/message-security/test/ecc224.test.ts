import { execFileSync, spawnSync } from 'node:child_process';
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { keys } from '@alipayhk-pass/spec/vectors/ecc224';
import { afterAll, expect, expectTypeOf, test } from 'vitest';
import { type Ecc224Options, importEcc224PrivateKey, importEcc224PublicKey } from '../src/ecc224.ts';
import type { PrivateKey, PublicKey } from '../src/index.ts';
import { concat, fromHex, noise, refusalOf, toHex, utf8 } from './fixture.ts';
import { forms } from './key-forms.ts';

const { merchant, stranger } = keys;
const data = utf8('text to be signed');

// -------------------------------------------------------------------------------------------------------- refusals

const p256 = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

test.each<[unknown, string]>([
  [merchant.publicKey, 'a public key'],
  [p256.privateKey, 'an EC key on P-256'],
  ['', 'empty'],
  [undefined, 'undefined'],
  [null, 'null'],
  [5, 'a number'],
])('importEcc224PrivateKey throws TypeError that names what it was given: %#', async (input, received) => {
  const refusal = await refusalOf(importEcc224PrivateKey(input as string));
  expect(refusal).toBeInstanceOf(TypeError);
  expect(refusal.message).toBe(`privateKey is ${received}; expected an EC private key on P-224 (secp224r1)`);
});

test('importEcc224PrivateKey and importEcc224PublicKey throw TypeError with the name that the caller gives', async () => {
  const name = 'MERCHANT_KEY';
  expect((await refusalOf(importEcc224PrivateKey(merchant.publicKey, { name }))).message).toBe(
    'MERCHANT_KEY is a public key; expected an EC private key on P-224 (secp224r1)',
  );
  expect((await refusalOf(importEcc224PublicKey(merchant.privateKey, { name }))).message).toBe(
    'MERCHANT_KEY is a private key; expected an EC public key on P-224 (secp224r1)',
  );
});

test.each([{ kty: 'EC', crv: 'P-224' }, createPrivateKey(merchant.privateKey)])(
  'importEcc224PrivateKey throws TypeError for an object: %#',
  async (input) => {
    const refusal = await refusalOf(importEcc224PrivateKey(input as unknown as string));
    expect(refusal).toBeInstanceOf(TypeError);
    expect(refusal.message).toMatch(/^privateKey is an? object; expected an EC private key on P-224 \(secp224r1\)$/);
  },
);

test.each<[unknown, string]>([
  [merchant.privateKey, 'a private key'],
  [p256.publicKey, 'an EC key on P-256'],
  [undefined, 'undefined'],
  [null, 'null'],
])('importEcc224PublicKey throws TypeError that names what it was given: %#', async (input, received) => {
  const refusal = await refusalOf(importEcc224PublicKey(input as string));
  expect(refusal).toBeInstanceOf(TypeError);
  expect(refusal.message).toBe(`publicKey is ${received}; expected an EC public key on P-224 (secp224r1)`);
});

test.each<[Record<string, unknown>, string]>([
  [{ digest: 'SHA-1' }, 'digest must be SHA-224 or SHA-256'],
  [{ digest: 'sha-256' }, 'digest must be SHA-224 or SHA-256'],
  [{ digest: 'toString' }, 'digest must be SHA-224 or SHA-256'],
  [{ digest: null }, 'digest must be SHA-224 or SHA-256'],
  [{ encoding: 'der' }, 'encoding must be DER or IEEE-P1363'],
  [{ encoding: 'constructor' }, 'encoding must be DER or IEEE-P1363'],
  [{ encoding: 5 }, 'encoding must be DER or IEEE-P1363'],
  [{ keyVersion: '' }, 'keyVersion must be text of letters, digits, dots, dashes or underscores'],
  [{ keyVersion: '1, signature=x' }, 'keyVersion must be text of letters, digits, dots, dashes or underscores'],
])('both importers throw TypeError for the option %j', async (options, text) => {
  for (const refusal of [
    await refusalOf(importEcc224PrivateKey(merchant.privateKey, options as Ecc224Options)),
    await refusalOf(importEcc224PublicKey(merchant.publicKey, options as Ecc224Options)),
  ]) {
    expect(refusal).toBeInstanceOf(TypeError);
    expect(refusal.message).toBe(text);
  }
});

test('importEcc224PrivateKey and importEcc224PublicKey throw TypeError for a text with several keys', async () => {
  const { privateKey, privateKeySec1, publicKey, publicKeyCompressed } = merchant;
  expect((await refusalOf(importEcc224PrivateKey(privateKey + privateKeySec1))).message).toBe(
    'privateKey is text with several private keys; expected an EC private key on P-224 (secp224r1)',
  );
  expect((await refusalOf(importEcc224PublicKey(publicKey + publicKeyCompressed))).message).toBe(
    'publicKey is text with several public keys; expected an EC public key on P-224 (secp224r1)',
  );
});

test.each(forms(merchant.privateKey + merchant.publicKey).filter(([, text]) => /BEGIN|LS0t/.test(text)))(
  'a file of both halves is imported as a pair from %s',
  async (_, text) => {
    const [privateKey, publicKey] = [await importEcc224PrivateKey(text), await importEcc224PublicKey(text)];
    expect(await publicKey.verify(await privateKey.sign(data), data)).toBe(true);
    expect(await (await importEcc224PublicKey(stranger.publicKey)).verify(await privateKey.sign(data), data)).toBe(
      false,
    );
  },
);

test('verify returns false for bytes that are not a signature', async () => {
  for (const encoding of ['DER', 'IEEE-P1363'] as const) {
    const key = await importEcc224PublicKey(merchant.publicKey, { encoding });
    for (let length = 0; length < 80; length++) {
      expect(await key.verify(noise(length), data)).toBe(false);
      expect(await key.verify(new Uint8Array(length), data)).toBe(false);
      expect(await key.verify(new Uint8Array(length).fill(0xff), data)).toBe(false);
      expect(await key.verify(concat(Uint8Array.of(0x30), noise(length)), data)).toBe(false);
    }
  }
});

test('verify returns false for a signature with one bit changed in any byte', async () => {
  for (const encoding of ['DER', 'IEEE-P1363'] as const) {
    const signature = await (await importEcc224PrivateKey(merchant.privateKey, { encoding })).sign(data);
    const key = await importEcc224PublicKey(merchant.publicKey, { encoding });
    expect(await key.verify(signature, data)).toBe(true);
    for (const [at, byte] of signature.entries()) {
      const changed = signature.slice();
      changed[at] = byte ^ (1 << (at % 8));
      expect(await key.verify(changed, data)).toBe(false);
    }
  }
});

test('verify returns false for another digest, another encoding or another key', async () => {
  const options: Ecc224Options[] = [
    {},
    { digest: 'SHA-256' },
    { encoding: 'IEEE-P1363' },
    { digest: 'SHA-256', encoding: 'IEEE-P1363' },
  ];
  for (const [i, ours] of options.entries()) {
    const signature = await (await importEcc224PrivateKey(merchant.privateKey, ours)).sign(data);
    for (const [j, theirs] of options.entries()) {
      expect(await (await importEcc224PublicKey(merchant.publicKey, theirs)).verify(signature, data)).toBe(i === j);
    }
    expect(await (await importEcc224PublicKey(stranger.publicKey, ours)).verify(signature, data)).toBe(false);
  }
});

// -------------------------------------------------------------------------------------------------- results

test('the importers return PrivateKey and PublicKey', () => {
  expectTypeOf(importEcc224PrivateKey).returns.toExtend<Promise<PrivateKey>>();
  expectTypeOf(importEcc224PublicKey).returns.toEqualTypeOf<Promise<PublicKey>>();
  expectTypeOf<'SHA-512'>().not.toExtend<Ecc224Options['digest']>();
});

test('a handle has algorithm and keyVersion and is frozen', async () => {
  for (const options of [{}, { keyVersion: '2' }]) {
    for (const key of [
      await importEcc224PrivateKey(merchant.privateKey, options),
      await importEcc224PublicKey(merchant.publicKey, options),
    ]) {
      expect(key).toMatchObject({ algorithm: 'ECC224', keyVersion: options.keyVersion });
      expect(Object.isFrozen(key)).toBe(true);
    }
  }
});

test('a private key shows no part of its number when it is printed, copied or listed', async () => {
  const key = await importEcc224PrivateKey(merchant.privateKey);
  await key.sign(data);
  const jwkNumber = createPrivateKey(merchant.privateKey).export({ type: 'sec1', format: 'der' }).subarray(7, 35);
  const seen = [
    inspect(key, { depth: null, showHidden: true, getters: true }),
    JSON.stringify(key),
    JSON.stringify({ ...key }),
    String(key),
    Object.values(Object.getOwnPropertyDescriptors(key))
      .map(({ value }) => inspect(value, { showHidden: true, depth: null }))
      .join(),
    key.sign.toString(),
  ].join('\n');
  for (const spelling of [
    jwkNumber.toString('hex'),
    jwkNumber.toString('base64').replace(/=+$/, ''),
    BigInt(`0x${jwkNumber.toString('hex')}`).toString(),
    [...jwkNumber].join(', '),
  ]) {
    expect(seen.toLowerCase()).not.toContain(spelling.toLowerCase());
  }
  expect(() => structuredClone(key)).toThrow();
  expect(Object.keys(key)).toEqual(['algorithm', 'keyVersion', 'sign']);
});

test('the error for a refused private key does not show its number', async () => {
  const number = '0123456789abcdef0123456789abcdef0123456789abcdef01234567';
  const sec1 = fromHex(`3068020101041c${number}a00706052b81040021a13c033a00${'04'}${'11'.repeat(56)}`);
  const refusal = await refusalOf(importEcc224PrivateKey(Buffer.from(sec1).toString('base64')));
  expect(refusal.message).toContain('not on P-224');
  expect(inspect(refusal, { depth: null, showHidden: true })).not.toContain(number);
  expect(inspect(refusal, { depth: null, showHidden: true })).not.toContain(BigInt(`0x${number}`).toString());
});

test('sign is deterministic, and s is not always low', async () => {
  const order = 0xffffffffffffffffffffffffffff16a2e0b8f03e13dd29455c5c2a3dn;
  const key = await importEcc224PrivateKey(merchant.privateKey, { encoding: 'IEEE-P1363' });
  const highs = [];
  for (let i = 0; i < 64; i++) {
    const signature = await key.sign(utf8(`message ${i}`));
    expect(await key.sign(utf8(`message ${i}`))).toEqual(signature);
    expect(signature.length).toBe(56);
    highs.push(BigInt(`0x${toHex(signature.subarray(28))}`) > order / 2n);
  }
  expect(new Set(highs)).toEqual(new Set([true, false]));
});

test('sign and verify accept data from 0 bytes to 1 MiB', async () => {
  const privateKey = await importEcc224PrivateKey(merchant.privateKey);
  const publicKey = await importEcc224PublicKey(merchant.publicKey);
  for (const content of [new Uint8Array(), noise(1), noise(8193), new Uint8Array(2 ** 20).fill(7)]) {
    const signature = await privateKey.sign(content);
    expect(await publicKey.verify(signature, content)).toBe(true);
  }
});

// ---------------------------------------------------------------------------------------- with OpenSSL, both directions

const digests = ['SHA-224', 'SHA-256'] as const;
const encodings = ['DER', 'IEEE-P1363'] as const;

test.each(digests.flatMap((digest) => encodings.map((encoding) => [digest, encoding] as const)))(
  'Node verifies signatures of this package and the other way round: %s, %s',
  async (digest, encoding) => {
    const dsaEncoding = encoding === 'DER' ? 'der' : 'ieee-p1363';
    const algorithm = digest.replace('-', '');
    for (let i = 0; i < 25; i++) {
      const pair = generateKeyPairSync('ec', { namedCurve: 'secp224r1' });
      const publicText = pair.publicKey.export({ type: 'spki', format: 'pem' }) as string;
      const privateText = pair.privateKey.export({ type: i % 2 ? 'sec1' : 'pkcs8', format: 'pem' }) as string;
      const privateKey = await importEcc224PrivateKey(privateText, { digest, encoding });
      const publicKey = await importEcc224PublicKey(publicText, { digest, encoding });
      const data = noise(i * 40);
      const ours = await privateKey.sign(data);
      expect(verify(algorithm, data, { key: createPublicKey(publicText), dsaEncoding }, ours)).toBe(true);
      const theirs = new Uint8Array(sign(algorithm, data, { key: pair.privateKey, dsaEncoding }));
      expect(await publicKey.verify(theirs, data)).toBe(true);
      expect(await publicKey.verify(theirs, noise(i * 40 + 1))).toBe(false);
    }
  },
);

const { status } = spawnSync('openssl', ['version']);
const why = status === 0 ? '' : ' (skipped: there is no openssl command here)';
const work = mkdtempSync(join(tmpdir(), 'ecc224-'));
afterAll(() => rmSync(work, { recursive: true }));
const openssl = (args: string): Buffer => execFileSync('openssl', args.split(' '), { cwd: work, stdio: 'pipe' });
const read = (file: string): string => readFileSync(join(work, file), 'utf8');

test.skipIf(status !== 0)(
  `the openssl command’s keys and certificates are read, and each side verifies the other’s signatures${why}`,
  async () => {
    openssl('ecparam -name secp224r1 -genkey -out ecparam.pem');
    openssl('pkcs8 -topk8 -nocrypt -in ecparam.pem -out pkcs8.pem');
    openssl('ec -in ecparam.pem -out sec1.pem');
    openssl('ec -in ecparam.pem -no_public -out no-public.pem');
    openssl('ec -in ecparam.pem -pubout -out spki.pem');
    openssl('ec -in ecparam.pem -pubout -conv_form compressed -out compressed.pem');
    openssl('req -x509 -key pkcs8.pem -sha256 -subj /CN=TEST -days 1 -out certificate.pem');
    for (const digest of digests) {
      const name = digest.replace('-', '').toLowerCase();
      const data = noise(640, digest === 'SHA-224' ? 1 : 2);
      writeFileSync(join(work, 'data'), data);
      openssl(`dgst -${name} -sign pkcs8.pem -out theirs data`);
      const theirs = new Uint8Array(readFileSync(join(work, 'theirs')));
      for (const file of ['spki.pem', 'compressed.pem', 'certificate.pem']) {
        const key = await importEcc224PublicKey(read(file), { digest });
        expect(await key.verify(theirs, data)).toBe(true);
        expect(await key.verify(theirs, noise(641))).toBe(false);
      }
      for (const file of ['ecparam.pem', 'pkcs8.pem', 'sec1.pem', 'no-public.pem']) {
        const key = await importEcc224PrivateKey(read(file), { digest });
        writeFileSync(join(work, 'ours'), await key.sign(data));
        expect(openssl(`dgst -${name} -verify spki.pem -signature ours data`).toString()).toBe('Verified OK\n');
      }
    }
  },
);
