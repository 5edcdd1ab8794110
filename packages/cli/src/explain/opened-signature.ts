/**
 * What an RSA signature says by itself. The public operation turns it back into the digest that was signed, but only with
 * the key that belongs to it: so the key is found first, and the text that was signed can be searched for by its digest.
 */
import { type RsaCandidate, toBigInt } from './candidate-key.ts';

/** The digest inside a signature. */
export interface OpenedSignature {
  /** As Node calls it; `raw` for a digest without DigestInfo. */
  hash: string;
  digest: Buffer;
}

/** DigestInfo before the digest (RFC 8017 §9.2, note 1). */
const prefixes: Record<string, string> = {
  sha256: '3031300d060960864801650304020105000420',
  sha1: '3021300906052b0e03021a05000414',
  sha224: '302d300d06096086480165030402040500041c',
  sha384: '3041300d060960864801650304020205000430',
  sha512: '3051300d060960864801650304020305000440',
  md5: '3020300c06082a864886f70d020505000410',
};

/** The digest in a signature; `undefined` when it does not belong to this key. */
export function openSignature(signature: Uint8Array, { n, e, size }: RsaCandidate): OpenedSignature | undefined {
  if (signature.length !== size) return undefined;
  const number = toBigInt(signature);
  if (number >= n) return undefined;
  const hex = power(number, e, n)
    .toString(16)
    .padStart(2 * size, '0');
  const [, info] = /^0001(?:ff)+00((?:..)*)$/.exec(hex) ?? [];
  if (info === undefined) return undefined;
  for (const [hash, prefix] of Object.entries(prefixes)) {
    if (info.startsWith(prefix)) return { hash, digest: Buffer.from(info.slice(prefix.length), 'hex') };
  }
  return { hash: 'raw', digest: Buffer.from(info, 'hex') };
}

/** Of public numbers only: how long it takes is no secret. */
function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus;
    if (bit === '1') result = (result * base) % modulus;
  }
  return result;
}
