/**
 * What a Crypto may offer beyond Web Crypto, under names that no runtime's own Web Crypto knows:
 *
 * | algorithm | `importKey` | `encrypt` | `decrypt` |
 * |---|---|---|---|
 * | `AES-ECB` | `raw`: 16, 24 or 32 bytes | pads by PKCS#7, then encrypts each block | the reverse of it |
 * | `RSA-RAW` | `jwk`: a public or a private key | m^e mod n (RSAEP, RFC 8017 §5.1.1) | c^d mod n (RSADP, §5.1.2) |
 *
 * `RSA-RAW` takes and gives blocks as long as the modulus and knows no padding. Keys, data and results are as in Web
 * Crypto. What `importKey` rejects is not offered, and neither is what gets a first answer wrong that is known here: this
 * package then does it by itself. @peculiar/webcrypto offers the first, @alipayhk-pass/node-crypto both.
 */
import { toBytes } from './bytes.ts';
import type { WebCrypto } from './web-crypto.ts';

type Subtle = WebCrypto['subtle'];

/**
 * What a Crypto gives for an algorithm, as bytes, if they are as many as the algorithm prescribes.
 *
 * @throws TypeError for everything else: another length, no bytes, an error
 */
export async function bytesFrom(
  algorithm: string,
  length: number,
  give: () => Promise<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const bytes = toBytes(await give(), algorithm);
    if (bytes.length === length) return bytes;
  } catch {
    // What it says may depend on what is secret.
  }
  throw new TypeError(`crypto failed at ${algorithm}; expected ${length} bytes`);
}

/** Makes a value once for each owner and Web Crypto. */
export function oncePer<Owner extends object, Value>(
  make: (owner: Owner, subtle: Subtle) => Promise<Value>,
): (owner: Owner, subtle: Subtle) => Promise<Value> {
  // The value, not a promise of it: workerd ties a promise to the request that made it.
  const made = new WeakMap<Owner, { subtle: Subtle; value: Value }>();
  return async (owner, subtle) => {
    let entry = made.get(owner);
    if (entry?.subtle !== subtle) {
      entry = { subtle, value: await make(owner, subtle) };
      made.set(owner, entry);
    }
    return entry.value;
  };
}
