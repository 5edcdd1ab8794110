/** Both directions between this app and AlipayHK. */
import { type Client, createClient, importPrivateKey, importPublicKey, RSA_AES } from '@alipayhk-pass/api';
import { createWebhooks } from '@alipayhk-pass/api/webhooks';

/** `.dev.vars.example` describes the variables, `wrangler.jsonc` the namespace. */
export interface Env {
  API_TOKEN: string;
  CLIENT_ID: string;
  MERCHANT_TAG: string;
  MERCHANT_PRIVATE_KEY: string;
  ALIPAYHK_PUBLIC_KEY: string;
  GATEWAY_URL?: string;
  RECORDS: KVNamespace;
}

/** What `connect` returns. */
export interface AlipayHK {
  client: Client;
  webhooks: (request: Request, env: Env) => Promise<Response>;
}

const success = { resultCode: 'SUCCESS', resultStatus: 'S' } as const;
let alipayhk: AlipayHK | undefined; // keys are imported once per isolate

/** The client, and the function that replies to AlipayHK's calls. */
export async function connect(env: Env): Promise<AlipayHK> {
  if (alipayhk) return alipayhk;
  const options = {
    clientId: env.CLIENT_ID,
    privateKey: await importPrivateKey(env.MERCHANT_PRIVATE_KEY, { name: 'MERCHANT_PRIVATE_KEY' }),
    publicKey: await importPublicKey(env.ALIPAYHK_PUBLIC_KEY, { name: 'ALIPAYHK_PUBLIC_KEY' }),
    encryption: RSA_AES, // without it bodies are signed only
  };
  alipayhk = {
    client: createClient({ ...options, baseUrl: env.GATEWAY_URL }),
    webhooks: createWebhooks<Env>({
      ...options,
      tag: env.MERCHANT_TAG,
      // AlipayHK repeats a call until the reply says S: the same record is then written again.
      notifyBill: async (bill, _, { RECORDS }) => {
        await RECORDS.put(`bills/${bill.billNo}`, JSON.stringify(bill));
        return success;
      },
      createMembercard: async ({ userId }, _, { RECORDS }) => {
        await RECORDS.put(`members/${userId}`, '');
        return { resultInfo: success };
      },
      onRefusal: ({ error, tracerId }) => console.error('refused', tracerId, error),
    }),
  };
  return alipayhk;
}
