/** The outcome of a search for what a signature covers. */
import type { CandidateKey } from './candidate-key.ts';
import type { SignatureReading } from './signature-variants.ts';
import type { Variant } from './variant.ts';

/** What was found; `content` is what the signature covers, byte for byte. */
export interface Found {
  /** The key that the signature belongs to. */
  key: CandidateKey;
  reading: SignatureReading;
  hash: string;
  /** Of an ECDSA signature that is r and s side by side. */
  encoding?: 'ieee-p1363';
  /** Absent where the key is known but no variant fits. */
  match?: { variants: Variant[]; content: Uint8Array };
}
