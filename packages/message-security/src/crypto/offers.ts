/**
 * What a Crypto may offer beyond Web Crypto, under names that no runtime's own Web Crypto knows:
 *
 * | algorithm | `importKey` | `encrypt` | `decrypt` |
 * |---|---|---|---|
 * | `AES-ECB` | `raw`: 16, 24 or 32 bytes | pads by PKCS#7, then encrypts each block | the reverse of it |
 * | `RSA-RAW` | `jwk`: a public or a private key | by both: m^e mod n (RSAEP, RFC 8017 §5.1.1) | by a private one: c^d mod n (RSADP, §5.1.2) |
 *
 * `RSA-RAW` takes and gives blocks as long as the modulus and knows no padding. Keys, data and results are as in Web
 * Crypto. What `importKey` rejects is not offered, and neither is what gets a first answer wrong that is known here: this
 * package then does it by itself. @peculiar/webcrypto offers the first, @alipayhk-pass/node-crypto both.
 */
import { toBytes } from './bytes.ts';
import type { WebCrypto } from './web-crypto.ts';

type Subtle = WebCrypto['subtle'];

/**
 * What a Crypto gives, if it is as long as the algorithm prescribes.
 *
 * @throws TypeError for another length and for what is no bytes
 */
export async function bytesFrom(length: number, giving: Promise<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = toBytes(await giving, 'crypto');
  if (bytes.length === length) return bytes;
  throw new TypeError('crypto returned another length');
}

/** Makes a value once for each owner and Web Crypto; `undefined`, for good, where making it fails. */
export function oncePer<Owner extends object, Value>(
  make: (owner: Owner, subtle: Subtle) => Promise<Value>,
): (owner: Owner, subtle: Subtle) => Promise<Value | undefined> {
  // The value, not a promise of it: workerd ties a promise to the request that made it.
  const made = new WeakMap<Owner, [Subtle, Value?]>();
  return async (owner, subtle) => {
    let known = made.get(owner);
    if (known?.[0] !== subtle) {
      known = [subtle, await make(owner, subtle).catch(() => undefined)];
      made.set(owner, known);
    }
    return known[1];
  };
}

/** A key of zeros where a Web Crypto has an AES of this name, `undefined` where it does not; asked once an object. */
export const offeredAes = (format: string, name: string) =>
  oncePer(async (subtle: Subtle) =>
    subtle.importKey(format as 'raw', new Uint8Array(16), name, false, ['encrypt', 'decrypt']),
  );
