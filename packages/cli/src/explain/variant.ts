/** Another form in which one part of the signed content may have been signed. */
import { contentToBeSigned, type SignedParts } from '@alipayhk-pass/message-security';

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

/**
 * No variant, then each one, then every two of different parts: what is likelier comes first.
 *
 * @param inPairs - how many variants of a part are put into pairs, the likeliest; all unless given
 */
export function* combinations(variants: Variant[], inPairs = Number.POSITIVE_INFINITY): Generator<Variant[]> {
  yield [];
  for (const variant of variants) yield [variant];
  const counts = new Map<Part, number>();
  const likely = variants.filter(({ part }) => {
    const count = (counts.get(part) ?? 0) + 1;
    counts.set(part, count);
    return count <= inPairs;
  });
  for (const [index, first] of likely.entries()) {
    for (const second of likely.slice(index + 1)) if (first.part !== second.part) yield [first, second];
  }
}

/** The content to be signed, with the variants applied. */
export function contentOf(parts: SignedParts, variants: Variant[]): Uint8Array {
  const changed = variants.reduce((now, { apply }) => apply?.(now) ?? now, parts);
  const form = variants.find((each) => each.form)?.form;
  return form?.(changed) ?? contentToBeSigned(changed);
}
