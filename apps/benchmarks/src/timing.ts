/**
 * Whether the time of RSAES-PKCS1-v1_5 decryption tells what the padding was: Welch's t-test over classes of
 * ciphertexts, as dudect does it (Reparaz, Balasch, Verbauwhede 2017). Writes TIMING.md. Runs for about two minutes.
 */
import { constants, publicEncrypt, randomInt } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { machine, quantile, table, type Welch, welch } from '@alipayhk-pass/harness/report';
import { importPrivateKey } from '@alipayhk-pass/message-security';
import { privateNumbersOf, rsaesPkcs1 } from '@alipayhk-pass/message-security/internals-for-tests';
import { merchant } from './messages.ts';

const limit = 120_000; // milliseconds
const poolSize = 1_000;
const warmUp = 500;
/** Beyond this dudect calls a difference probable; beyond 10, certain. */
const threshold = 4.5;
/** Parts of all samples that are kept, the fastest: what interrupts a process only ever adds time. */
const crops = [1, 0.99, 0.95, 0.9, 0.75, 0.5];
/** The one whose differences are printed. */
const crop = 0.9;

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

const samples: { class: number; time: number }[] = [];
const end = performance.now() + limit;
for (let i = -warmUp; performance.now() < end; i++) {
  const index = randomInt(classes.length);
  const ciphertext = pools[index]?.[randomInt(poolSize)] as Uint8Array<ArrayBuffer>;
  const start = performance.now();
  await rsaesPkcs1.unwrap(ciphertext, numbers, crypto);
  const time = performance.now() - start;
  if (i >= 0) samples.push({ class: index, time });
}

interface Comparison {
  names: [string, string];
  /** At the printed crop. */
  shown: Welch;
  /** Largest |t| over all crops. */
  largest: number;
}

const cropped = new Map(
  crops.map((part) => {
    const slowest = quantile(
      samples.map(({ time }) => time),
      part,
    );
    const kept = samples.filter(({ time }) => time <= slowest);
    return [part, classes.map((_, index) => kept.filter((each) => each.class === index).map(({ time }) => time))];
  }),
);

const comparisons: Comparison[] = [];
for (const [b, [nameOfB]] of classes.entries()) {
  for (const [a, [nameOfA]] of classes.slice(0, b).entries()) {
    const tests = crops.map((part) => {
      const times = cropped.get(part) as number[][];
      return welch(times[b] as number[], times[a] as number[]);
    });
    comparisons.push({
      names: [nameOfB, nameOfA],
      shown: tests[crops.indexOf(crop)] as Welch,
      largest: Math.max(...tests.map(({ t }) => Math.abs(t))),
    });
  }
}

const times = samples.map(({ time }) => time);
const suspicious = comparisons.filter(({ largest }) => largest > threshold);
const smallest = Math.max(...comparisons.map(({ shown }) => threshold * shown.standardError));
const microseconds = (value: number): string => (value * 1000).toFixed(1);

const report = `# Does the time of decryption tell the padding?

\`npx -y pnpm@12.21.0 timing\` wrote this: ${machine()}, Node ${process.versions.node}.

${samples.length} decryptions of an encrypted symmetric key (RSA-2048, \`src/lib/rsaes-pkcs1.ts\` of message-security),
each timed alone; the class of each was drawn at random, from ${poolSize} ciphertexts a class. The median took
${microseconds(quantile(times, 0.5))} µs, nine in ten between ${microseconds(quantile(times, 0.05))} and ${microseconds(quantile(times, 0.95))} µs.

Welch's t for every pair of classes. As dudect does, the slowest samples of all classes together are cropped, because an
interruption only ever adds time: the differences are those of the fastest ${crop * 100} %, the largest |t| is that over the fastest
${crops.map((part) => part * 100).join(', ')} %. dudect calls a difference probable beyond ${threshold} and certain beyond 10; over so many pairs and crops a few
values near 3 are to be expected. "valid" and "valid, again" are drawn alike: their t shows what chance does.

${table([
  ['pair', 'difference, µs', 't', 'largest |t|'],
  ...comparisons.map(({ names, shown, largest }) => [
    names.join(' − '),
    microseconds(shown.difference),
    shown.t.toFixed(2),
    largest.toFixed(2),
  ]),
])}

## Reading

${
  suspicious.length === 0
    ? `No pair is beyond ${threshold}. A difference of ${microseconds(smallest)} µs or more between two classes would have been seen in this run.`
    : `Beyond ${threshold}: ${suspicious.map(({ names }) => names.join(' − ')).join('; ')}.`
}
This is absence of evidence on one machine, in one runtime and with this many samples, seen from within the process. It is
no proof of constant time: BigInt has none, and whoever may take a million times as many samples sees differences a
thousand times smaller.
`;
console.log(report);
writeFileSync(join(import.meta.dirname, '../TIMING.md'), report);
