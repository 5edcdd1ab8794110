/** Paths of AlipayHK's calls to a merchant. Both ends use them; their types come from the contract. */
import * as v from 'valibot';
import { vMerchantTag } from './generated/schemas.ts';
import type { webhooks } from './generated/types.ts';

/** The part of a path after the merchant's tag. */
type Rest<Path> = Path extends `/{tag}/${infer After}` ? After : never;

/**
 * The path of a call to a merchant: `/{tag}/{after}`.
 *
 * @param tag - the merchant's segment of the path
 * @param after - the rest, such as `points/bill/notify`
 * @throws TypeError for a tag that is not one segment of a path
 * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a28 A28}
 */
export function webhookPath(tag: string, after: Rest<keyof webhooks>): string {
  if (v.is(vMerchantTag, tag) && tag !== '.' && tag !== '..') return `/${tag}/${after}`;
  throw new TypeError('tag must be one segment of a path: letters, digits, dots, dashes, underscores or tildes');
}
