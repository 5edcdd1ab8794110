/** Where AlipayHK reaches a merchant: both ends take the paths from here, and they from the contract. */
import * as v from 'valibot';
import { vMerchantTag } from './generated/schemas.ts';
import type { webhooks } from './generated/types.ts';

/** What follows the merchant's tag. */
type Rest<Path> = Path extends `/{tag}/${infer After}` ? After : never;

/**
 * The path of a call to a merchant.
 *
 * @throws TypeError for a tag that is not one segment of a path
 * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a28 A28}
 */
export function webhookPath(tag: string, after: Rest<keyof webhooks>): string {
  if (v.is(vMerchantTag, tag) && tag !== '.' && tag !== '..') return `/${tag}/${after}`;
  throw new TypeError('tag must be one segment of a path: letters, digits, dots, dashes, underscores or tildes');
}
