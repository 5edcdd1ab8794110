/** The public half of a key that may have made a signature. */
import { createPublicKey, type KeyObject } from 'node:crypto';

interface Candidate {
  /** In words, as `the merchant's key, --private-key`. */
  name: string;
  /** SPKI in base64: the same for the same key in another form. */
  spki: string;
}

/** An RSA key. */
export interface RsaCandidate extends Candidate {
  algorithm: 'RSA256';
  n: bigint;
  e: bigint;
  /** Length of the modulus, in bytes. */
  size: number;
}

/** A key on P-224. */
export interface EcCandidate extends Candidate {
  algorithm: 'ECC224';
  key: KeyObject;
}

export type CandidateKey = RsaCandidate | EcCandidate;

/**
 * The public half of a key in any of the usual forms; `undefined` for what is neither RSA nor P-224.
 *
 * @param text - PEM or bare base64 of a private key, a public one, or a certificate
 */
export function candidateKey(name: string, text: string): CandidateKey | undefined {
  const key = readPublicKey(text);
  if (key === undefined) return undefined;
  const spki = key.export({ format: 'der', type: 'spki' }).toString('base64');
  if (key.asymmetricKeyType === 'ec') return { algorithm: 'ECC224', name, spki, key };
  const { n, e } = key.export({ format: 'jwk' });
  if (n === undefined || e === undefined) return undefined;
  const modulus = Buffer.from(n, 'base64url');
  const exponent = toBigInt(Buffer.from(e, 'base64url'));
  return { algorithm: 'RSA256', name, spki, n: toBigInt(modulus), e: exponent, size: modulus.length };
}

function readPublicKey(text: string): KeyObject | undefined {
  const lines = text.replace(/\\+([nr]?)/g, (run, end) => (end ? '\n' : run));
  // `openssl ecparam` writes the curve before the key.
  const plain = (lines.split('-----END EC PARAMETERS-----')[1] ?? lines).trim();
  const der = Buffer.from(plain.replace(/-----[^-]*-----/g, ''), 'base64');
  const forms: (() => KeyObject)[] = [
    () => createPublicKey({ key: der, format: 'der', type: 'spki' }),
    () => createPublicKey({ key: der, format: 'der', type: 'pkcs8' } as never),
    () => createPublicKey({ key: der, format: 'der', type: 'pkcs1' }),
    () => createPublicKey({ key: der, format: 'der', type: 'sec1' } as never),
    () => createPublicKey(plain),
  ];
  for (const form of forms) {
    try {
      const key = form();
      const { namedCurve } = key.asymmetricKeyDetails ?? {};
      if (key.asymmetricKeyType === 'rsa' || namedCurve === 'secp224r1') return key;
    } catch {
      // another form
    }
  }
  return undefined;
}

export function toBigInt(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

/** A JWK's form of a number. */
export function toBase64Url(number: bigint): string {
  const hex = number.toString(16);
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex').toString('base64url');
}
