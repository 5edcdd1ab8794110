/**
 * A Worker that updates a card again and again, through to the reply: by the client of api, and as a bare one does that
 * signs, posts and looks at nothing but the status.
 */
import { createClient, importPrivateKey, importPublicKey, RSA_AES, type UpdatePassRequest } from '@alipayhk-pass/api';
import { nodeCrypto } from '@alipayhk-pass/node-crypto';
import { importNative } from './contenders/native-key.ts';
import { clientId, gateway, httpUri, merchant, now, time, update } from './messages.ts';

type Update = () => Promise<unknown>;

async function client(encryption: typeof RSA_AES | undefined, crypto: Crypto, baseUrl: string): Promise<Update> {
  const privateKey = await importPrivateKey(merchant.privateKey, { keyVersion: '1', crypto });
  const publicKey = await importPublicKey(gateway.publicKey, { keyVersion: '1', crypto });
  const { updatePass } = createClient({ clientId, privateKey, publicKey, encryption, crypto, now, baseUrl });
  return () => updatePass(update as UpdatePassRequest);
}

async function bare(baseUrl: string): Promise<Update> {
  const key = await importNative('pkcs8', merchant.privateKey);
  return async () => {
    const body = JSON.stringify(update);
    const content = new TextEncoder().encode(`POST ${httpUri}\n${clientId}.${time}.${body}`);
    const signature = new Uint8Array(await crypto.subtle.sign('RSASSA-PKCS1-v1_5', key, content)).toBase64();
    const headers = {
      'Client-Id': clientId,
      'Request-Time': time,
      'Content-Type': 'application/json; charset=UTF-8',
      Signature: `algorithm=RSA256, keyVersion=1, signature=${encodeURIComponent(signature)}`,
    };
    const response = await fetch(baseUrl + httpUri, { method: 'POST', headers, body });
    if (!response.ok) throw new Error(`HTTP status ${response.status}`);
    return response.json();
  };
}

const ways: Record<string, (baseUrl: string) => Promise<Update>> = {
  bare,
  signed: (baseUrl) => client(undefined, globalThis.crypto, baseUrl),
  encrypted: (baseUrl) => client(RSA_AES, globalThis.crypto, baseUrl),
  'encrypted, node-crypto': (baseUrl) => client(RSA_AES, nodeCrypto, baseUrl),
};
const ready = new Map<string, Promise<Update>>();

export default {
  async fetch(request: Request, { GATEWAY }: { GATEWAY: string }): Promise<Response> {
    const { searchParams } = new URL(request.url);
    const by = searchParams.get('by') ?? '';
    const way = ways[by];
    if (way === undefined) return new Response(`no such way: ${by}`, { status: 404 });
    const made = ready.get(by) ?? way(GATEWAY);
    ready.set(by, made);
    try {
      const updateCard = await made;
      for (let left = Number(searchParams.get('times')); left > 0; left--) await updateCard();
      return new Response('done');
    } catch (error) {
      return new Response(String(error), { status: 500 });
    }
  },
};
