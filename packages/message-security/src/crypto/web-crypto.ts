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
  /** Always `RSA`. */
  kty?: string | undefined;
  /** Modulus. */
  n?: string | undefined;
  /** Public exponent. */
  e?: string | undefined;
  /** Private exponent. */
  d?: string | undefined;
  /** First prime factor. */
  p?: string | undefined;
  /** Second prime factor. */
  q?: string | undefined;
  /** d mod (p - 1). */
  dp?: string | undefined;
  /** d mod (q - 1). */
  dq?: string | undefined;
  /** Inverse of q mod p. */
  qi?: string | undefined;
}
