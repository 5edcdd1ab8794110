/**
 * AlipayHK's end for the tests: the real gateway function where the Worker's `fetch` would go, with a record of what was
 * applied. A test may put faults in its way.
 */

import { createGateway, type GatewayOptions, type UpdatePassRequest } from '@alipayhk-pass/api/gateway';
import { importPrivateKey, importPublicKey } from '@alipayhk-pass/message-security';
import { vi } from 'vitest';
import keys from '../../../spec/vectors/keys.json' with { type: 'json' };

export const clientId = '4Q5Y8W0WSG45P907917';

/** A gateway that knows this merchant; S unless told otherwise. */
export async function gateway(options: Partial<GatewayOptions> = {}): Promise<(request: Request) => Promise<Response>> {
  const merchantKey = await importPublicKey(keys.merchant.publicKey);
  return createGateway({
    publicKeyOf: (id) => (id === clientId ? merchantKey : undefined),
    privateKey: await importPrivateKey(keys.gateway.privateKey),
    handler: () => ({ resultCode: 'SUCCESS', resultStatus: 'S' }),
    ...options,
  });
}

/** Answers what the Worker sends from now on. */
export function answerWith(handle: (request: Request) => Promise<Response>): void {
  vi.stubGlobal('fetch', (input: Request) => handle(input));
}

/** A gateway that applies everything, and what it applied, in order. */
export async function recordingGateway(options: Partial<GatewayOptions> = {}): Promise<UpdatePassRequest[]> {
  const applied: UpdatePassRequest[] = [];
  const handler: GatewayOptions['handler'] = (update) => {
    applied.push(update);
    return { resultCode: 'SUCCESS', resultStatus: 'S' };
  };
  answerWith(await gateway({ handler, ...options }));
  return applied;
}
