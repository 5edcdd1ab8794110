/** POST /updates updates a card; below /{tag}/points/ AlipayHK calls. */
import { checkUpdate, isUpdatePassError, type UpdatePassError } from '@alipayhk-pass/api';
import { connect, type Env } from './alipayhk.ts';

export default {
  async fetch(request, env) {
    const { client, webhooks } = await connect(env);
    const { pathname } = new URL(request.url);
    if (pathname.startsWith(`/${env.MERCHANT_TAG}/points/`)) return webhooks(request, env);
    if (pathname !== '/updates' || request.method !== 'POST') return new Response(null, { status: 404 });
    if (!(await isAuthorized(request, env))) return new Response(null, { status: 401 });
    try {
      const { tracerId } = await client.updatePass(checkUpdate(await request.json()));
      return Response.json({ tracerId });
    } catch (error) {
      if (error instanceof SyntaxError) return Response.json({ code: 'NotJson' }, { status: 400 });
      if (!isUpdatePassError(error)) throw error; // a TypeError: a mistake in the call or in the configuration
      console.error(error.code, error.message, error.tracerId); // holds no key and no body
      return errorResponse(error);
    }
  },
} satisfies ExportedHandler<Env>;

function errorResponse(error: UpdatePassError): Response {
  const { code, tracerId } = error;
  if (code === 'RequestInvalid') return Response.json({ code, issues: error.issues }, { status: 400 }); // nothing was sent
  if (code === 'ResultNotSuccess' && error.resultInfo.resultStatus === 'F') {
    return Response.json({ code, tracerId, resultInfo: error.resultInfo }, { status: 409 }); // AlipayHK refused it
  }
  // The update may have taken effect. The caller sends the newest state of this card again, later.
  return Response.json({ code, tracerId }, { status: 502 });
}

/** Whoever has API_TOKEN can sign updates in your name. Digests have equal lengths, which the comparison needs. */
async function isAuthorized(request: Request, { API_TOKEN }: Env): Promise<boolean> {
  if (!API_TOKEN) return false;
  const [received, expected] = await Promise.all([
    digest(request.headers.get('Authorization') ?? ''),
    digest(`Bearer ${API_TOKEN}`),
  ]);
  return crypto.subtle.timingSafeEqual(received, expected);
}

function digest(text: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
}
