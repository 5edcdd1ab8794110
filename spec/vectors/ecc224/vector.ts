import type { Vector } from '../vector.ts';

/** The form of an ECC224 vector: one signed message on the wire. ../README.md says what each field holds. */
export interface Ecc224Vector extends Omit<Vector, 'plaintext' | 'plaintextHex' | 'symmetricKey' | 'encryptedKey'> {
  /** What the receiver is configured with (A3). */
  digest: 'SHA-224' | 'SHA-256';
  encoding: 'DER' | 'IEEE-P1363';
}
