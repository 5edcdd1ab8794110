/**
 * Whether the time of RSAES-PKCS1-v1_5 decryption depends on the padding, by BigInt and by nodeCrypto. Writes TIMING.md.
 * Runs for about four minutes.
 */
import { constants, publicEncrypt, randomInt } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { showProgress } from '@alipayhk-pass/harness/progress';
import { machine } from '@alipayhk-pass/harness/report';
import { importPrivateKey } from '@alipayhk-pass/message-security';
import { privateNumbersOf, rsaesPkcs1 } from '@alipayhk-pass/message-security/internals-for-tests';
import { nodeCrypto } from '@alipayhk-pass/node-crypto';
import { merchant } from './messages.ts';
import { crop, crops, formatSection, type Timed, threshold } from './welch-report.ts';

/** How long each Crypto is timed, in milliseconds. */
const limit = 120_000;
const poolSize = 1_000;
const warmUp = 500;

/** What was encrypted: 00 02, padding without zeros, 00, a key. Each class but the first two spoils one thing. */
const classes: [name: string, encode: () => Uint8Array][] = [
  ['valid', () => encode(32)],
  ['valid, again', () => encode(32)],
  ['key of 20 bytes', () => encode(20)],
  ['wrong first byte', () => encode(32).fill(randomInt(1, 0x80), 0, 1)],
  ['wrong second byte', () => encode(32).fill(randomInt(3, 0x100), 1, 2)],
  ['padding of 7 bytes', () => encode(256 - 2 - 7 - 1)],
  ['no separator', () => encode(-1)],
];

function encode(keyLength: number): Uint8Array {
  const encoded = Uint8Array.from({ length: 256 }, () => randomInt(1, 0x100));
  encoded.set([0, 2]);
  if (keyLength >= 0) encoded[255 - keyLength] = 0;
  return encoded;
}

// All made before the first is timed, and by OpenSSL, so that making them leaves no trace in what is timed.
const rawKey = { key: merchant.publicKey, padding: constants.RSA_NO_PADDING };
const pools = classes.map(([, encode]) =>
  Array.from({ length: poolSize }, () => new Uint8Array(publicEncrypt(rawKey, encode()))),
);

const numbers = privateNumbersOf(await importPrivateKey(merchant.privateKey));
if (numbers === undefined) throw new Error('expected a key with its numbers');

/** Each alone, its class drawn at random. */
async function timeWith(title: string, crypto: Crypto, key: NonNullable<typeof numbers>): Promise<Timed[]> {
  const samples: Timed[] = [];
  const progress = showProgress(title, limit / 1000, 'seconds');
  const end = performance.now() + limit;
  for (let i = -warmUp; performance.now() < end; i++) {
    const index = randomInt(classes.length);
    const ciphertext = pools[index]?.[randomInt(poolSize)] as Uint8Array<ArrayBuffer>;
    const start = performance.now();
    await rsaesPkcs1.unwrap(ciphertext, key, crypto);
    const time = performance.now() - start;
    if (i >= 0) samples.push({ class: index, time });
    if (i % 1000 === 0) progress.update(Math.floor((limit - end + performance.now()) / 1000));
  }
  progress.end();
  return samples;
}

const names = classes.map(([name]) => name);
const ways = { 'By BigInt': globalThis.crypto, 'By nodeCrypto': nodeCrypto };
const sections: string[] = [];
for (const [title, crypto] of Object.entries(ways)) {
  sections.push(formatSection(title, names, await timeWith(title, crypto, numbers)));
}

const report = `# Does decryption time depend on the padding?

\`npx -y pnpm@12.21.0 timing\` wrote this: ${machine()}, Node ${process.versions.node}.

Decryptions of an encrypted symmetric key (RSA-2048, \`src/crypto/rsaes-pkcs1.ts\` of message-security), each timed alone;
the class of each was drawn at random, from ${poolSize} ciphertexts a class. The private operation is the core's own, in BigInt,
or OpenSSL's by \`nodeCrypto\` of @alipayhk-pass/node-crypto; what is done with its result is the same.

Welch's t for every pair of classes. As dudect does, the slowest samples of all classes together are cropped, because an
interruption only ever adds time: the differences are those of the fastest ${crop * 100} %, the largest |t| is that over the fastest
${crops.map((part) => part * 100).join(', ')} %. dudect calls a difference probable beyond ${threshold} and certain beyond 10; over so many pairs and crops a few
values near 3 are to be expected. "valid" and "valid, again" are drawn alike: their t shows what chance does.

${sections.join('\n\n')}

## Reading

This is absence of evidence on one machine, in one runtime and with this many samples, seen from within the process. It is
no proof of constant time: BigInt has none, and whoever may take a million times as many samples sees differences a
thousand times smaller. OpenSSL's RSA is made to take constant time, and blinded.
`;
console.log(report);
writeFileSync(join(import.meta.dirname, '../TIMING.md'), report);
