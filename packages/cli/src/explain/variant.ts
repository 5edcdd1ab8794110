/** Another form in which one part of the signed content may have been signed. */
import type { SignedParts } from '@alipayhk-pass/message-security';

/** What a variant is about. */
export type Part = keyof SignedParts | 'form' | 'hash';

/** One way in which what was signed may differ from what was received. */
export interface Variant {
  part: Part;
  /** A name for machines, as `body-bom`. */
  cause: string;
  /** What happened, as a sentence. */
  words: string;
  /** The parts as they were signed. */
  apply?: (parts: SignedParts) => SignedParts;
  /** The content as it was signed, where it is put together in another way. */
  form?: (parts: SignedParts) => Uint8Array;
}

/** A variant in which one text has another value; none if it would be the same. */
export function textVariant(
  part: 'method' | 'httpUri' | 'clientId' | 'time',
  received: string,
  value: string | undefined,
  cause: string,
  words: string,
): Variant[] {
  if (value === undefined || value === received) return [];
  return [{ part, cause, words, apply: (parts) => ({ ...parts, [part]: value }) }];
}

/** A variant in which the body has other bytes; none if they would be the same. */
export function bodyVariant(
  received: Uint8Array,
  value: Uint8Array | undefined,
  cause: string,
  words: string,
): Variant[] {
  if (value === undefined || Buffer.compare(received, value) === 0) return [];
  return [{ part: 'body', cause, words, apply: (parts) => ({ ...parts, body: value }) }];
}
