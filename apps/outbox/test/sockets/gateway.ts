/** AlipayHK's end on a socket of this machine: the real gateway function, which can break every connection or say nothing. */
import { createGateway, type UpdatePassRequest } from '@alipayhk-pass/api/gateway';
import { serve } from '@alipayhk-pass/harness/serve';
import { importPrivateKey, importPublicKey } from '@alipayhk-pass/message-security';
import keys from '../../../../spec/vectors/keys.json' with { type: 'json' };

export const clientId = '4Q5Y8W0WSG45P907917';

/**
 * Listens on a free port; while `state.reachable` is false, every connection breaks; while `state.replies` is, updates are
 * applied and get no reply.
 */
export async function startGateway() {
  const merchantKey = await importPublicKey(keys.merchant.publicKey);
  /** What was applied, in order. */
  const applied: UpdatePassRequest[] = [];
  const gateway = createGateway({
    publicKeyOf: (id) => (id === clientId ? merchantKey : undefined),
    privateKey: await importPrivateKey(keys.gateway.privateKey),
    handler: (update) => {
      applied.push(update);
      return { resultCode: 'SUCCESS', resultStatus: 'S' };
    },
  });
  const state = { reachable: true, replies: true };
  const listening = await serve(async (request) => {
    if (!state.reachable) throw new Error('not reachable');
    const response = await gateway(request);
    return state.replies ? response : new Promise(() => undefined);
  });
  return { ...listening, state, applied };
}
