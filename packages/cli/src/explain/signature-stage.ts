/** The stage of the signature: verified as the core does and, if it fails, searched for what it does cover. */
import { isMessageError } from '@alipayhk-pass/api';
import { type SignedParts, verify } from '@alipayhk-pass/message-security';
import { firstDifference } from './difference.ts';
import { type Cause, failed, passed, type StageReport } from './explanation.ts';
import type { Found } from './found.ts';
import type { KnownKey } from './known-keys.ts';
import { search } from './search.ts';
import { signatureReadings } from './signature-variants.ts';
import type { Variant } from './variant.ts';

/**
 * @param header - text of the Signature header
 * @param expected - keys of the end that sent the message
 * @param others - every other key
 */
export async function signatureStage(
  parts: SignedParts,
  header: string,
  expected: KnownKey[],
  others: KnownKey[],
  variants: () => Variant[],
): Promise<StageReport> {
  const otherAlgorithms: string[] = [];
  for (const { publicKey, candidate } of expected) {
    try {
      await verify(parts, header, publicKey);
      return passed('signature', `it verifies with ${candidate.name}`);
    } catch (error) {
      if (!isMessageError(error)) throw error;
      if (error.code === 'AlgorithmNotSupported') otherAlgorithms.push(candidate.algorithm);
    }
  }
  const named = otherAlgorithms.length > 0 && otherAlgorithms.length === expected.length;
  const first: Cause[] = named ? [otherAlgorithm(header, otherAlgorithms)] : [];
  const readings = signatureReadings(header);
  const keys = [...expected, ...others].map(({ candidate }) => candidate);
  const found = await search(parts, readings, keys, variants());
  if (found === undefined) {
    return failed('signature', [...first, withoutKey(readings[0]?.bytes, expected, others)]);
  }
  const isExpected = expected.some(({ candidate }) => candidate === found.key);
  const causes = [...first, ...causesOf(found, isExpected, expected)];
  const { match } = found;
  if (match === undefined) return failed('signature', causes);
  const changes = [...(found.reading.words ? [found.reading.words] : []), ...match.variants.map(({ words }) => words)];
  const difference = firstDifference(parts, match.content);
  return failed('signature', causes, {
    key: found.key.name,
    changes,
    ...(difference && { firstDifference: difference }),
  });
}

function causesOf({ key, reading, hash, encoding, match }: Found, isExpected: boolean, expected: KnownKey[]): Cause[] {
  const causes: Cause[] = [];
  if (!isExpected) {
    const names =
      expected.map(({ candidate }) => candidate.name).join(' or ') || 'the key of its sender, which was not given';
    causes.push({ cause: 'wrong-key', words: `the signature was made with ${key.name}; expected ${names}` });
  }
  if (reading.cause && reading.words) causes.push({ cause: reading.cause, words: reading.words });
  const isEcdsa = key.algorithm === 'ECC224';
  if (hash !== (isEcdsa ? 'sha224' : 'sha256')) {
    causes.push({ cause: 'wrong-algorithm', words: isEcdsa ? ecdsaWords(hash) : algorithmWords(hash) });
  }
  if (encoding) {
    causes.push({
      cause: 'signature-encoding',
      words: `the signature is r and s side by side (IEEE P1363); expected DER (A3)${unlessAgreed}`,
    });
  }
  if (match === undefined) {
    causes.push({
      cause: 'content-unknown',
      words: `the signature was made with ${key.name}, but no known change of this message gives the content that was signed; pass the original body with --plain FILE`,
    });
  }
  return [...causes, ...(match?.variants ?? []).map(({ cause, words }) => ({ cause, words }))];
}

function algorithmWords(hash: string): string {
  if (hash === 'pss') return 'the signature is RSASSA-PSS; expected RSASSA-PKCS1-v1_5 with SHA-256';
  if (hash === 'raw')
    return 'the signature has a digest without its DigestInfo; expected RSASSA-PKCS1-v1_5 with SHA-256';
  return `the signature is RSASSA-PKCS1-v1_5 with ${nameOf(hash)}; expected SHA-256`;
}

const nameOf = (hash: string): string => hash.toUpperCase().replace('SHA', 'SHA-');
const unlessAgreed = ', unless both ends have agreed on it: importEcc224PublicKey takes digest and encoding';

const ecdsaWords = (hash: string): string =>
  `the signature is ECDSA with ${nameOf(hash)}; expected SHA-224 (A3)${unlessAgreed}`;

function otherAlgorithm(header: string, expected: string[]): Cause {
  const [, named = 'none'] = /(?:^|,)\s*algorithm\s*=\s*([\w.-]{1,24})/i.exec(header) ?? [];
  const algorithms = [...new Set(expected)].join(' or ');
  return {
    cause: 'algorithm',
    words: `the Signature header names ${named}; expected ${algorithms}, the algorithm of the sender's key`,
  };
}

function withoutKey(signature: Uint8Array | undefined, expected: KnownKey[], others: KnownKey[]): Cause {
  const candidates = [...expected, ...others].map(({ candidate }) => candidate);
  const names = candidates.map(({ name }) => name).join('; ');
  if (signature === undefined)
    return { cause: 'signature-unreadable', words: 'the Signature header holds no signature that can be read' };
  if (candidates.some(({ algorithm }) => algorithm === 'ECC224')) {
    return {
      cause: 'key-or-content-unknown',
      words: `no key verifies the signature over this message or a known change of it: ${names}; an ECDSA signature does not show whether the key or the content is wrong; pass more keys with --other-key FILE, and the original body with --plain FILE`,
    };
  }
  const sizes = candidates.map((candidate) => (candidate.algorithm === 'RSA256' ? candidate.size : 0));
  if (!sizes.includes(signature.length)) {
    return {
      cause: 'signature-length',
      words: `the signature has ${signature.length} bytes; expected ${[...new Set(sizes)].join(' or ')}, as long as the key: it was truncated, or made with a key of another length`,
    };
  }
  return { cause: 'unknown-key', words: `none of the keys given made the signature: ${names}` };
}
