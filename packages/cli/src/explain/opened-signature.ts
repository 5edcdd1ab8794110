/**
 * What an RSA signature says by itself. The public operation turns it back into the digest that was signed, but only with
 * the key that belongs to it: so the key is found first, and the text that was signed can be searched for by its digest.
 */
import { createPublicKey, type KeyObject } from 'node:crypto';

/** An RSA key that a signature may belong to. */
export interface CandidateKey {
  /** In words, as `your own key (--private-key)`. */
  name: string;
  n: bigint;
  e: bigint;
  /** Length of the modulus, in bytes. */
  size: number;
}

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

/**
 * The public half of a key in any of the usual forms.
 *
 * @param text - PEM or bare base64 of a private key, a public one, or a certificate; the core has checked it already
 */
export function candidateKey(name: string, text: string): CandidateKey | undefined {
  const { n, e } = readPublicKey(text)?.export({ format: 'jwk' }) ?? {};
  if (n === undefined || e === undefined) return undefined;
  const modulus = Buffer.from(n, 'base64url');
  return { name, n: toBigInt(modulus), e: toBigInt(Buffer.from(e, 'base64url')), size: modulus.length };
}

function readPublicKey(text: string): KeyObject | undefined {
  const plain = text.replace(/\\+([nr]?)/g, (run, end) => (end ? '\n' : run)).trim();
  const der = Buffer.from(plain.replace(/-----[^-]*-----/g, ''), 'base64');
  const forms: (() => KeyObject)[] = [
    () => createPublicKey({ key: der, format: 'der', type: 'spki' }),
    () => createPublicKey({ key: der, format: 'der', type: 'pkcs8' } as never),
    () => createPublicKey({ key: der, format: 'der', type: 'pkcs1' }),
    () => createPublicKey(plain),
  ];
  for (const form of forms) {
    try {
      const key = form();
      if (key.asymmetricKeyType === 'rsa') return key;
    } catch {
      // another form
    }
  }
  return undefined;
}

/** The digest in a signature; `undefined` when it does not belong to this key. */
export function openSignature(signature: Uint8Array, { n, e, size }: CandidateKey): OpenedSignature | undefined {
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

function toBigInt(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

/** Of public numbers only, so its time may tell what it likes. */
function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus;
    if (bit === '1') result = (result * base) % modulus;
  }
  return result;
}
