/**
 * Reads an EC key in any format: returns its checked number or point, or says what a wrong key is. Text and DER are
 * read by key-text.ts, as for RSA keys.
 */
import { bytesToBigInt } from '../crypto/big-integer.ts';
import { p224, SCALAR_BYTES } from '../crypto/p224.ts';
import {
  BIT_STRING,
  type Der,
  derInteger,
  INTEGER,
  OBJECT_IDENTIFIER,
  OCTET_STRING,
  parseDer,
  SEQUENCE,
} from './der.ts';
import { readDerText, unwrapDer } from './key-text.ts';

/** Object identifiers as their bytes, joined by dots. */
const EC_PUBLIC_KEY = '42.134.72.206.61.2.1'; // RFC 5480 §2.1.1
const SECP224R1 = '43.129.4.0.33'; // RFC 5480 §2.1.1.1
const RSA = '42.134.72.134.247.13.1.1.'; // rsaEncryption, RSASSA-PSS and their like
/** SEQUENCE { SEQUENCE { id-ecPublicKey, secp224r1 }, BIT STRING }, up to the point. */
const SPKI_HEAD = [
  ...[SEQUENCE, 0x4e, SEQUENCE, 0x10, OBJECT_IDENTIFIER, 7, ...octetsOf(EC_PUBLIC_KEY)],
  ...[OBJECT_IDENTIFIER, 5, ...octetsOf(SECP224R1), BIT_STRING, 0x3a, 0],
];
const otherCurves: Record<string, string> = {
  '42.134.72.206.61.3.1.7': 'P-256',
  '43.129.4.0.34': 'P-384',
  '43.129.4.0.35': 'P-521',
  '43.129.4.0.10': 'secp256k1',
};

/**
 * The P-224 key of the wanted half in a text.
 *
 * @returns the 28 bytes of a private key, or the uncompressed point of a public key; a string says what the text is
 *   instead
 */
export function readEcKey(text: string, want: 'private' | 'public'): Uint8Array<ArrayBuffer> | string {
  const der = readDerText(text, want);
  if (typeof der === 'string') return der;
  const [first, second] = der.parts;
  if (der.tag === SEQUENCE && first?.tag === INTEGER && second?.tag === OCTET_STRING) {
    return want === 'private' ? readPrivate(der, false) : 'a private key';
  }
  if (der.tag === SEQUENCE && first !== undefined && der.parts.every(({ tag }) => tag === INTEGER)) return 'an RSA key';
  const key = unwrapDer(der, wrongAlgorithm);
  if (typeof key === 'string') return key;
  if (key.half !== want) return `a ${key.half} key`;
  return want === 'private' ? readPrivate(parseDer(key.content), true) : readPoint(key.content);
}

/** Reads an ECPrivateKey (RFC 5915 §3). Inside PKCS#8 it need not name its curve, because PKCS#8 does. */
function readPrivate(der: Der | undefined, curveIsKnown: boolean): Uint8Array<ArrayBuffer> | string {
  const malformed = 'a malformed EC private key';
  const [version, secret, ...optional] = der?.parts ?? [];
  if (der?.tag !== SEQUENCE || derInteger(version) !== 1n || secret?.tag !== OCTET_STRING) return malformed;
  const parameters = optional[0]?.tag === 0xa0 ? optional.shift() : undefined;
  const publicHalf = optional[0]?.tag === 0xa1 ? optional.shift() : undefined;
  if (optional.length > 0) return malformed;

  if (parameters !== undefined) {
    const wrong = parameters.parts.length === 1 ? wrongCurve(parameters.parts[0]) : malformed;
    if (wrong !== undefined) return wrong;
  } else if (!curveIsKnown) {
    return 'an EC private key that does not name its curve';
  }
  const { BASE, Fn } = p224();
  const scalar = bytesToBigInt(secret.content);
  if (secret.content.length !== SCALAR_BYTES || scalar === 0n || scalar >= Fn.ORDER) {
    return 'an EC private key that is out of range';
  }
  if (publicHalf !== undefined) {
    const [bits] = publicHalf.parts;
    if (bits?.tag !== BIT_STRING || bits.content[0] !== 0 || publicHalf.parts.length !== 1) return malformed;
    const point = readPoint(bits.content.subarray(1));
    if (typeof point === 'string') return point;
    if (!BASE.multiply(scalar).equals(p224().fromBytes(point))) {
      return 'an EC private key with the public half of another key';
    }
  }
  return secret.content;
}

/** Reads a point (SEC 1 §2.3.4), compressed or not, and checks that it is on the curve. h = 1, so every point will do. */
function readPoint(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> | string {
  try {
    // Uncompressed: noble reads the point for each signature, and a compressed one takes a square root each time.
    return new Uint8Array(p224().fromBytes(bytes).toBytes(false));
  } catch {
    return 'an EC key with a point that is not on P-224';
  }
}

/**
 * The SPKI of a P-224 key (RFC 5480 §2): what stands before its point is the same for every key.
 *
 * @param point - uncompressed
 */
export function spkiOf(point: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array([...SPKI_HEAD, ...point]);
}

function wrongAlgorithm({ parts: [algorithm, curve, more] }: Der): string | undefined {
  const id = identifier(algorithm);
  if (id?.startsWith(RSA)) return 'an RSA key';
  if (id !== EC_PUBLIC_KEY || more !== undefined) return 'a key that is not id-ecPublicKey';
  return wrongCurve(curve);
}

function wrongCurve(curve: Der | undefined): string | undefined {
  const id = identifier(curve);
  if (id === SECP224R1) return undefined;
  // RFC 5480 §2.1.1: named curves only. With explicit parameters a forger can choose the generator (CVE-2020-0601).
  if (id === undefined) return 'an EC key that does not name its curve';
  return `an EC key on ${otherCurves[id] ?? 'another curve'}`;
}

/** Of an object identifier, its bytes. */
function octetsOf(id: string): number[] {
  return id.split('.').map(Number);
}

function identifier(element: Der | undefined): string | undefined {
  return element?.tag === OBJECT_IDENTIFIER ? element.content.join('.') : undefined;
}
