/**
 * The types of Web Crypto that the runtime at hand declares. Their names (`Crypto`, `CryptoKey`, `JsonWebKey`) are global
 * only with TypeScript's DOM library, so the public types of this package do without them.
 */

/** What `globalThis.crypto` is: without `globalThis`, whose type has no `crypto` where a `const` declares it (Workers). */
export type WebCrypto = typeof crypto;

/** What `crypto.subtle.importKey` resolves with. */
export type WebCryptoKey = Parameters<WebCrypto['subtle']['sign']>[1];

/** An RSA key as a JSON Web Key, its numbers in base64url (RFC 7518 §6.3). */
export interface RsaJwk {
  kty?: string | undefined;
  n?: string | undefined;
  e?: string | undefined;
  d?: string | undefined;
  p?: string | undefined;
  q?: string | undefined;
  dp?: string | undefined;
  dq?: string | undefined;
  qi?: string | undefined;
}
