/** A Worker that updates the pass that its path names, and replies with the tracer id. */
import { createClient, importPrivateKey, importPublicKey, RSA_AES } from '@alipayhk-pass/api';

export default {
  async fetch(request, env) {
    const client = createClient({
      clientId: env.CLIENT_ID,
      privateKey: await importPrivateKey(env.MERCHANT_PRIVATE_KEY),
      publicKey: await importPublicKey(env.ALIPAYHK_PUBLIC_KEY),
      encryption: RSA_AES,
      baseUrl: env.GATEWAY_URL,
    });
    const { tracerId } = await client.updatePass({
      merchantId: '2160400000000001',
      userId: '2160220000000001',
      passId: new URL(request.url).pathname.slice(1),
      status: 'UPDATE',
      updateDetailType: 'UPDATE_MEMBER_CARD',
      dataInfo: { level: '金卡' },
    });
    return new Response(`updated ${tracerId}\n`);
  },
};
