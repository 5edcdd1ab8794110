/**
 * Mints the ECC224 vectors (A3): `node mint.ts`, or `node mint.ts --new-keys` to start from fresh keys.
 * As in ../mint.ts, the `openssl` command does all of the cryptography, and this file only puts text together.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  clientId,
  formatIndex,
  formatVector,
  type Headers,
  percent,
  sampleTime,
  success,
  tracerId,
  update,
  updateOf900,
  updatePass,
} from '../message.ts';
import { openssl, work } from '../openssl.ts';
import type { RefusalCode } from '../vector.ts';
import type { Ecc224Vector } from './vector.ts';

const here = import.meta.dirname;

// ------------------------------------------------------------------------------------------------------------- keys

type Party = 'merchant' | 'gateway' | 'stranger';
const parties: Party[] = ['merchant', 'gateway', 'stranger'];

function mintKeys() {
  const pair = () => {
    const privateKey = openssl('genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp224r1').toString();
    return {
      privateKey,
      privateKeySec1: openssl('ec', privateKey).toString(),
      publicKey: openssl('pkey -pubout', privateKey).toString(),
      publicKeyCompressed: openssl('pkey -pubout -ec_conv_form compressed', privateKey).toString(),
    };
  };
  return {
    README: 'TEST KEYS ONLY. They are public: whoever uses one of them protects nothing.',
    merchant: pair(),
    gateway: pair(),
    stranger: pair(),
  };
}

const keysFile = join(here, 'keys.json');
if (!existsSync(keysFile) || process.argv.includes('--new-keys')) {
  writeFileSync(keysFile, `${JSON.stringify(mintKeys(), null, 2)}\n`);
}
const keys: ReturnType<typeof mintKeys> = JSON.parse(readFileSync(keysFile, 'utf8'));
for (const party of parties) writeFileSync(join(work, `${party}.key`), keys[party].privateKey);

// ------------------------------------------------------------------------------------------------------- signatures

type Digest = Ecc224Vector['digest'];
type Encoding = Ecc224Vector['encoding'];

/** The curve's order n: r and s are below it. */
const order = 0xffffffffffffffffffffffffffff16a2e0b8f03e13dd29455c5c2a3dn;

/** r and s of a signature as OpenSSL writes it: 30, length, 02, length of r, r, 02, length of s, s. */
const numbers = (der: Buffer): [r: bigint, s: bigint] => {
  const r = der.subarray(4, 4 + (der[3] as number));
  const s = der.subarray(4 + r.length + 2);
  return [BigInt(`0x${r.toString('hex')}`), BigInt(`0x${s.toString('hex')}`)];
};
const bytes = (value: bigint, length = 28) => Buffer.from(value.toString(16).padStart(length * 2, '0'), 'hex');
const sequence = (...contents: Buffer[]) => {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.of(0x30, content.length), content]);
};
const integer = (content: Buffer) => Buffer.concat([Buffer.of(0x02, content.length), content]);
/** An INTEGER of 29 bytes, which is not the shortest form for a value below 2^223. */
const integer29 = (value: bigint) => integer(bytes(value, 29));

const p1363 = (der: Buffer) => Buffer.concat(numbers(der).map((value) => bytes(value)));

type Condition = (r: bigint, s: bigint) => boolean;

/** Signs again until r and s are as wanted: each ECDSA signature has a new random nonce. */
function sign(signer: Party, digest: Digest, content: string, condition: Condition = () => true): Buffer {
  for (;;) {
    const signature = openssl(`dgst -${digest.replace('-', '').toLowerCase()} -sign ${signer}.key`, content);
    if (condition(...numbers(signature))) return signature;
  }
}

const below216Bits: Condition = (r) => r < 1n << 216n;
const highS: Condition = (_, s) => s > order / 2n;
const lowS: Condition = (_, s) => s <= order / 2n;
const highestBitOfR: Condition = (r) => r >= 1n << 223n;
const noHighestBits: Condition = (r, s) => r < 1n << 223n && s < 1n << 223n;

// ------------------------------------------------------------------------------------------------------------ cases

/** How a case differs from an ordinary message. */
interface Recipe {
  title: string;
  /** Code of the error; the case is accepted when absent. */
  code?: RefusalCode;
  /** Parts of the message as received. */
  body?: string;
  /** The signer, and the signed parts that differ from those received. */
  signer?: Party;
  signed?: { body?: string; digest?: Digest };
  condition?: Condition;
  /** Options of the receiver's key. */
  digest?: Digest;
  encoding?: Encoding;
  /** Makes the header's value from the signature in DER, and the header's text from its base64. */
  value?: (der: Buffer) => Buffer;
  header?: (base64: string) => string;
}

const accepted: Record<string, Recipe> = {
  'request-sha224-der': { title: 'An ordinary request: SHA-224, DER.' },
  'request-sha224-p1363': { title: 'SHA-224, r and s side by side.', encoding: 'IEEE-P1363' },
  'request-sha256-der': { title: 'SHA-256; the leftmost 224 bits are used.', digest: 'SHA-256' },
  'request-sha256-p1363': {
    title: 'SHA-256, r and s side by side.',
    digest: 'SHA-256',
    encoding: 'IEEE-P1363',
  },
  'request-high-s': { title: 's is above half the order, as in half of all signatures.', condition: highS },
  'request-low-s': { title: 's is not above half the order.', condition: lowS },
  'request-short-r-der': { title: 'r is below 2^216, and its INTEGER is shorter.', condition: below216Bits },
  'request-short-r-p1363': { title: 'r keeps its leading zero.', encoding: 'IEEE-P1363', condition: below216Bits },
  'request-algorithm-lower-case': {
    title: 'The algorithm is in any case.',
    header: (base64) => `algorithm=ecc224, keyVersion=1, signature=${percent(base64)}`,
  },
  'response-sha224-der': { title: 'An ordinary response.' },
  'response-sha256-p1363': { title: 'A response under both options.', digest: 'SHA-256', encoding: 'IEEE-P1363' },
};

const refused: Partial<Record<RefusalCode, Record<string, Omit<Recipe, 'code'>>>> = {
  SignatureVerificationFailed: {
    'request-tampered-body': {
      title: 'Points were raised after signing.',
      body: updateOf900,
      signed: { body: update },
    },
    'request-signed-by-stranger': { title: 'Signed by a key that is not the merchant’s.', signer: 'stranger' },
    'response-signed-by-merchant': { title: 'Signed by the merchant itself.', signer: 'merchant' },
    'request-other-digest-sha256': {
      title: 'Signed over SHA-256 for a receiver of SHA-224.',
      signed: { digest: 'SHA-256' },
    },
    'request-other-digest-sha224': {
      title: 'Signed over SHA-224 for a receiver of SHA-256.',
      digest: 'SHA-256',
      signed: { digest: 'SHA-224' },
    },
    'request-other-encoding-p1363': { title: 'r and s side by side for a receiver of DER.', value: p1363 },
    'request-other-encoding-der': {
      title: 'DER for a receiver of r and s side by side.',
      encoding: 'IEEE-P1363',
      value: (der) => der,
    },
    'request-der-truncated': { title: 'The last byte is missing.', value: (der) => der.subarray(0, -1) },
    'request-der-trailing-byte': {
      title: 'A byte follows the sequence.',
      value: (der) => Buffer.concat([der, Buffer.of(0)]),
    },
    'request-der-third-number': {
      title: 'A third INTEGER follows within the sequence.',
      value: (der) => sequence(der.subarray(2), integer(Buffer.of(1))),
    },
    'request-der-long-length': {
      title: 'The length is written in two bytes, where one is enough: BER.',
      value: (der) => Buffer.concat([Buffer.of(0x30, 0x81), der.subarray(1)]),
    },
    'request-der-indefinite-length': {
      title: 'The length is left open: BER.',
      value: (der) => Buffer.concat([Buffer.of(0x30, 0x80), der.subarray(2), Buffer.of(0, 0)]),
    },
    'request-der-leading-zero': {
      title: 'r and s have a zero more than they need.',
      condition: noHighestBits,
      value: (der) => sequence(...numbers(der).map(integer29)),
    },
    'request-der-negative': {
      title: 'r lacks the zero that keeps it from being negative.',
      condition: highestBitOfR,
      value: (der) => sequence(integer(bytes(numbers(der)[0])), der.subarray(4 + (der[3] as number))),
    },
    'request-der-r-above-order': {
      title: 'The order was added to r: reduced, it would be right.',
      value: (der) => sequence(integer29(numbers(der)[0] + order), der.subarray(4 + (der[3] as number))),
    },
    'request-der-s-above-order': {
      title: 'The order was added to s: reduced, it would be right.',
      value: (der) => sequence(der.subarray(2, 4 + (der[3] as number)), integer29(numbers(der)[1] + order)),
    },
    'request-der-zeros': {
      title: 'r and s are zero, which verifies everything without a check (CVE-2022-21449).',
      value: () => sequence(integer(Buffer.of(0)), integer(Buffer.of(0))),
    },
    'request-p1363-zeros': {
      title: 'r and s are zero, side by side.',
      encoding: 'IEEE-P1363',
      value: () => Buffer.alloc(56),
    },
    'request-p1363-truncated': {
      title: 'The last byte is missing.',
      encoding: 'IEEE-P1363',
      value: (der) => p1363(der).subarray(0, -1),
    },
    'request-p1363-no-leading-zero': {
      title: 'r lost its leading zero, and 55 bytes are left.',
      encoding: 'IEEE-P1363',
      condition: below216Bits,
      value: (der) => p1363(der).subarray(1),
    },
    'request-p1363-longer': {
      title: 'r and s have 29 bytes each: the same numbers.',
      encoding: 'IEEE-P1363',
      value: (der) => Buffer.concat(numbers(der).map((value) => bytes(value, 29))),
    },
  },
  AlgorithmNotSupported: {
    'request-algorithm-rsa256': {
      title: 'An ECC224 signature under the name RSA256.',
      header: (base64) => `algorithm=RSA256, keyVersion=1, signature=${percent(base64)}`,
    },
    'request-no-algorithm': {
      title: 'Without algorithm it is RSA256, whatever the key.',
      header: (base64) => `keyVersion=1, signature=${percent(base64)}`,
    },
  },
  HeaderInvalid: {
    'request-empty-signature': {
      title: 'The pair signature has no value.',
      header: () => 'algorithm=ECC224, keyVersion=1, signature=',
    },
  },
};

// ------------------------------------------------------------------------------------------------------------- mint

function mint(name: string, recipe: Recipe): Ecc224Vector {
  const direction = name.startsWith('request-') ? 'request' : 'response';
  const { signer = direction === 'request' ? 'merchant' : 'gateway', digest = 'SHA-224', encoding = 'DER' } = recipe;
  const arrives = {
    method: 'POST',
    httpUri: updatePass,
    clientId,
    time: sampleTime,
    body: recipe.body ?? (direction === 'request' ? update : success),
  };
  const signed = { ...arrives, digest, ...recipe.signed };
  const contentToBeSigned = `${signed.method} ${signed.httpUri}\n${signed.clientId}.${signed.time}.${signed.body}`;
  const der = sign(signer, signed.digest, contentToBeSigned, recipe.condition);

  const { value = encoding === 'DER' ? (same: Buffer) => same : p1363 } = recipe;
  const { header = (base64: string) => `algorithm=ECC224, keyVersion=1, signature=${percent(base64)}` } = recipe;
  const headers: Headers = [
    ['Client-Id', arrives.clientId],
    ['Content-Type', 'application/json; charset=UTF-8'],
    [direction === 'request' ? 'Request-Time' : 'Response-Time', arrives.time],
    ['Signature', header(value(der).toString('base64'))],
  ];
  if (direction === 'response') headers.push(['Tracer-Id', tracerId]);

  return {
    title: recipe.title,
    direction,
    signer,
    digest,
    encoding,
    ...arrives,
    contentToBeSigned,
    signature: der.toString('base64'),
    headers,
    expect: recipe.code ? { code: recipe.code } : 'accepted',
  };
}

const recipes: Record<string, Recipe> = { ...accepted };
for (const [code, cases] of Object.entries(refused)) {
  for (const [name, recipe] of Object.entries(cases)) recipes[name] = { ...recipe, code: code as RefusalCode };
}
const names = Object.keys(recipes).sort();
const files = Object.entries(recipes).map(
  ([name, recipe]) => [`${name}.json`, formatVector(mint(name, recipe))] as const,
);

// Written at the end: if openssl fails before, the old vectors stay complete.
for (const file of readdirSync(here)) {
  if (/^(request|response)-.*\.json$/.test(file)) rmSync(join(here, file));
}
for (const [file, text] of files) writeFileSync(join(here, file), text);
writeFileSync(join(here, 'index.ts'), formatIndex(names, 'Ecc224Vector', './vector.ts'));
console.log(`${names.length} ECC224 vectors minted with ${openssl('version').toString().trim()}`);
