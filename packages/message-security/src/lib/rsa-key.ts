/**
 * From a key in any spelling to its numbers, checked: the same answer in every runtime (lib/der.ts says why), and words
 * for what a wrong key is. Wrong or swapped keys are the first cause of "the signature does not verify".
 */
import { decodeBase64, encodeBase64Url } from './base64.ts';
import {
  BIT_STRING,
  bigIntToBytes,
  bitLength,
  bytesToBigInt,
  type Der,
  derInteger,
  INTEGER,
  OBJECT_IDENTIFIER,
  OCTET_STRING,
  parseDer,
  SEQUENCE,
} from './der.ts';

/** A public key: modulus, exponent, and the modulus' length in bytes. */
export interface RsaPublicNumbers {
  n: bigint;
  e: bigint;
  size: number;
}

/** A private key with its CRT values (RFC 8017 §3.2). */
export interface RsaPrivateNumbers extends RsaPublicNumbers {
  d: bigint;
  p: bigint;
  q: bigint;
  dp: bigint;
  dq: bigint;
  qi: bigint;
}

/** Order of the INTEGERs in PKCS#1, which is also the order of use here (RFC 8017 appendix A.1). */
const names = ['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi'] as const;

/** Numbers of a key given as PEM or bare base64; a string says what the text is instead of an RSA key. */
export function readKeyText(text: string): bigint[] | string {
  // Environment variables carry line ends as \n, or doubly escaped as \\n.
  const plain = text.replace(/\\+r/g, '').replace(/\\+n/g, '\n').trim();
  const [, label, inside] = /^-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \1-----$/.exec(plain) ?? [];
  if (label === undefined && plain.includes('-----')) return 'PEM that is cut short or holds more than one block';
  if (label?.includes('OPENSSH')) return 'a key in OpenSSH format';
  if (inside?.includes('ENCRYPTED')) return 'an encrypted private key';
  const bytes = decodeBase64(inside ?? plain);
  if (bytes === undefined || bytes.length === 0) return 'text that is neither PEM nor whole base64';
  const der = parseDer(bytes);
  return der === undefined ? 'base64 that is cut short or is not DER' : readDer(der);
}

function readDer({ tag, parts }: Der): bigint[] | string {
  const [first, second, third] = parts;
  if (tag !== SEQUENCE || first === undefined || second === undefined) return 'DER that holds no key';
  if (parts.every((part) => part.tag === INTEGER)) return readIntegers(parts);
  if (first.tag === INTEGER && second.tag === OCTET_STRING) return 'an EC key';
  if (first.tag === INTEGER && second.tag === SEQUENCE && third?.tag === OCTET_STRING) {
    const extra = parts.slice(3).some((part) => part.tag !== 0xa0); // attributes may follow (RFC 5208 §5)
    return (
      wrongAlgorithm(second) ?? (derInteger(first) !== 0n || extra ? 'malformed PKCS#8' : readInner(third.content))
    );
  }
  if (first.tag === SEQUENCE && second.tag === OCTET_STRING) return 'an encrypted private key';
  if (first.tag === SEQUENCE && second.tag === BIT_STRING && parts.length === 2) {
    return (
      wrongAlgorithm(first) ?? (second.content[0] !== 0 ? 'malformed SPKI' : readInner(second.content.subarray(1)))
    );
  }
  if (first.tag === SEQUENCE && second.tag === SEQUENCE && third?.tag === BIT_STRING) {
    if (first.parts.length < 6) return 'a certificate request';
    const spki = first.parts[first.parts[0]?.tag === 0xa0 ? 6 : 5]; // RFC 5280 §4.1: after the optional version
    return spki === undefined ? 'a malformed certificate' : readDer(spki);
  }
  return 'DER that holds no key';
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

function wrongAlgorithm({ parts: [oid, parameters] }: Der): string | undefined {
  const id = oid?.tag === OBJECT_IDENTIFIER ? oid.content.join('.') : '';
  if (id.startsWith('42.134.72.206.61.2.1')) return 'an EC key';
  return id === '42.134.72.134.247.13.1.1.1' && parameters?.tag === 0x05 && parameters.content.length === 0
    ? undefined
    : 'a key that is not rsaEncryption';
}

/** Numbers of an RSA JWK (RFC 7518 §6.3); a string says what it is instead. */
export function readJwk(jwk: JsonWebKey): bigint[] | string {
  if (jwk.kty !== 'RSA') return jwk.kty === 'EC' ? 'an EC key' : 'a JWK that is no RSA key';
  const numbers: bigint[] = [];
  for (const name of jwk.d === undefined ? names.slice(0, 2) : names) {
    const bytes = decodeBase64(jwk[name] ?? '');
    if (bytes === undefined || bytes.length === 0) return `a JWK without a valid ${name}`;
    numbers.push(bytesToBigInt(bytes));
  }
  return numbers;
}

/** Numbers as the JWK that Web Crypto imports: the one canonical form, understood alike everywhere. */
export function toJwk(numbers: RsaPublicNumbers | RsaPrivateNumbers): JsonWebKey {
  const jwk: JsonWebKey = { kty: 'RSA' };
  for (const name of 'd' in numbers ? names : names.slice(0, 2)) {
    const value = (numbers as RsaPrivateNumbers)[name];
    jwk[name] = encodeBase64Url(bigIntToBytes(value, Math.ceil(bitLength(value) / 8)));
  }
  return jwk;
}

/**
 * Checks the numbers and names them; a string says which check failed.
 * Exponents are 3 and 65537 only, as in workerd: another one would work here and fail there.
 */
export function checkNumbers(
  numbers: bigint[],
  want: 'private' | 'public',
): RsaPrivateNumbers | RsaPublicNumbers | string {
  const isPrivate = numbers.length === names.length;
  if (isPrivate !== (want === 'private')) return isPrivate ? 'a private key' : 'a public key';
  const [n, e, d, p, q, dp, dq, qi] = numbers as [bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint];
  const bits = bitLength(n);
  if (bits < 2048) return `an RSA key of ${bits} bits`;
  if (bits > 8192 || n % 2n === 0n) return 'an RSA key with a malformed modulus';
  if (e !== 3n && e !== 65537n) return 'an RSA key whose public exponent is neither 65537 nor 3';
  const size = Math.ceil(bits / 8);
  if (!isPrivate) return { n, e, size };
  const consistent =
    p > 1n &&
    q > 1n &&
    p * q === n &&
    d < n &&
    dp === d % (p - 1n) &&
    dq === d % (q - 1n) &&
    (qi * q) % p === 1n &&
    qi < p &&
    (e * dp) % (p - 1n) === 1n &&
    (e * dq) % (q - 1n) === 1n;
  return consistent ? { n, e, size, d, p, q, dp, dq, qi } : 'an RSA private key whose numbers contradict each other';
}
