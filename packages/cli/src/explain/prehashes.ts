/** What may have been done to the content before the signature hashed it. */
import { createHash } from 'node:crypto';
import type { Variant } from './variant.ts';

const sha256 = (content: Uint8Array): Buffer => createHash('sha256').update(content).digest();
const twice = (words: string): Variant[] => [
  { part: 'hash', cause: 'hashed-twice', words: `the content was hashed before it was signed: ${words}` },
];

/** Nothing, which the protocol wants, first. */
export const prehashes: readonly { variants: Variant[]; prepare(content: Uint8Array): Uint8Array }[] = [
  { variants: [], prepare: (content) => content },
  { variants: twice('the signature covers the SHA-256 of it'), prepare: sha256 },
  {
    variants: twice('the signature covers the SHA-256 of it in hex'),
    prepare: (content) => Buffer.from(sha256(content).toString('hex')),
  },
];
