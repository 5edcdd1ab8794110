/**
 * The search for what a signature covers. The key is found by opening the signature; then every variant of the message,
 * and every two of them together, is held against the digest inside.
 */
import { createHash, webcrypto } from 'node:crypto';
import { contentToBeSigned, type SignedParts } from '@alipayhk-pass/message-security';
import { type CandidateKey, type OpenedSignature, openSignature } from './opened-signature.ts';
import type { SignatureReading } from './signature-variants.ts';
import type { Variant } from './variant.ts';

/** What was found; `content` is what the signature covers, byte for byte. */
export interface Found {
  /** The key that the signature belongs to. */
  key: CandidateKey;
  reading: SignatureReading;
  hash: string;
  /** Absent where the key is known but no variant fits. */
  match?: { variants: Variant[]; content: Uint8Array };
}

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
  for (const reading of readings) {
    for (const key of keys) {
      const opened = openSignature(reading.bytes, key);
      if (opened !== undefined) return { key, reading, hash: opened.hash, ...matchOf(parts, variants, opened) };
    }
  }
  for (const reading of readings) {
    for (const key of keys) {
      if (await isPss(parts, reading, key)) {
        return { key, reading, hash: 'pss', match: { variants: [], content: contentToBeSigned(parts) } };
      }
    }
  }
  return undefined;
}

function matchOf(parts: SignedParts, variants: Variant[], opened: OpenedSignature): Pick<Found, 'match'> {
  const fits = (content: Uint8Array): Variant[] | undefined =>
    prehashes.find(({ digest }) => digest(content, opened.hash).equals(opened.digest))?.variants;
  const attempt = (chosen: Variant[]): Pick<Found, 'match'> | undefined => {
    const content = contentOf(parts, chosen);
    const extra = fits(content);
    return extra && { match: { variants: [...chosen, ...extra], content } };
  };
  const none = attempt([]);
  if (none) return none;
  for (const variant of variants) {
    const found = attempt([variant]);
    if (found) return found;
  }
  // In pairs the digest of a digest is not tried again: that would double the work for what nobody does.
  for (const [index, first] of variants.entries()) {
    for (const second of variants.slice(index + 1)) {
      if (first.part === second.part) continue;
      const content = contentOf(parts, [first, second]);
      if (prehashes[0]?.digest(content, opened.hash).equals(opened.digest)) {
        return { match: { variants: [first, second], content } };
      }
    }
  }
  return {};
}

function contentOf(parts: SignedParts, variants: Variant[]): Uint8Array {
  const changed = variants.reduce((now, { apply }) => apply?.(now) ?? now, parts);
  const form = variants.find((each) => each.form)?.form;
  return form?.(changed) ?? contentToBeSigned(changed);
}

const hashed = (hash: string, content: Uint8Array): Buffer =>
  createHash(hash === 'raw' ? 'sha256' : hash)
    .update(content)
    .digest();
const twice = (words: string): Variant[] => [
  { part: 'hash', cause: 'hashed-twice', words: `the content was hashed before it was signed: ${words}` },
];
/** What may have been done to the content before the signature hashed it. */
const prehashes: { variants: Variant[]; digest(content: Uint8Array, hash: string): Buffer }[] = [
  { variants: [], digest: (content, hash) => hashed(hash, content) },
  {
    variants: twice('the signature covers the SHA-256 of it'),
    digest: (content, hash) => hashed(hash, hashed('sha256', content)),
  },
  {
    variants: twice('the signature covers the SHA-256 of it in hex'),
    digest: (content, hash) => hashed(hash, Buffer.from(hashed('sha256', content).toString('hex'))),
  },
];

/** RSASSA-PSS cannot be opened without the content, so only the content received is tried. */
async function isPss(parts: SignedParts, { bytes }: SignatureReading, { n, e, size }: CandidateKey): Promise<boolean> {
  if (bytes.length !== size) return false;
  const number = (value: bigint): string =>
    Buffer.from(value.toString(16).padStart(2 * Math.ceil(value.toString(16).length / 2), '0'), 'hex').toString(
      'base64url',
    );
  const jwk = { kty: 'RSA', n: number(n), e: number(e) };
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
