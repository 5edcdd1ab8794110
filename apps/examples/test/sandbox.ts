/** The running sandbox as a test asks it: what it received, and the outcome. */
import { randomUUID } from 'node:crypto';
import { createSandboxClient, type Entry, type Pass, type SandboxClient } from '@alipayhk-pass/sandbox/client';
import { inject } from 'vitest';

/** The sandbox's admin API. */
export const admin = (): SandboxClient => createSandboxClient(inject('sandbox').url);

/** The variables of an example that is to reach the sandbox. */
export function sandboxVariables(): Record<string, string> {
  const { url, clientId, keys, pass } = inject('sandbox');
  return {
    CLIENT_ID: clientId,
    MERCHANT_ID: pass.merchantId,
    MERCHANT_PRIVATE_KEY: keys.merchantPrivateKey,
    ALIPAYHK_PUBLIC_KEY: keys.gatewayPublicKey,
    GATEWAY_URL: url,
  };
}

/** A bill as AlipayHK notifies it. */
export const billOf = (billNo: string) => ({
  userId: '2160220000000001',
  billNo,
  orderAmount: { currency: 'HKD', value: '12800' },
  payTime: '2026-08-01T12:00:00+08:00',
  pointsProvider: 'ALIPAYHK',
});

/**
 * A pass of the merchant and the user that the examples name, under an id of its own.
 *
 * @param clientId - whose pass it is: that of the ready merchant unless given
 */
export async function freshPass(clientId = inject('sandbox').clientId): Promise<string> {
  const { pass } = inject('sandbox');
  const passId = randomUUID();
  await admin().createPass({ passId, clientId, merchantId: pass.merchantId, userId: pass.userId });
  return passId;
}

/** The pass as it is now. */
export const passOf = (passId: string): Promise<Pass> => admin().readPass(passId);

/** The entry of an exchange. */
export const entryOf = (tracerId: string): Promise<Entry> => admin().readEntry(tracerId);

/** Every entry about a pass, also of a pass that does not exist. */
export const entriesOf = (passId: string): Promise<Entry[]> => admin().allEntries({ passId });

/** Makes the next request for this pass fail. */
export const fail = (passId: string, fault: string) => admin().addFault({ name: fault, passId, times: 1 });
