/**
 * AES-ECB with PKCS#7 padding (A4) out of AES-CBC, because no runtime's Web Crypto has ECB.
 * ECB shows equal blocks as equal ciphertext. Nobody would choose it: Ant's clients use it, and nothing else interoperates.
 */
import type { ContentCipher } from './suite.ts';
import type { WebCrypto } from './web-crypto.ts';

const BLOCK = 16;
/** How many CBC calls run at a time: enough to hide their latency, few enough for a body of 1 MiB (65,537 blocks). */
const CONCURRENCY = 256;
const zeroIv = new Uint8Array(BLOCK);
const nothing = new Uint8Array(0);

// The value, not a promise of it: workerd ties a promise to the request that made it.
const native = new WeakMap<WebCrypto['subtle'], boolean>();

/** Whether this Web Crypto offers ECB itself, as @peculiar/webcrypto does; asked once an object. */
async function hasNativeEcb(subtle: WebCrypto['subtle']): Promise<boolean> {
  let hasEcb = native.get(subtle);
  if (hasEcb === undefined) {
    try {
      await subtle.importKey('raw', zeroIv, 'AES-ECB', false, ['encrypt', 'decrypt']);
      hasEcb = true;
    } catch {
      hasEcb = false;
    }
    native.set(subtle, hasEcb);
  }
  return hasEcb;
}

/** Ciphertext of `plaintext` under a key of 16, 24 or 32 bytes: one block longer at most. */
export async function encryptEcb(
  key: Uint8Array<ArrayBuffer>,
  plaintext: Uint8Array<ArrayBuffer>,
  subtle: WebCrypto['subtle'],
): Promise<Uint8Array<ArrayBuffer>> {
  if (await hasNativeEcb(subtle)) {
    const nativeKey = await subtle.importKey('raw', key, 'AES-ECB', false, ['encrypt']);
    return new Uint8Array(await subtle.encrypt('AES-ECB', nativeKey, plaintext));
  }
  const cbcKey = await subtle.importKey('raw', key, 'AES-CBC', false, ['encrypt']);
  const padding = BLOCK - (plaintext.length % BLOCK);
  const blocks = new Uint8Array(plaintext.length + padding).fill(padding);
  blocks.set(plaintext);
  // E(block) in one call: CBC pads an empty message to sixteen 0x10 and XORs the IV in before it encrypts.
  for (let i = 0; i < blocks.length; i++) blocks[i] = (blocks[i] as number) ^ BLOCK;
  for (let from = 0; from < blocks.length; from += BLOCK * CONCURRENCY) {
    const calls: Promise<ArrayBuffer>[] = [];
    const to = Math.min(from + BLOCK * CONCURRENCY, blocks.length);
    for (let at = from; at < to; at += BLOCK) {
      calls.push(subtle.encrypt({ name: 'AES-CBC', iv: blocks.subarray(at, at + BLOCK) }, cbcKey, nothing));
    }
    let at = from;
    for (const block of await Promise.all(calls)) {
      blocks.set(new Uint8Array(block), at);
      at += BLOCK;
    }
  }
  return blocks;
}

/** Plaintext of `ciphertext`; `undefined` when its length or its padding is wrong. Rejects for a key that the runtime lacks. */
export async function decryptEcb(
  key: Uint8Array<ArrayBuffer>,
  ciphertext: Uint8Array<ArrayBuffer>,
  subtle: WebCrypto['subtle'],
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (ciphertext.length === 0 || ciphertext.length % BLOCK !== 0) return undefined;
  if (await hasNativeEcb(subtle)) {
    const nativeKey = await subtle.importKey('raw', key, 'AES-ECB', false, ['decrypt']);
    return subtle.decrypt('AES-ECB', nativeKey, ciphertext).then(
      (plaintext) => new Uint8Array(plaintext),
      () => undefined,
    );
  }
  const cbcKey = await subtle.importKey('raw', key, 'AES-CBC', false, ['encrypt', 'decrypt']);
  // A last block that CBC will decrypt to its own padding, so that it takes off that one and leaves ours alone.
  const last = ciphertext.subarray(-BLOCK);
  const tail = await subtle.encrypt({ name: 'AES-CBC', iv: last }, cbcKey, nothing);
  const extended = new Uint8Array(ciphertext.length + BLOCK);
  extended.set(ciphertext);
  extended.set(new Uint8Array(tail), ciphertext.length);
  const chained = new Uint8Array(await subtle.decrypt({ name: 'AES-CBC', iv: zeroIv }, cbcKey, extended));
  // Four bytes at a time: whichever order a machine has them in, it is the same on both sides.
  const words = new Uint32Array(chained.buffer);
  const previous = new Uint32Array(extended.buffer);
  for (let i = BLOCK / 4; i < words.length; i++) words[i] = (words[i] as number) ^ (previous[i - BLOCK / 4] as number);
  return unpad(chained);
}

/** PKCS#7 (RFC 5652 §6.3): every padding byte is looked at, whatever the first ones are. */
function unpad(padded: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> | undefined {
  const padding = padded.at(-1) as number;
  let wrong = padding === 0 || padding > BLOCK ? 1 : 0;
  for (let i = 1; i <= BLOCK; i++) wrong |= i <= padding ? (padded.at(-i) as number) ^ padding : 0;
  return wrong === 0 ? padded.subarray(0, padded.length - padding) : undefined;
}

/** As a content cipher of RSA_AES. */
export const aesEcb: ContentCipher = {
  encrypt: (key, plaintext, { subtle }) => encryptEcb(key, plaintext, subtle),
  decrypt: (key, ciphertext, { subtle }) => decryptEcb(key, ciphertext, subtle),
};
