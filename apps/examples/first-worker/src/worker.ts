/** POST with the token and an update: updates a card. */
import * as alipayhk from '@alipayhk-pass/api';

interface Env {
  API_TOKEN: string; // whoever has it can sign updates in your name
  CLIENT_ID: string;
  MERCHANT_PRIVATE_KEY: string;
  ALIPAYHK_PUBLIC_KEY: string;
  GATEWAY_URL?: string;
}

let client: alipayhk.Client | undefined; // keys are imported once per isolate

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    if (!(await isAuthorized(request, env))) return new Response(null, { status: 401 });
    client ??= alipayhk.createClient({
      clientId: env.CLIENT_ID,
      privateKey: await alipayhk.importPrivateKey(env.MERCHANT_PRIVATE_KEY, { name: 'MERCHANT_PRIVATE_KEY' }),
      publicKey: await alipayhk.importPublicKey(env.ALIPAYHK_PUBLIC_KEY, { name: 'ALIPAYHK_PUBLIC_KEY' }),
      encryption: alipayhk.RSA_AES, // without it bodies are signed only
      baseUrl: env.GATEWAY_URL, // https://open.alipay.hk unless given
    });
    try {
      const { tracerId } = await client.updatePass(alipayhk.checkUpdate(await request.json()));
      return Response.json({ tracerId });
    } catch (error) {
      if (error instanceof SyntaxError) return Response.json({ code: 'NotJson' }, { status: 400 });
      if (!alipayhk.isUpdatePassError(error)) throw error; // a TypeError: a mistake in the configuration
      const { code, tracerId } = error;
      console.error(code, error.message, tracerId); // holds no key and no body
      if (error.code === 'RequestInvalid') return Response.json({ code, issues: error.issues }, { status: 400 });
      if (error.code === 'ResultNotSuccess' && error.resultInfo.resultStatus === 'F') {
        return Response.json({ code, tracerId, resultInfo: error.resultInfo }, { status: 409 }); // AlipayHK refused it
      }
      // The update may have taken effect. Send the newest state of this card again, later.
      return Response.json({ code, tracerId }, { status: 502 });
    }
  },
};

/** Digests have equal lengths, which the comparison needs. */
async function isAuthorized(request: Request, { API_TOKEN }: Env): Promise<boolean> {
  if (!API_TOKEN) return false;
  const digest = (text: string) => crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  const received = await digest(request.headers.get('Authorization') ?? '');
  return crypto.subtle.timingSafeEqual(received, await digest(`Bearer ${API_TOKEN}`));
}
