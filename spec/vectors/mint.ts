/**
 * Mints the vectors: `node mint.ts`, or `node mint.ts --new-keys` to start from fresh keys.
 * The `openssl` command does all of the cryptography. This file only puts text together: it must never import the
 * code that the vectors test, nor node:crypto.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  card,
  clientId,
  createPass,
  formatIndex,
  formatVector,
  type Headers,
  illegal,
  otherClientId,
  percent,
  sampleTime,
  success,
  tracerId,
  update,
  updateOf900,
  updatePass,
} from './message.ts';
import { openssl, work } from './openssl.ts';
import type { RefusalCode, Vector } from './vector.ts';

const here = import.meta.dirname;

// ------------------------------------------------------------------------------------------------------------- keys

type Party = 'merchant' | 'gateway' | 'stranger';
const parties: Party[] = ['merchant', 'gateway', 'stranger'];

function mintKeys() {
  const pair = () => {
    const privateKey = openssl('genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048').toString();
    return { privateKey, publicKey: openssl('pkey -pubout', privateKey).toString() };
  };
  const random = (bytes: number) => openssl(`rand -hex ${bytes}`).toString().trim();
  return {
    README: 'TEST KEYS ONLY. They are public: whoever uses one of them protects nothing.',
    merchant: pair(),
    gateway: pair(),
    stranger: pair(),
    symmetricKeys: { aes128: random(16), aes192: random(24), aes256: random(32) },
  };
}

const keysFile = join(here, 'keys.json');
if (!existsSync(keysFile) || process.argv.includes('--new-keys')) {
  writeFileSync(keysFile, `${JSON.stringify(mintKeys(), null, 2)}\n`);
}
const keys: ReturnType<typeof mintKeys> = JSON.parse(readFileSync(keysFile, 'utf8'));
for (const party of parties) {
  writeFileSync(join(work, `${party}.key`), keys[party].privateKey);
  writeFileSync(join(work, `${party}.pub`), keys[party].publicKey);
}
const aes128 = Buffer.from(keys.symmetricKeys.aes128, 'hex');
const aes192 = Buffer.from(keys.symmetricKeys.aes192, 'hex');
const aes256 = Buffer.from(keys.symmetricKeys.aes256, 'hex');
const key20 = aes256.subarray(0, 20); // no AES key has this length

const sign = (signer: Party, content: string) => openssl(`dgst -sha256 -sign ${signer}.key`, content);

const encrypt = (key: Buffer, plaintext: string | Buffer, option = '-e') =>
  openssl(`enc -aes-${key.length * 8}-ecb -K ${key.toString('hex')} ${option}`, plaintext);

const wrapKey = (receiver: Party, block: Buffer, padding = 'pkcs1') =>
  openssl(`pkeyutl -encrypt -pubin -inkey ${receiver}.pub -pkeyopt rsa_padding_mode:${padding}`, block);

/** A whole block for raw RSA: `type`, random bytes without a zero, a zero, the key. Type 2 is the right one. */
const blockOfType = (type: number, key: Buffer) => {
  const padding = openssl(`rand ${256 - 3 - key.length}`).map((byte) => byte || 1);
  return Buffer.concat([Buffer.of(0, type), padding, Buffer.of(0), key]);
};

/** The ciphertext plus the modulus, still 256 bytes: who only reduces it finds the key. */
const wrapKeyAboveModulus = (receiver: Party, key: Buffer): Buffer => {
  const modulus = BigInt(
    `0x${openssl(`rsa -pubin -in ${receiver}.pub -modulus -noout`).toString().trim().split('=')[1]}`,
  );
  const value = modulus + BigInt(`0x${wrapKey(receiver, key).toString('hex')}`);
  return value < 1n << 2048n ? Buffer.from(value.toString(16), 'hex') : wrapKeyAboveModulus(receiver, key);
};

// ----------------------------------------------------------------------------------------------------------- bodies

const updateUtf8 = JSON.stringify({
  ...card,
  dataInfo: { ...card.dataInfo, level: '金卡會員 🏅', remark: '積分已更新，多謝惠顧' },
});
const updateEmptyDataInfo = JSON.stringify({ ...card, dataInfo: {} });
const updatePretty = `${JSON.stringify(card, null, 2).replaceAll('\n', '\r\n')}\r\n`;
const updateLatin1 = Buffer.from(update.replace('GOLD', 'DORÉ'), 'latin1');

/** An update whose length leaves the given remainder when divided by the 16 bytes of an AES block. */
const updateOfLength = (remainder: number) => {
  const { length } = update;
  return update.replace('GOLD', `GOLD${'+'.repeat((16 + remainder - (length % 16)) % 16)}`);
};

interface Sealed {
  key: Buffer;
  plaintext: string | Buffer;
  encryptedKey: Buffer;
  body: string;
}
const sealed = (key: Buffer, plaintext: string | Buffer, change: Partial<Sealed> = {}): Sealed => ({
  key,
  plaintext,
  encryptedKey: wrapKey('gateway', key),
  body: encrypt(key, plaintext).toString('base64'),
  ...change,
});
/** The padding is part of `plaintext`, right or wrong. */
const sealedAsIs = (plaintext: string, padding: number[]) => {
  const blocks = Buffer.concat([Buffer.from(plaintext), Buffer.from(padding)]);
  return sealed(aes256, blocks, { body: encrypt(aes256, blocks, '-nopad').toString('base64') });
};
const sealedReply = (key: Buffer) => sealed(key, success, { encryptedKey: wrapKey('merchant', key) });
const sealedUpdate = sealed(aes256, update);

// ------------------------------------------------------------------------------- header values, from base64 to text

const lowerCaseHex = (base64: string) => percent(base64).replace(/%../g, (hex) => hex.toLowerCase());
const raw = (base64: string) => {
  if (!base64.includes('+')) throw new Error('this value holds no plus, which is the point of the case: mint again');
  return base64;
};
const wrapped = (base64: string) => base64.replace(/.{1,76}/g, '$&\n');
const base64url = (base64: string) => raw(base64).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
/** As the page prints its sample: a blank where a line was broken, one of them inside an escape. */
const blanks = (base64: string) => percent(base64).replace('%', '% ').replace(/.{85}/g, '$& ');

const signatureHeader = (value: string) => `algorithm=RSA256, keyVersion=1, signature=${value}`;
const encryptHeader = (value: string) => `algorithm=RSA_AES, keyVersion=1, symmetricKey=${value}`;

const without =
  (...names: string[]) =>
  (headers: Headers) =>
    headers.filter(([name]) => !names.includes(name));
const emptied =
  (...names: string[]) =>
  (headers: Headers) =>
    headers.map(([name, value]): Headers[0] => [name, names.includes(name) ? '' : value]);
const twice = (twiceName: string) => (headers: Headers) =>
  headers.flatMap((header) => (header[0] === twiceName ? [header, header] : [header]));

// ------------------------------------------------------------------------------------------------------------ cases

/** What sets a case apart; whatever is not named is as in an ordinary message. */
interface Recipe {
  title: string;
  /** The code of the refusal; accepted when absent. */
  code?: RefusalCode;
  /** What arrives. */
  clientId?: string;
  httpUri?: string;
  time?: string;
  body?: string;
  sealed?: Sealed;
  /** Who signed, and what was signed when it is not what arrives. */
  signer?: Party | null;
  signed?: { method?: string; httpUri?: string; clientId?: string; time?: string; body?: string };
  /** The headers' text, from the base64 of the value. */
  signature?: (base64: string) => string;
  encrypt?: (base64: string) => string;
  contentType?: string;
  headers?: (headers: Headers) => Headers;
}

const accepted: Record<string, Recipe> = {
  'request-signed': { title: 'An ordinary signed request.' },
  'request-signed-utf8': { title: 'The body is signed as UTF-8 bytes.', body: updateUtf8 },
  'request-signed-empty-data-info': { title: 'An empty dataInfo stays as it is.', body: updateEmptyDataInfo },
  'request-signed-whitespace-body': {
    title: 'The bytes on the wire are signed, blanks and CRLF included.',
    body: updatePretty,
  },
  'request-signed-query': { title: 'The query is part of what is signed.', httpUri: `${updatePass}?lang=zh-HK&x=1` },
  'request-signed-no-algorithm': {
    title: 'Without algorithm it is RSA256.',
    signature: (base64) => `keyVersion=1, signature=${percent(base64)}`,
  },
  'request-signed-no-key-version': {
    title: 'Without keyVersion the latest one is meant.',
    signature: (base64) => `algorithm=RSA256, signature=${percent(base64)}`,
  },
  'request-signed-empty-key-version': {
    title: 'An empty keyVersion means the latest one.',
    signature: (base64) => `algorithm=RSA256, keyVersion=, signature=${percent(base64)}`,
  },
  'request-signed-no-blank-after-comma': {
    title: 'The blank after a comma may be missing.',
    signature: (base64) => `algorithm=RSA256,keyVersion=1,signature=${percent(base64)}`,
  },
  'request-signed-other-order': {
    title: 'Pairs come in any order, an unknown key is ignored, the algorithm is in any case.',
    signature: (base64) => `signature=${percent(base64)}, nonce=abc, keyVersion=1, algorithm=rsa256`,
  },
  'request-signed-raw-base64': {
    title: 'The value is not percent-encoded; its plus is a plus, not a blank.',
    signature: (base64) => signatureHeader(raw(base64)),
  },
  'request-signed-lower-case-hex': {
    title: 'The escapes are in lower case.',
    signature: (base64) => signatureHeader(lowerCaseHex(base64)),
  },
  'request-signed-wrapped-signature': {
    title: 'The base64 was wrapped at 76 columns, and its line feeds percent-encoded.',
    signature: (base64) => signatureHeader(percent(wrapped(base64))),
  },
  'request-signed-base64url': {
    title: 'The value is base64url without padding.',
    signature: (base64) => signatureHeader(base64url(base64)),
  },
  'request-signed-blanks-inside': {
    title: 'Blanks inside the value are dropped, inside an escape too.',
    signature: (base64) => signatureHeader(blanks(base64)),
  },
  'request-signed-offset-without-colon': { title: 'The zone may lack its colon.', time: '2024-05-22T06:42:21+0530' },
  'request-signed-fractional-seconds': { title: 'Seconds may have a fraction.', time: '2024-05-22T06:42:21.123+05:30' },

  'request-encrypted-aes128': { title: 'An encrypted request under AES-128.', sealed: sealed(aes128, update) },
  'request-encrypted-aes192': { title: 'An encrypted request under AES-192.', sealed: sealed(aes192, update) },
  'request-encrypted-aes256': { title: 'An encrypted request under AES-256.', sealed: sealedUpdate },
  'request-encrypted-utf8': { title: 'The plaintext is UTF-8.', sealed: sealed(aes256, updateUtf8) },
  'request-encrypted-block-multiple': {
    title: 'A plaintext of whole blocks ends in a block of padding.',
    sealed: sealed(aes256, updateOfLength(0)),
  },
  'request-encrypted-raw-base64': {
    title: 'symmetricKey is not percent-encoded.',
    sealed: sealedUpdate,
    encrypt: (base64) => encryptHeader(raw(base64)),
  },
  'request-encrypted-wrapped': {
    title: 'Body and symmetricKey were wrapped at 76 columns; the line feeds of the body are signed.',
    sealed: sealed(aes128, update, { body: wrapped(encrypt(aes128, update).toString('base64')) }),
    encrypt: (base64) => encryptHeader(percent(wrapped(base64))),
  },
  'request-encrypted-content-type-json': {
    title: 'An encrypted body is known by its Encrypt header, whatever its media type.',
    sealed: sealedUpdate,
    contentType: 'application/json; charset=UTF-8',
  },

  'response-signed': { title: 'An ordinary signed response.' },
  'response-signed-result-f': { title: 'A refusal is signed like a success.', body: illegal },
  'response-signed-utc': { title: 'The zone may be Z.', time: '2024-05-22T01:12:21Z' },
  'response-signed-no-client-id': { title: 'A response may come without Client-Id.', headers: without('Client-Id') },
  'response-encrypted-aes128': { title: 'An encrypted response under AES-128.', sealed: sealedReply(aes128) },
  'response-encrypted-aes256': { title: 'An encrypted response under AES-256.', sealed: sealedReply(aes256) },
};

const refused: Record<RefusalCode, Record<string, Omit<Recipe, 'code'>>> = {
  SignatureVerificationFailed: {
    'request-tampered-body': {
      title: 'Points were raised after signing.',
      body: updateOf900,
      signed: { body: update },
    },
    'request-tampered-time': {
      title: 'The time was moved by a second after signing.',
      time: '2024-05-22T06:42:22+05:30',
      signed: { time: sampleTime },
    },
    'request-other-path': { title: 'Signed for another path.', signed: { httpUri: createPass } },
    'request-other-client-id': { title: 'Signed for another Client-Id.', signed: { clientId: otherClientId } },
    'request-other-method': { title: 'Signed for another method.', signed: { method: 'PUT' } },
    'request-query-not-signed': {
      title: 'Signed without its query.',
      httpUri: `${updatePass}?x=1`,
      signed: { httpUri: updatePass },
    },
    'request-reserialised-body': {
      title: 'Signed over compact JSON, sent with blanks: the same value, not the same bytes.',
      body: updatePretty,
      signed: { body: update },
    },
    'request-signed-by-stranger': { title: 'Signed by a key that is not the merchant’s.', signer: 'stranger' },
    'request-signature-truncated': {
      title: 'The last byte of the signature is missing.',
      signature: (base64) =>
        signatureHeader(percent(Buffer.from(base64, 'base64').subarray(0, 255).toString('base64'))),
    },
    'request-encrypted-signed-plaintext': {
      title: 'Signed over the plaintext and then encrypted: the wrong order.',
      sealed: sealedUpdate,
      signed: { body: update },
    },
    'response-tampered-body': {
      title: 'A refusal was turned into a success.',
      body: success,
      signed: { body: illegal },
    },
    'response-other-path': { title: 'Signed for another path.', signed: { httpUri: createPass } },
    'response-signed-by-stranger': { title: 'Signed by a key that is not the gateway’s.', signer: 'stranger' },
    'response-signed-by-merchant': { title: 'Signed by the merchant itself.', signer: 'merchant' },
  },

  HeaderInvalid: {
    'request-no-signature': { title: 'There is no Signature header.', headers: without('Signature') },
    'request-empty-signature': { title: 'The Signature header is empty.', headers: emptied('Signature') },
    'request-no-signature-key': {
      title: 'The pair signature is missing.',
      signature: () => 'algorithm=RSA256, keyVersion=1',
    },
    'request-no-signature-value': { title: 'The pair signature has no value.', signature: () => signatureHeader('') },
    'request-repeated-key': {
      title: 'The pair signature comes twice.',
      signature: (base64) => `${signatureHeader(percent(base64))}, signature=${percent(base64)}`,
    },
    'request-repeated-header': {
      title: 'The Signature header comes twice, which runtimes join by a comma.',
      headers: twice('Signature'),
    },
    'request-bad-base64': {
      title: 'The value holds characters that base64 has not.',
      signature: (base64) => signatureHeader(`!!!${percent(base64)}`),
    },
    'request-bad-percent': {
      title: 'The value holds an escape that is not hex.',
      signature: (base64) => signatureHeader(`%ZZ${percent(base64)}`),
    },
    'request-signature-bad-padding-base64': {
      title: 'The base64 lost its last digit and its padding: no bytes have that length.',
      signature: (base64) => signatureHeader(percent(base64.slice(0, -3))),
    },
    'request-time-missing': {
      title: 'There is no Request-Time, and an empty one was signed.',
      time: '',
      headers: without('Request-Time'),
    },
    'request-encrypt-repeated-key': {
      title: 'The pair symmetricKey comes twice.',
      sealed: sealedUpdate,
      encrypt: (base64) => `${encryptHeader(percent(base64))}, symmetricKey=${percent(base64)}`,
    },
    'request-encrypt-no-key': {
      title: 'The pair symmetricKey is missing.',
      sealed: sealedUpdate,
      encrypt: () => 'algorithm=RSA_AES, keyVersion=1',
    },
    'response-no-signature': { title: 'There is a Response-Time and no Signature.', headers: without('Signature') },
    'response-no-time': {
      title: 'There is a Signature, made over an empty time, and no Response-Time.',
      time: '',
      headers: without('Response-Time'),
    },
    'response-other-client-id': {
      title: 'A response meant and signed for another Client-Id.',
      clientId: otherClientId,
    },
  },

  AlgorithmNotSupported: {
    'request-algorithm-ecc224': {
      title: 'ECC224 needs its own package; an RSA signature does not stand in for it.',
      signature: (base64) => `algorithm=ECC224, keyVersion=1, signature=${percent(base64)}`,
    },
    'request-algorithm-rs256': {
      title: 'JOSE’s name of the same algorithm is not the protocol’s.',
      signature: (base64) => `algorithm=RS256, keyVersion=1, signature=${percent(base64)}`,
    },
    'request-encrypt-algorithm-rsa': {
      title: 'RSA, as the page prints it in its sample, is not RSA_AES.',
      sealed: sealedUpdate,
      encrypt: (base64) => `algorithm=RSA, keyVersion=1, symmetricKey=${percent(base64)}`,
    },
  },

  DecryptionFailed: {
    'request-encrypted-for-stranger': {
      title: 'The AES key was encrypted to another public key.',
      sealed: sealed(aes256, update, { encryptedKey: wrapKey('stranger', aes256) }),
    },
    'request-encrypted-bad-rsa-padding': {
      title: 'The RSA block starts 00 01, not 00 02; the key behind it is the right one.',
      sealed: sealed(aes256, update, { encryptedKey: wrapKey('gateway', blockOfType(1, aes256), 'none') }),
    },
    'request-encrypted-short-key': {
      title: 'The unwrapped key has 20 bytes; its first 16 would open the body.',
      sealed: sealed(key20.subarray(0, 16), update, { key: key20, encryptedKey: wrapKey('gateway', key20) }),
    },
    'request-encrypted-key-too-long-ciphertext': {
      title: 'A zero byte stands before the 256 bytes of encryptedKey: the same number, not the same length.',
      sealed: sealed(aes256, update, { encryptedKey: Buffer.concat([Buffer.of(0), wrapKey('gateway', aes256)]) }),
    },
    'request-encrypted-value-above-modulus': {
      title: 'encryptedKey has the modulus added: reduced, it would be right.',
      sealed: sealed(aes256, update, { encryptedKey: wrapKeyAboveModulus('gateway', aes256) }),
    },
    'request-encrypted-bad-aes-padding': {
      title: 'The padding counts four bytes, one of which is another.',
      sealed: sealedAsIs(updateOfLength(12), [4, 3, 4, 4]),
    },
    'request-encrypted-zero-aes-padding': {
      title: 'The padding is zeros.',
      sealed: sealedAsIs(updateOfLength(12), [0, 0, 0, 0]),
    },
    'request-encrypted-long-aes-padding': {
      title: 'The padding counts 17 bytes, more than a block.',
      sealed: sealedAsIs(updateOfLength(15), Array(17).fill(17)),
    },
    'request-encrypted-partial-block': {
      title: 'A byte follows the last whole block.',
      sealed: sealed(aes256, update, {
        body: Buffer.concat([encrypt(aes256, update), Buffer.of(0)]).toString('base64'),
      }),
    },
    'request-encrypted-empty-body': {
      title: 'There is an Encrypt header and no body.',
      sealed: sealed(aes256, '', { body: '' }),
    },
    'request-encrypted-body-not-base64': {
      title: 'The body holds a character that base64 has not; who skips it finds the plaintext.',
      sealed: sealed(aes256, update, { body: encrypt(aes256, update).toString('base64').replace(/^..../, '$&!') }),
    },
    'request-encrypted-not-utf8': { title: 'The plaintext is Latin-1.', sealed: sealed(aes256, updateLatin1) },
    'request-encrypt-over-json': {
      title: 'There is an Encrypt header over a body of plain JSON.',
      sealed: sealed(aes256, update, { body: update }),
      contentType: 'application/json; charset=UTF-8',
    },
    'response-encrypted-for-stranger': {
      title: 'The AES key was encrypted to another public key.',
      sealed: sealed(aes256, success, { encryptedKey: wrapKey('stranger', aes256) }),
    },
  },

  TimeNotAccepted: {
    'request-time-no-zone': { title: 'The time has no zone.', time: '2024-05-22T06:42:21' },
    'request-time-date-only': { title: 'The time is a date.', time: '2024-05-22' },
  },

  ResponseUnexpected: {
    'response-unsigned': {
      title: 'There is neither Signature nor Response-Time.',
      signer: null,
      time: '',
      headers: without('Signature', 'Response-Time'),
    },
    'response-unsigned-empty': {
      title: 'Signature and Response-Time are both empty.',
      signer: null,
      time: '',
      headers: emptied('Signature', 'Response-Time'),
    },
  },
};

// ------------------------------------------------------------------------------------------------------------- mint

function mint(name: string, recipe: Recipe): Vector {
  const direction = name.startsWith('request-') ? 'request' : 'response';
  const { signer = direction === 'request' ? 'merchant' : 'gateway', sealed: seal } = recipe;
  const arrives = {
    method: 'POST',
    httpUri: recipe.httpUri ?? updatePass,
    clientId: recipe.clientId ?? clientId,
    time: recipe.time ?? sampleTime,
    body: seal?.body ?? recipe.body ?? (direction === 'request' ? update : success),
  };
  const signed = { ...arrives, ...recipe.signed };
  const contentToBeSigned = `${signed.method} ${signed.httpUri}\n${signed.clientId}.${signed.time}.${signed.body}`;
  const signature = signer && sign(signer, contentToBeSigned).toString('base64');
  const encryptedKey = seal?.encryptedKey.toString('base64') ?? null;

  const { signature: asSignature = (base64) => signatureHeader(percent(base64)) } = recipe;
  const { encrypt: asEncrypt = (base64) => encryptHeader(percent(base64)) } = recipe;
  const headers: Headers = [
    ['Client-Id', arrives.clientId],
    ['Content-Type', recipe.contentType ?? `${seal ? 'text/plain' : 'application/json'}; charset=UTF-8`],
    [direction === 'request' ? 'Request-Time' : 'Response-Time', arrives.time],
    ['Signature', asSignature(signature ?? '')],
  ];
  if (encryptedKey !== null) headers.push(['Encrypt', asEncrypt(encryptedKey)]);
  if (direction === 'response') headers.push(['Tracer-Id', tracerId]);

  return {
    title: recipe.title,
    direction,
    signer,
    plaintext: typeof seal?.plaintext === 'string' ? seal.plaintext : null,
    ...(typeof seal?.plaintext === 'object' && { plaintextHex: seal.plaintext.toString('hex') }),
    symmetricKey: seal?.key.toString('hex') ?? null,
    encryptedKey,
    ...arrives,
    contentToBeSigned: signer && contentToBeSigned,
    signature,
    headers: recipe.headers?.(headers) ?? headers,
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

// Written only now: an openssl that fails on the way leaves the old vectors whole.
for (const file of readdirSync(here)) {
  if (/^(request|response)-.*\.json$/.test(file)) rmSync(join(here, file));
}
for (const [file, text] of files) writeFileSync(join(here, file), text);
writeFileSync(join(here, 'index.ts'), formatIndex(names, 'Vector', './vector.ts'));
console.log(`${names.length} vectors minted with ${openssl('version').toString().trim()}`);
