/**
 * The synthetic message that replaces a message with wrong padding (draft-irtf-cfrg-rsa-guidance-04 §7). It is derived
 * from the private key and the ciphertext, so it is always the same, and nobody else knows it. Its length is that of
 * the draft. Only its last 32 bytes are made, the most that an AES key has.
 */
import { bigIntToBytes, bitLength } from './big-integer.ts';
import { bytesFrom, oncePer } from './offers.ts';
import type { RsaPrivateNumbers } from './rsa-numbers.ts';
import type { WebCrypto, WebCryptoKey } from './web-crypto.ts';

type Bytes = Uint8Array<ArrayBuffer>;
type Subtle = WebCrypto['subtle'];

const hmac = { name: 'HMAC', hash: 'SHA-256' };
/** Length of an HMAC-SHA256, and of the part of a message that is kept, in bytes. */
export const TAIL = 32;

/** The HMAC key SHA-256(d), made once per key. */
const rejectionKeyOf = /* @__PURE__ */ oncePer(async ({ d, size }: RsaPrivateNumbers, subtle) => {
  const hash = await bytesFrom(TAIL, subtle.digest('SHA-256', bigIntToBytes(d, size)));
  return subtle.importKey('raw', hash, hmac, false, ['sign']);
});

/**
 * The synthetic message for a ciphertext as long as the modulus: its length and its last 32 bytes.
 *
 * @throws the error of the Crypto; TypeError for an HMAC of another length
 */
export async function syntheticMessage(
  ciphertext: Bytes,
  key: RsaPrivateNumbers,
  subtle: Subtle,
): Promise<{ length: number; tail: Bytes }> {
  const { size } = key;
  const sign = (hmacKey: WebCryptoKey, data: Bytes) => bytesFrom(TAIL, subtle.sign('HMAC', hmacKey, data));
  const derivationKey = await sign((await rejectionKeyOf(key, subtle)) as WebCryptoKey, ciphertext);
  const prfKey = await subtle.importKey('raw', derivationKey, hmac, false, ['sign']);
  /** The part `index` of `length` bytes for a label: the HMAC over index, label and length in bits (draft §7.2). */
  const prf = (index: number, label: string, length: number): Promise<Bytes> =>
    sign(prfKey, new Uint8Array([0, index, ...new TextEncoder().encode(label), length >> 5, length * 8]));
  const longest = size - 11;
  const mask = 2 ** bitLength(BigInt(longest)) - 1;
  let length = -1;
  // The last of 128 candidates that fits is the length, nearly always among the last 16. How many are tried depends on
  // the key and the ciphertext, not on the padding.
  for (let index = 7; index >= 0 && length < 0; index--) {
    const candidates = new DataView((await prf(index, 'length', 256)).buffer);
    for (let i = 0; i < TAIL; i += 2) {
      const candidate = candidates.getUint16(i) & mask;
      length = select(lessThan(candidate, longest + 1), candidate, length);
    }
  }
  const end = new Uint8Array(2 * TAIL);
  const [index, offset] = [(size >> 5) - 1, size & 31];
  end.set(await prf(index, 'message', size));
  if (offset > 0) end.set(await prf(index + 1, 'message', size), TAIL);
  return { length: Math.max(length, 0), tail: end.slice(offset, offset + TAIL) };
}

/** All ones when `a` is less than `b`, both small and not negative, else 0. */
export const lessThan = (a: number, b: number): number => (a - b) >> 31;
/** `a` where the mask is all ones, `b` where it is 0. */
export const select = (mask: number, a: number, b: number): number => (a & mask) | (b & ~mask);
