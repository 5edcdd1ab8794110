/** checkNumbers of rsa-key.ts: which numbers make an RSA key. */
import { checkPrimeSync, generateKeyPairSync, generatePrimeSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { bitLength, modInverse } from '../../src/crypto/big-integer.ts';
import { type RsaPrivateNumbers, toJwk } from '../../src/crypto/rsa-numbers.ts';
import { checkNumbers, readJwk, readKeyText } from '../../src/keys/rsa-key.ts';
import { spellings, wrongPairs } from '../fixture.ts';

const names = ['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi'] as const;
const numbers = readKeyText(spellings.pkcs8, 'private') as bigint[];
const [n, e, d, p, q, dp, dq, qi] = numbers as [bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint];

/** The key's numbers, some of them changed. */
const withNumbers = (changes: Partial<Record<(typeof names)[number], bigint>>): bigint[] =>
  names.map((name, at) => changes[name] ?? (numbers[at] as bigint));

test.each<[string, bigint[], string]>([
  ['a public key where a private one is needed', [n, e], 'a public key'],
  ['a modulus of 1024 bits', withNumbers({ n: 1n << 1023n }), 'an RSA key of 1024 bits'],
  ['a modulus of 2047 bits', withNumbers({ n: (1n << 2047n) - 1n }), 'an RSA key of 2047 bits'],
  ['an even modulus', withNumbers({ n: n - 1n }), 'an RSA key with an even modulus'],
  ['a modulus of 8193 bits', withNumbers({ n: (1n << 8192n) + 1n }), 'an RSA key of more than 8192 bits'],
  ['exponent 1', withNumbers({ e: 1n }), 'an RSA key with a public exponent other than 65537 and 3'],
  ['exponent 17', withNumbers({ e: 17n }), 'an RSA key with a public exponent other than 65537 and 3'],
  ['exponent 65536', withNumbers({ e: 65536n }), 'an RSA key with a public exponent other than 65537 and 3'],
  ['exponent 0', withNumbers({ e: 0n }), 'an RSA key with a public exponent other than 65537 and 3'],
  ['the exponent of another key', withNumbers({ e: 3n }), 'an RSA private key with inconsistent numbers'],
  ['the modulus of another key', withNumbers({ n: n + 2n }), 'an RSA private key with inconsistent numbers'],
  ['p and q swapped alone', withNumbers({ p: q, q: p }), 'an RSA private key with inconsistent numbers'],
  ['p of 1 and q of n', withNumbers({ p: 1n, q: n }), 'an RSA private key with inconsistent numbers'],
  ['p of n and q of 1', withNumbers({ p: n, q: 1n }), 'an RSA private key with inconsistent numbers'],
  [
    'p of n and q of 1, and a dp that fits',
    withNumbers({ p: n, q: 1n, dp: d % (n - 1n) }),
    'an RSA private key with inconsistent numbers',
  ],
  ['p of 0', withNumbers({ p: 0n }), 'an RSA private key with inconsistent numbers'],
  ['dp and dq swapped', withNumbers({ dp: dq, dq: dp }), 'an RSA private key with inconsistent numbers'],
  [
    'd plus a multiple, above the modulus',
    withNumbers({ d: d + (p - 1n) * (q - 1n) * 2n }),
    'an RSA private key with inconsistent numbers',
  ],
  ['qi plus p', withNumbers({ qi: qi + p }), 'an RSA private key with inconsistent numbers'],
  ['dp plus p - 1', withNumbers({ dp: dp + p - 1n }), 'an RSA private key with inconsistent numbers'],
  ['dq plus q - 1', withNumbers({ dq: dq + q - 1n }), 'an RSA private key with inconsistent numbers'],
  [
    'd and dp that agree with each other and not with the exponent',
    withNumbers({ d: d - (q - 1n), dp: (d - (q - 1n)) % (p - 1n) }),
    'an RSA private key with inconsistent numbers',
  ],
  [
    'd and dq that agree with each other and not with the exponent',
    withNumbers({ d: d - (p - 1n), dq: (d - (p - 1n)) % (q - 1n) }),
    'an RSA private key with inconsistent numbers',
  ],
  ...names
    .slice(2)
    .flatMap((name, at): [string, bigint[], string][] =>
      [-1n, 1n].map((by) => [
        `${name} off by ${by}`,
        withNumbers({ [name]: (numbers[at + 2] as bigint) + by }),
        'an RSA private key with inconsistent numbers',
      ]),
    ),
])('checkNumbers refuses a private key with %s', (_, wrong, words) => {
  expect(checkNumbers(wrong, 'private')).toBe(words);
});

test.each<[string, bigint[], string]>([
  ['a private key where a public one is needed', numbers, 'a private key'],
  ['1024 bits', [1n << 1023n, e], 'an RSA key of 1024 bits'],
  ['2047 bits', [(1n << 2047n) - 1n, e], 'an RSA key of 2047 bits'],
  ['an even modulus', [n - 1n, e], 'an RSA key with an even modulus'],
  ['exponent 17', [n, 17n], 'an RSA key with a public exponent other than 65537 and 3'],
])('checkNumbers refuses a public key with %s', (_, wrong, words) => {
  expect(checkNumbers(wrong, 'public')).toBe(words);
});

test('checkNumbers refuses keys of OpenSSL with exponent 17 or 1024 bits, private and public', () => {
  for (const [pair, words] of [
    [wrongPairs.exponent17(), 'an RSA key with a public exponent other than 65537 and 3'],
    [wrongPairs.rsa1024(), 'an RSA key of 1024 bits'],
  ] as const) {
    expect(checkNumbers(readKeyText(pair.privateKey, 'private') as bigint[], 'private')).toBe(words);
    expect(checkNumbers(readKeyText(pair.publicKey, 'public') as bigint[], 'public')).toBe(words);
  }
});

test('checkNumbers returns named numbers and the size of the modulus in bytes', () => {
  expect(checkNumbers(numbers, 'private')).toEqual({ n, e, size: 256, d, p, q, dp, dq, qi });
  expect(checkNumbers([n, e], 'public')).toEqual({ n, e, size: 256 });
});

test.each([2048, 2049, 2056, 3072, 8192])('checkNumbers accepts a public key of %i bits', (bits) => {
  const modulus = (1n << BigInt(bits - 1)) + 1n;
  expect(checkNumbers([modulus, 65537n], 'public')).toMatchObject({ size: Math.ceil(bits / 8) });
  expect(checkNumbers([modulus, 3n], 'public')).toMatchObject({ e: 3n });
});

test('checkNumbers accepts keys of OpenSSL with exponent 3 or 3072 bits', () => {
  for (const options of [{ modulusLength: 2048, publicExponent: 3 }, { modulusLength: 3072 }]) {
    const { privateKey } = generateKeyPairSync('rsa', options);
    const own = privateKey.export({ format: 'jwk' }) as JsonWebKey;
    const checked = checkNumbers(readJwk(own) as bigint[], 'private') as RsaPrivateNumbers;
    expect(checked.size).toBe(options.modulusLength / 8);
    expect(toJwk(checked)).toEqual(own);
  }
});

// ------------------------------------------------------------------------------------------------------ the primes

/** A private key of these factors, prime or not: all its numbers agree. Nothing where the exponent has no inverse. */
function keyOf(first: bigint, second: bigint, exponent = 65537n): bigint[] | undefined {
  const inverse = modInverse(exponent, (first - 1n) * (second - 1n));
  const coefficient = modInverse(second, first);
  if (inverse === undefined || coefficient === undefined || bitLength(first * second) !== 2048) return undefined;
  return [
    first * second,
    exponent,
    inverse,
    first,
    second,
    inverse % (first - 1n),
    inverse % (second - 1n),
    coefficient,
  ];
}

const prime = (bits: number): bigint => generatePrimeSync(bits, { bigint: true });
const composite = (bits: number): bigint => {
  const product = prime(bits / 2) * prime(bits / 2);
  return bitLength(product) === bits ? product : composite(bits);
};
const keyFrom = (first: () => bigint, second: () => bigint): bigint[] =>
  keyOf(first(), second()) ?? keyFrom(first, second);
const notPrimes = 'an RSA private key without two primes of similar size';

test.each<[string, () => bigint, () => bigint]>([
  ['a composite p', () => composite(1024), () => prime(1024)],
  ['a composite q', () => prime(1024), () => composite(1024)],
  ['a composite p and q', () => composite(1024), () => composite(1024)],
  ['a p that is a square', () => prime(512) ** 2n, () => prime(1024)],
  ['a p with a factor 3', () => 3n * prime(1022), () => prime(1024)],
  ['a q of 64 bits', () => prime(1984), () => prime(64)],
  ['a p of 64 bits', () => prime(64), () => prime(1984)],
  ['a p of 2 bits', () => 3n, () => prime(2046)],
  ['a q 520 bits shorter than p', () => prime(1284), () => prime(764)],
  ['a q 12 bits longer than p', () => prime(1018), () => prime(1030)],
  ['a q 256 bits longer than p', () => prime(896), () => prime(1152)],
])('checkNumbers refuses a private key with %s, though its numbers agree', (_, first, second) => {
  expect(checkNumbers(keyFrom(first, second), 'private')).toBe(notPrimes);
});

test.each<[string, () => bigint, () => bigint]>([
  ['primes of 1024 bits, whichever is larger', () => prime(1024), () => prime(1024)],
  ['a q 4 bits longer than p', () => prime(1022), () => prime(1026)],
  ["primes as of Python's rsa, 128 bits apart", () => prime(1088), () => prime(960)],
  ['primes 500 bits apart', () => prime(1274), () => prime(774)],
])('checkNumbers accepts a private key with %s', (_, first, second) => {
  for (let i = 0; i < 3; i++) {
    const numbers = keyFrom(first, second);
    expect(checkPrimeSync(numbers[3] as bigint) && checkPrimeSync(numbers[4] as bigint)).toBe(true);
    expect(checkNumbers(numbers, 'private')).toMatchObject({ p: numbers[3], q: numbers[4] });
  }
});

test.each([2048, 3072, 4096])('checkNumbers accepts three keys of OpenSSL of %i bits', (modulusLength) => {
  for (let i = 0; i < 3; i++) {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength });
    const own = privateKey.export({ format: 'jwk' }) as JsonWebKey;
    expect(checkNumbers(readJwk(own) as bigint[], 'private')).toMatchObject({ size: modulusLength / 8 });
  }
});
