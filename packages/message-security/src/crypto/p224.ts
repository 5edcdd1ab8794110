/** The curve P-224 (SP 800-186 §3.2.1.2) and ECDSA on it, with @noble/curves. */
import { type ECDSA, ecdsa, type WeierstrassPointCons, weierstrass } from '@noble/curves/abstract/weierstrass.js';
import { sha224, sha256 } from '@noble/hashes/sha2.js';

/** Length of a private key, of a coordinate, and of r and s, in bytes. */
export const SCALAR_BYTES = 28;

/** Digests by the name of the option. */
export const digests = { 'SHA-224': sha224, 'SHA-256': sha256 } as const;

let cached: WeierstrassPointCons<bigint> | undefined;

/**
 * The curve. It is made on first use, not when the module loads: noble then draws random numbers for blinding, and
 * workerd has none before the first request. A key that is imported that early still signs, but without blinding.
 */
export function p224(): WeierstrassPointCons<bigint> {
  cached ??= weierstrass({
    p: 0xffffffffffffffffffffffffffffffff000000000000000000000001n,
    n: 0xffffffffffffffffffffffffffff16a2e0b8f03e13dd29455c5c2a3dn,
    h: 1n,
    a: 0xfffffffffffffffffffffffffffffffefffffffffffffffffffffffen,
    b: 0xb4050a850c04b3abf54132565044b0b7d7bfd8ba270b39432355ffb4n,
    Gx: 0xb70e0cbd6bb4bf7f321390b94a03c1d356c21122343280d6115c1d21n,
    Gy: 0xbd376388b5f723fb4c22dfe6cd4375a05a07476444d5819985007e34n,
  });
  return cached;
}

/** ECDSA as OpenSSL and Java do it. noble's default requires a low s, a rule of Bitcoin that does not apply here. */
export function ecdsaWith(digest: keyof typeof digests): ECDSA {
  return ecdsa(p224(), digests[digest], { lowS: false });
}
