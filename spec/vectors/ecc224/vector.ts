import type { Vector } from '../vector.ts';

/** An ECC224 vector: one signed message on the wire. ../README.md describes each field. */
export interface Ecc224Vector extends Omit<Vector, 'plaintext' | 'plaintextHex' | 'symmetricKey' | 'encryptedKey'> {
  /** Options of the receiver's key (A3). */
  digest: 'SHA-224' | 'SHA-256';
  encoding: 'DER' | 'IEEE-P1363';
}
