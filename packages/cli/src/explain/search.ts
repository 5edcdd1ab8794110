/**
 * The search for what a signature covers. An RSA key is found by opening the signature; then every variant of the message,
 * and every two of them together, is held against the digest inside. An ECDSA signature is verified over each of them.
 */
import { createHash, webcrypto } from 'node:crypto';
import { contentToBeSigned, type SignedParts } from '@alipayhk-pass/message-security';
import { type CandidateKey, type EcCandidate, type RsaCandidate, toBase64Url } from './candidate-key.ts';
import { searchEcdsa } from './ecdsa-search.ts';
import type { Found } from './found.ts';
import { type OpenedSignature, openSignature } from './opened-signature.ts';
import { prehashes } from './prehashes.ts';
import type { SignatureReading } from './signature-variants.ts';
import { combinations, contentOf, type Variant } from './variant.ts';

/**
 * Finds the key and the content of a signature.
 *
 * @param parts - as received
 * @param variants - of each part
 * @param keys - the expected one first
 */
export async function search(
  parts: SignedParts,
  readings: SignatureReading[],
  keys: CandidateKey[],
  variants: Variant[],
): Promise<Found | undefined> {
  const rsaKeys = keys.filter((key): key is RsaCandidate => key.algorithm === 'RSA256');
  for (const reading of readings) {
    for (const key of rsaKeys) {
      const opened = openSignature(reading.bytes, key);
      if (opened !== undefined) return { key, reading, hash: opened.hash, ...matchOf(parts, variants, opened) };
    }
  }
  for (const reading of readings) {
    for (const key of rsaKeys) {
      if (await isPss(parts, reading, key)) {
        return { key, reading, hash: 'pss', match: { variants: [], content: contentToBeSigned(parts) } };
      }
    }
  }
  const ecKeys = keys.filter((key): key is EcCandidate => key.algorithm === 'ECC224');
  return searchEcdsa(parts, readings, ecKeys, variants);
}

function matchOf(parts: SignedParts, variants: Variant[], { hash, digest }: OpenedSignature): Pick<Found, 'match'> {
  for (const chosen of combinations(variants)) {
    const content = contentOf(parts, chosen);
    // In pairs the digest of a digest is not tried again: that would double the work for what nobody does.
    const forms = chosen.length < 2 ? prehashes : prehashes.slice(0, 1);
    const form = forms.find(({ prepare }) => hashed(hash, prepare(content)).equals(digest));
    if (form) return { match: { variants: [...chosen, ...form.variants], content } };
  }
  return {};
}

const hashed = (hash: string, content: Uint8Array): Buffer =>
  createHash(hash === 'raw' ? 'sha256' : hash)
    .update(content)
    .digest();

/** RSASSA-PSS cannot be opened without the content, so only the content received is tried. */
async function isPss(parts: SignedParts, { bytes }: SignatureReading, { n, e, size }: RsaCandidate): Promise<boolean> {
  if (bytes.length !== size) return false;
  const jwk = { kty: 'RSA', n: toBase64Url(n), e: toBase64Url(e) };
  const algorithm = { name: 'RSA-PSS', hash: 'SHA-256' };
  const key = await webcrypto.subtle.importKey('jwk', jwk, algorithm, false, ['verify']);
  for (const saltLength of [32, 20, size - 34]) {
    const verified = await webcrypto.subtle
      .verify({ name: 'RSA-PSS', saltLength }, key, Buffer.from(bytes), contentToBeSigned(parts) as never)
      .catch(() => false);
    if (verified) return true;
  }
  return false;
}
