/**
 * The wire as a third record: a recorder between the merchant's Worker and the gateway. It gives each request a number
 * that the gateway's ledger keeps.
 */
import type { Exchange as Recorded } from '@alipayhk-pass/harness/recorder';
import type { Exchange } from './history.ts';

/** The header with an exchange's number. */
export const exchangeHeader = 'Exchange-Id';

/** What the recorder says of each request. Bodies have to be plain: they say which pass it is. */
export function exchangesOf(recorded: readonly Recorded[]): Exchange[] {
  return recorded.map(({ id, from, until = Number.POSITIVE_INFINITY, request }) => {
    const { passId } = JSON.parse(request.body.toString()) as { passId: string };
    return { id, passId, from, until };
  });
}
