/**
 * Reads an RSA key in any format: returns its checked numbers, the same in every runtime (der.ts says why), or says
 * what a wrong key is. Wrong or swapped keys are the most frequent cause of "the signature does not verify".
 */
import { decodeBase64 } from '../crypto/base64.ts';
import { bitLength, bytesToBigInt, isProbablePrime } from '../crypto/big-integer.ts';
import { numberNames as names, type RsaPrivateNumbers, type RsaPublicNumbers } from '../crypto/rsa-numbers.ts';
import type { RsaJwk } from '../crypto/web-crypto.ts';
import { type Der, derInteger, INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, parseDer, SEQUENCE } from './der.ts';
import { readDerText, unwrapDer } from './key-text.ts';

/** The numbers of the RSA key of the wanted half in a text, in the order of PKCS#1; a string says what it is instead. */
export function readKeyText(text: string, want: 'private' | 'public'): bigint[] | string {
  const der = readDerText(text, want);
  if (typeof der === 'string') return der;
  const { tag, parts } = der;
  if (tag === SEQUENCE && parts.length > 1) {
    if (parts.every((part) => part.tag === INTEGER)) return readIntegers(parts); // PKCS#1
    if (parts[0]?.tag === INTEGER && parts[1]?.tag === OCTET_STRING) return 'an EC key'; // SEC1
  }
  const key = unwrapDer(der, wrongAlgorithm);
  return typeof key === 'string' ? key : readInner(key.content);
}

function readInner(content: Uint8Array<ArrayBuffer>): bigint[] | string {
  const inner = parseDer(content);
  return inner?.tag === SEQUENCE ? readIntegers(inner.parts) : 'a malformed RSA key';
}

function readIntegers(parts: Der[]): bigint[] | string {
  const integers = parts.map(derInteger);
  if (integers.includes(undefined)) return 'a malformed RSA key';
  if (integers.length === 2) return integers as bigint[];
  // RFC 8017 appendix A.1.2: a leading 0 says that there are two primes.
  return integers.length === 9 && integers[0] === 0n ? (integers.slice(1) as bigint[]) : 'a malformed RSA key';
}

function wrongAlgorithm({ parts: [oid, parameters, more] }: Der): string | undefined {
  const id = oid?.tag === OBJECT_IDENTIFIER ? oid.content.join('.') : '';
  if (id === '42.134.72.206.61.2.1') return 'an EC key';
  const isNull = parameters?.tag === 0x05 && parameters.content.length === 0 && more === undefined;
  return id === '42.134.72.134.247.13.1.1.1' && isNull ? undefined : 'a key that is not rsaEncryption';
}

/** The numbers of an RSA JWK (RFC 7518 §6.3), in the order of PKCS#1; a string says what it is instead. */
export function readJwk(jwk: RsaJwk): bigint[] | string {
  if (jwk.kty !== 'RSA') return jwk.kty === 'EC' ? 'an EC key' : 'an object that is not an RSA JWK';
  const numbers: bigint[] = [];
  for (const name of jwk.d === undefined ? names.slice(0, 2) : names) {
    const value = jwk[name];
    const bytes = typeof value === 'string' && value.length < 4096 ? decodeBase64(value) : undefined;
    if (bytes === undefined || bytes.length === 0) return `a JWK without a valid ${name}`;
    numbers.push(bytesToBigInt(bytes));
  }
  return numbers;
}

/**
 * Says what is wrong with the length of a modulus or with an exponent. Only the exponents 3 and 65537 are accepted:
 * workerd refuses every other one.
 *
 * @param bits - length of the modulus
 * @returns `undefined` if nothing is wrong
 * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a18 A18}
 */
export function wrongSize(bits: number, e: bigint): string | undefined {
  if (bits < 2048) return `an RSA key of ${bits} bits`;
  if (bits > 8192) return 'an RSA key of more than 8192 bits';
  return e === 3n || e === 65537n ? undefined : 'an RSA key with a public exponent other than 65537 and 3';
}

/**
 * Checks the numbers of a key.
 *
 * @param numbers - in the order of PKCS#1
 * @returns the numbers by name, or a string that says what is wrong
 */
export function checkNumbers(
  numbers: bigint[],
  want: 'private' | 'public',
): RsaPrivateNumbers | RsaPublicNumbers | string {
  const isPrivate = numbers.length === names.length;
  if (isPrivate !== (want === 'private')) return isPrivate ? 'a private key' : 'a public key';
  const [n, e, d, p, q, dp, dq, qi] = numbers as [bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint];
  const bits = bitLength(n);
  const wrong = wrongSize(bits, e);
  if (wrong !== undefined) return wrong;
  if (n % 2n === 0n) return 'an RSA key with an even modulus';
  const size = Math.ceil(bits / 8);
  if (!isPrivate) return { n, e, size };
  // Both are less than n, so neither is 1.
  const consistent =
    p < n &&
    q < n &&
    p * q === n &&
    d < n &&
    dp === d % (p - 1n) &&
    dq === d % (q - 1n) &&
    (qi * q) % p === 1n &&
    qi < p &&
    (e * dp) % (p - 1n) === 1n &&
    (e * dq) % (q - 1n) === 1n;
  if (!consistent) return 'an RSA private key with inconsistent numbers';
  // A much shorter prime is easy to find, and with a q far above p signing does not end in Deno.
  const similar = p >> 512n <= q && q >> 8n <= p;
  // No runtime checks this. With a composite factor Deno panics, workerd fails at each signature, and Node's signatures
  // do not verify. The second base is the key's own d: workerd has no random numbers before the first request.
  const isPrime = (factor: bigint): boolean => isProbablePrime(factor, 2n) && isProbablePrime(factor, d);
  if (!similar || !isPrime(p) || !isPrime(q)) return 'an RSA private key without two primes of similar size';
  return { n, e, size, d, p, q, dp, dq, qi };
}
