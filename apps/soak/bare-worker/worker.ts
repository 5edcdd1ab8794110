/**
 * The limit that the load is held against: NDJSON in, each line signed with raw `subtle.sign` and posted, and nothing
 * else. No check of a line, no memory, no order, no retry, no verification of what is answered. Nobody should deploy it.
 */

interface Env {
  CLIENT_ID: string;
  /** PKCS#8 in PEM. */
  MERCHANT_PRIVATE_KEY: string;
  GATEWAY_URL: string;
  /** How many requests are in flight at once. */
  IN_FLIGHT: string;
}

const httpUri = '/api/open/alipay/v1/ipass/pass/manage/updatePass';
let key: CryptoKey | undefined;

export default {
  /** Answers with how many lines were answered 200. */
  async fetch(request: Request, env: Env): Promise<Response> {
    if (request.body === null) return new Response('0');
    key ??= await importKey(env.MERCHANT_PRIVATE_KEY);
    const signingKey = key;
    const flying = new Set<Promise<void>>();
    let done = 0;
    for await (const line of linesOf(request.body)) {
      const sending = post(line, signingKey, env).then((ok) => {
        done += ok ? 1 : 0;
        flying.delete(sending);
      });
      flying.add(sending);
      if (flying.size >= Number(env.IN_FLIGHT)) await Promise.race(flying);
    }
    await Promise.all(flying);
    return new Response(`${done}`);
  },
} satisfies ExportedHandler<Env>;

async function post(body: string, signingKey: CryptoKey, { CLIENT_ID, GATEWAY_URL }: Env): Promise<boolean> {
  const time = `${new Date().toISOString().slice(0, 19)}Z`;
  const content = new TextEncoder().encode(`POST ${httpUri}\n${CLIENT_ID}.${time}.${body}`);
  const signature = await crypto.subtle.sign('RSASSA-PKCS1-v1_5', signingKey, content);
  const value = encodeURIComponent(btoa(String.fromCharCode(...new Uint8Array(signature))));
  const headers = {
    'Client-Id': CLIENT_ID,
    'Content-Type': 'application/json; charset=UTF-8',
    'Request-Time': time,
    Signature: `algorithm=RSA256, keyVersion=1, signature=${value}`,
  };
  const response = await fetch(GATEWAY_URL + httpUri, { method: 'POST', headers, body });
  await response.arrayBuffer();
  return response.status === 200;
}

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

function importKey(pem: string): Promise<CryptoKey> {
  const base64 = pem.replaceAll(/-----.*-----|\s/g, '');
  const der = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return crypto.subtle.importKey('pkcs8', der, { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, false, ['sign']);
}
