/**
 * Types of Web Crypto, taken from the global `crypto`. The names `Crypto`, `CryptoKey` and `JsonWebKey` are global only
 * with TypeScript's DOM library, which the users of this package may not have.
 */

/**
 * Type of the global `crypto`. Not `typeof globalThis.crypto`: Workers' types declare a `const`, which is not a member.
 */
export type WebCrypto = typeof crypto;

/** A CryptoKey. */
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
