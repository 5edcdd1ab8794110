/**
 * AES-ECB with PKCS#7 padding (A4), because no runtime's Web Crypto has ECB: by an injected Crypto's own where it has one,
 * else out of AES-CBC and, for longer bodies, AES-OCB. The padding is judged here, whoever decrypted.
 * ECB shows equal blocks as equal ciphertext. Nobody would choose it: Ant's clients use it, and nothing else interoperates.
 */
import { ecbFromOcb, xorInto } from './ecb-from-ocb.ts';
import { bytesFrom, offeredAes } from './offers.ts';
import type { ContentCipher } from './suite.ts';
import type { WebCrypto, WebCryptoKey } from './web-crypto.ts';

type Bytes = Uint8Array<ArrayBuffer>;
type Subtle = WebCrypto['subtle'];

const BLOCK = 16;
/** How many CBC calls run at a time: enough to hide their latency, few enough for a body of 1 MiB (65,537 blocks). */
const CONCURRENCY = 256;
const zeroIv = new Uint8Array(BLOCK);
const nothing = new Uint8Array(0);

const hasEcb = /* @__PURE__ */ offeredAes('raw', 'AES-ECB');
const nameOf = async (subtle: Subtle) => ((await hasEcb(subtle, subtle)) ? 'AES-ECB' : 'AES-CBC');

/**
 * Ciphertext of `plaintext` under a key of 16, 24 or 32 bytes: one block longer at most.
 *
 * @param ocbFrom - length in bytes from which on AES-OCB is used where there is one
 * @throws whatever the Crypto fails with; TypeError where it gives no such ciphertext
 */
export async function encryptEcb(key: Bytes, plaintext: Bytes, subtle: Subtle, ocbFrom = 2049): Promise<Bytes> {
  const name = await nameOf(subtle);
  const importedKey = await subtle.importKey('raw', key, name, false, ['encrypt']);
  const padding = BLOCK - (plaintext.length % BLOCK);
  const length = plaintext.length + padding;
  if (name === 'AES-ECB') return bytesFrom(length, subtle.encrypt(name, importedKey, plaintext));
  const blocks = new Uint8Array(length).fill(padding);
  blocks.set(plaintext);
  const encryptEach = (each: Bytes): Promise<Bytes> => encryptByCbc(each, importedKey, subtle);
  const encrypted = plaintext.length >= ocbFrom ? await ecbFromOcb(key, blocks, encryptEach, subtle) : undefined;
  return encrypted ?? encryptEach(blocks);
}

/** Each block by a call of its own: CBC pads an empty message to sixteen 0x10 and XORs the IV in before it encrypts. */
async function encryptByCbc(blocks: Bytes, key: WebCryptoKey, subtle: Subtle): Promise<Bytes> {
  const ivs = blocks.map((byte) => byte ^ BLOCK);
  const encrypted = new Uint8Array(blocks.length);
  let done = 0;
  for (let at = 0; at < ivs.length; ) {
    const calls: Promise<ArrayBuffer>[] = [];
    for (; at < ivs.length && calls.length < CONCURRENCY; at += BLOCK) {
      calls.push(subtle.encrypt({ name: 'AES-CBC', iv: ivs.subarray(at, at + BLOCK) }, key, nothing));
    }
    for (const block of await Promise.all(calls)) {
      if (block.byteLength !== BLOCK) throw new TypeError('crypto returned another length');
      encrypted.set(new Uint8Array(block), done);
      done += BLOCK;
    }
  }
  return encrypted;
}

/**
 * Plaintext of `ciphertext`; `undefined` when its length or its padding is wrong.
 *
 * @throws whatever the Crypto fails with, as for a length of key that it lacks; TypeError where it gives no such plaintext
 */
export async function decryptEcb(key: Bytes, ciphertext: Bytes, subtle: Subtle): Promise<Bytes | undefined> {
  if (ciphertext.length === 0 || ciphertext.length % BLOCK !== 0) return undefined;
  const name = await nameOf(subtle);
  const importedKey = await subtle.importKey('raw', key, name, false, ['encrypt', 'decrypt']);
  // A last block that decrypts to a padding of its own (ECB has no IV), so that this one is taken off and ours left alone.
  const last = ciphertext.subarray(-BLOCK);
  const tail = await bytesFrom(BLOCK, subtle.encrypt({ name, iv: last }, importedKey, nothing));
  const extended = new Uint8Array(ciphertext.length + BLOCK);
  extended.set(ciphertext);
  extended.set(tail, ciphertext.length);
  const decrypting = subtle.decrypt({ name, iv: zeroIv }, importedKey, extended);
  const blocks = await bytesFrom(ciphertext.length, decrypting);
  if (name === 'AES-CBC') xorInto(new Uint32Array(blocks.buffer, BLOCK), new Uint32Array(extended.buffer));
  return unpad(blocks);
}

/** PKCS#7 (RFC 5652 §6.3): every padding byte is looked at, whatever the first ones are. */
function unpad(padded: Bytes): Bytes | undefined {
  const padding = padded.at(-1) as number;
  let wrong = padding === 0 || padding > BLOCK ? 1 : 0;
  for (let i = 1; i <= BLOCK; i++) wrong |= i <= padding ? (padded.at(-i) as number) ^ padding : 0;
  return wrong === 0 ? padded.subarray(0, padded.length - padding) : undefined;
}

/**
 * As a content cipher of RSA_AES.
 *
 * @param ocbFrom - as for `encryptEcb`
 */
export const aesEcb = (ocbFrom?: number): ContentCipher => ({
  encrypt: (key, plaintext, { subtle }) => encryptEcb(key, plaintext, subtle, ocbFrom),
  decrypt: (key, ciphertext, { subtle }) => decryptEcb(key, ciphertext, subtle),
});
