/**
 * The search for what an ECDSA signature covers. It does not show its digest, so it is verified over every variant of the
 * message, and over two of the likelier ones together, by the runtime's own P-224, which is much faster than the core's.
 */
import { verify } from 'node:crypto';
import type { SignedParts } from '@alipayhk-pass/message-security';
import type { EcCandidate } from './candidate-key.ts';
import type { Found } from './found.ts';
import { prehashes } from './prehashes.ts';
import type { SignatureReading } from './signature-variants.ts';
import { combinations, contentOf, type Variant } from './variant.ts';

/** SHA-224 and SHA-256, the likely ones (A3). */
const hashes = ['sha224', 'sha256'];
const rarer = ['sha1', 'sha384', 'sha512'];
/** Variants of a part that are tried in pairs: each pair costs a verification, not a hash. All of them take seconds. */
const inPairs = 12;
/** r and s side by side, 28 bytes each. */
const plainLength = 56;

/** One way to read the signature, and the key that may have made it. */
interface Attempt {
  key: EcCandidate;
  reading: SignatureReading;
  encoding: 'der' | 'ieee-p1363';
}

/** Finds the key and the content together; neither shows without the other. */
export function searchEcdsa(
  parts: SignedParts,
  readings: SignatureReading[],
  keys: EcCandidate[],
  variants: Variant[],
): Found | undefined {
  const attempts = readings.flatMap((reading) => keys.flatMap((key) => attemptsOf(reading, key)));
  if (attempts.length === 0) return undefined;
  for (const chosen of combinations(variants, inPairs)) {
    const content = contentOf(parts, chosen);
    const isChanged = chosen.length > 0;
    for (const form of isChanged ? prehashes.slice(0, 1) : prehashes) {
      const covered = form.prepare(content);
      for (const hash of isChanged ? hashes : [...hashes, ...rarer]) {
        const attempt = attempts.find((each) => fits(each, hash, covered));
        if (attempt === undefined) continue;
        const { key, reading, encoding } = attempt;
        const match = { variants: [...chosen, ...form.variants], content };
        return { key, reading, hash, match, ...(encoding === 'ieee-p1363' && { encoding }) };
      }
    }
  }
  return undefined;
}

/** DER starts with 0x30 and its length; r and s side by side have a fixed length. */
function attemptsOf(reading: SignatureReading, key: EcCandidate): Attempt[] {
  const { bytes } = reading;
  const isDer = bytes[0] === 0x30 && bytes[1] === bytes.length - 2;
  return [
    ...(isDer ? [{ key, reading, encoding: 'der' as const }] : []),
    ...(bytes.length === plainLength ? [{ key, reading, encoding: 'ieee-p1363' as const }] : []),
  ];
}

function fits({ key, reading, encoding }: Attempt, hash: string, content: Uint8Array): boolean {
  try {
    return verify(hash, content, { key: key.key, dsaEncoding: encoding }, reading.bytes);
  } catch {
    return false; // a runtime without this digest for this curve
  }
}
