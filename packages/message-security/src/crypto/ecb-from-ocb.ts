/**
 * AES-ECB of many blocks in one call of AES-OCB, which Node 24.7 and newer and Deno have in Web Crypto. OCB encrypts
 * block i as C_i = Offset_i xor E(P_i xor Offset_i) (RFC 7253 §4.2). The offsets follow from E(0) and E(nonce), so P_i
 * = X_i xor Offset_i gives E(X_i) xor Offset_i. The tag is dropped, and no OCB ciphertext leaves this file, so the
 * nonce may always be the same.
 */
import { bigIntToBytes, bytesToBigInt } from './big-integer.ts';
import { bytesFrom, offeredAes } from './offers.ts';
import type { WebCrypto } from './web-crypto.ts';

type Bytes = Uint8Array<ArrayBuffer>;

// The runtimes' types do not have the format "raw-secret" yet.
const hasOcb = /* @__PURE__ */ offeredAes('raw-secret', 'AES-OCB');

/**
 * Encrypts each block by itself.
 *
 * @param key - 16, 24 or 32 bytes
 * @param blocks - one or more blocks of 16 bytes; they are changed unless the result is `undefined`
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
  const { length } = blocks;
  // A nonce of fifteen zeros and a tag of 128 bits make 01 00 … 00 of `Nonce`, and with its last six bits 0 no shift of
  // `Stretch`: Offset_0 is E(Nonce).
  const known = new Uint8Array(48);
  known[16] = 1;
  known.set(blocks.subarray(-16), 32);
  const encrypted = await encryptEach(known);
  let double = bytesToBigInt(encrypted.subarray(0, 16)); // L_* (§4.1)
  // L_$, L_0, L_1 …: each the double of the one before.
  const masks = Array.from({ length: 33 - Math.clz32(length / 16) }, () => {
    double = ((double << 1n) & ((1n << 128n) - 1n)) ^ ((double >> 127n) * 0x87n);
    return new Uint32Array(bigIntToBytes(double, 16).buffer);
  });
  /** XORs each block with its offset: Offset_i is the one before xor L_j, where i ends in j zeros in binary. */
  const mask = (bytes: Bytes): Bytes => {
    const words = new Uint32Array(bytes.buffer, 0, length / 4);
    let [a, b, c, d] = new Uint32Array(encrypted.buffer, 16) as Iterable<number> as [number, number, number, number];
    for (let at = 0, i = 1; at < words.length; at += 4, i++) {
      const l = masks[32 - Math.clz32(i & -i)] as Uint32Array;
      // One variable for each four bytes: arrays in place of them take four times as long.
      a ^= l[0] as number;
      b ^= l[1] as number;
      c ^= l[2] as number;
      d ^= l[3] as number;
      words[at] = (words[at] as number) ^ a;
      words[at + 1] = (words[at + 1] as number) ^ b;
      words[at + 2] = (words[at + 2] as number) ^ c;
      words[at + 3] = (words[at + 3] as number) ^ d;
    }
    return bytes;
  };
  const algorithm = { name: 'AES-OCB', iv: new Uint8Array(15), tagLength: 128 };
  const withTag = await bytesFrom(length + 16, subtle.encrypt(algorithm, ocbKey, mask(blocks)));
  const result = mask(withTag).subarray(0, length);
  if (encrypted.subarray(32).every((byte, i) => byte === result[length - 16 + i])) return result;
  mask(blocks); // as they were
  return undefined;
}

/** XORs a mask into the target, four bytes at a time; the byte order of the machine does not matter. */
export function xorInto(target: Uint32Array, mask: Uint32Array): void {
  for (let i = 0; i < target.length; i++) target[i] = (target[i] as number) ^ (mask[i] as number);
}
