/**
 * AES-ECB of many blocks in one call of AES-OCB, which Node 24.7 and newer and Deno have in Web Crypto. OCB encrypts
 * block i as C_i = Offset_i xor E(P_i xor Offset_i) (RFC 7253 §4.2). The offsets follow from E(0) and E(nonce), so P_i
 * = X_i xor Offset_i gives E(X_i) xor Offset_i. The tag is dropped, and no OCB ciphertext leaves this file, so the
 * nonce may always be the same.
 */
import { bigIntToBytes, bytesToBigInt } from './big-integer.ts';
import { bytesFrom, offersAes } from './offers.ts';
import type { WebCrypto } from './web-crypto.ts';

type Bytes = Uint8Array<ArrayBuffer>;

// The runtimes' types do not have the format "raw-secret" yet.
const hasOcb = /* @__PURE__ */ offersAes('raw-secret', 'AES-OCB');

/**
 * Encrypts each block by itself.
 *
 * @param key - 16, 24 or 32 bytes
 * @param blocks - one or more blocks of 16 bytes
 * @param encryptEach - encrypts blocks without AES-OCB
 * @returns `undefined` if there is no AES-OCB, or if its last block differs from that of `encryptEach`
 * @throws the error of the Crypto; TypeError for a ciphertext of another length
 */
export async function ecbFromOcb(
  key: Bytes,
  blocks: Bytes,
  encryptEach: (blocks: Bytes) => Promise<Bytes>,
  subtle: WebCrypto['subtle'],
): Promise<Bytes | undefined> {
  if (!(await hasOcb(subtle, subtle))) return undefined;
  const ocbKey = await subtle.importKey('raw-secret' as 'raw', key, 'AES-OCB', false, ['encrypt']);
  // A nonce of fifteen zeros and a tag of 128 bits make 01 00 … 00 of `Nonce`, and with its last six bits 0 no shift of
  // `Stretch`: Offset_0 is E(Nonce).
  const known = new Uint8Array(48);
  known[16] = 1;
  known.set(blocks.subarray(-16), 32);
  const encrypted = await encryptEach(known);
  const { length } = blocks;
  const offsets = offsetsOf(encrypted, length);
  const masked = blocks.slice();
  xorInto(new Uint32Array(masked.buffer), offsets);
  const algorithm = { name: 'AES-OCB', iv: new Uint8Array(15), tagLength: 128 };
  const withTag = await bytesFrom(length + 16, subtle.encrypt(algorithm, ocbKey, masked));
  xorInto(new Uint32Array(withTag.buffer, 0, length / 4), offsets);
  const result = withTag.subarray(0, length);
  return encrypted.subarray(32).every((byte, i) => byte === result[length - 16 + i]) ? result : undefined;
}

/** Offset_1, Offset_2 … side by side, from E(0) and Offset_0 (RFC 7253 §4.2). */
function offsetsOf(encrypted: Bytes, length: number): Uint32Array {
  let double = bytesToBigInt(encrypted.subarray(0, 16)); // L_*, then L_$, L_0, L_1 …: each the double of the one before (§4.1)
  const nextMask = (): Uint32Array => {
    double = ((double << 1n) & ((1n << 128n) - 1n)) ^ ((double >> 127n) * 0x87n);
    return new Uint32Array(bigIntToBytes(double, 16).buffer);
  };
  nextMask();
  const masks = Array.from({ length: 32 - Math.clz32(length / 16) }, nextMask);
  const offsets = new Uint32Array(4 + length / 4);
  offsets.set(new Uint32Array(encrypted.buffer, 16, 4));
  for (let at = 4, i = 1; at < offsets.length; at += 4, i++) {
    const mask = masks[31 - Math.clz32(i & -i)] as Uint32Array; // number of trailing zero bits of i
    for (let word = 0; word < 4; word++) {
      offsets[at + word] = (offsets[at + word - 4] as number) ^ (mask[word] as number);
    }
  }
  return offsets.subarray(4);
}

/** XORs a mask into the target, four bytes at a time; the byte order of the machine does not matter. */
export function xorInto(target: Uint32Array, mask: Uint32Array): void {
  for (let i = 0; i < target.length; i++) target[i] = (target[i] as number) ^ (mask[i] as number);
}
