/**
 * Algorithms that an injected Crypto may offer beyond Web Crypto, under names that no runtime's own Web Crypto has:
 *
 * | algorithm | `importKey` | `encrypt` | `decrypt` |
 * |---|---|---|---|
 * | `AES-ECB` | `raw`: 16, 24 or 32 bytes | pads by PKCS#7, then encrypts each block | the reverse of it |
 * | `RSA-RAW` | `jwk`: a public or a private key | by both: m^e mod n (RSAEP, RFC 8017 §5.1.1) | by a private one: c^d mod n (RSADP, §5.1.2) |
 *
 * `RSA-RAW` takes and returns blocks as long as the modulus, without padding. Keys, data and results are as in Web
 * Crypto. An algorithm counts as not offered when `importKey` rejects it, `RSA-RAW` also when its first result is wrong;
 * this package then does the work itself. Of what `AES-ECB` encrypts only the length is checked. @peculiar/webcrypto
 * offers the first, @alipayhk-pass/node-crypto both.
 */
import { toBytes } from './bytes.ts';
import type { WebCrypto } from './web-crypto.ts';

type Subtle = WebCrypto['subtle'];

/**
 * The bytes that a Crypto returns, if they have the length that the algorithm prescribes.
 *
 * @param length - in bytes
 * @throws TypeError for another length, or for a value that is not bytes
 */
export async function bytesFrom(length: number, giving: Promise<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = toBytes(await giving, 'crypto');
  if (bytes.length === length) return bytes;
  throw new TypeError('crypto returned another length');
}

/** Makes a value once for each pair of owner and Web Crypto; `undefined`, for good, if making it fails. */
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

/** A function that finds out whether a Web Crypto has the AES algorithm `name`: a key of zeros if so. It tries once per object. */
export const offeredAes = (format: string, name: string) =>
  oncePer(async (subtle: Subtle) =>
    subtle.importKey(format as 'raw', new Uint8Array(16), name, false, ['encrypt', 'decrypt']),
  );
