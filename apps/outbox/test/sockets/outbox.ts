/** The outbox in wrangler's local mode, for the merchant of the vectors. */
import { fileURLToPath } from 'node:url';
import type { WorkerOptions } from '@alipayhk-pass/harness/workers';
import keys from '../../../../spec/vectors/keys.json' with { type: 'json' };
import { clientId } from './gateway.ts';

export const apiToken = 'a-token-of-the-tests';

/**
 * Starts the outbox.
 *
 * @param start - `startWorker`, or `startWorkerProcess` for one that can be killed
 * @param persistTo - folder of its storage; started again, it finds its state there
 * @param more - further variables
 */
export function startOutbox<Running>(
  start: (options: WorkerOptions) => Promise<Running>,
  persistTo: string,
  gatewayUrl: string,
  more: Record<string, string>,
): Promise<Running> {
  const vars = {
    CLIENT_ID: clientId,
    MERCHANT_PRIVATE_KEY: keys.merchant.privateKey,
    ALIPAYHK_PUBLIC_KEY: keys.gateway.publicKey,
    API_TOKEN: apiToken,
    GATEWAY_URL: gatewayUrl,
    ...more,
  };
  return start({ configDir: fileURLToPath(new URL('../..', import.meta.url)), persistTo, vars });
}
