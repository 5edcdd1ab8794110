/** The other end: seals the responses that are opened, opens the requests that were sealed. Never timed. */
import { importPrivateKey, importPublicKey, openRequest, RSA_AES, sealResponse } from '@alipayhk-pass/message-security';
import { clientId, gateway, httpUri, merchant, now } from './messages.ts';

async function options() {
  return {
    clientId,
    now,
    encryption: RSA_AES,
    privateKey: await importPrivateKey(gateway.privateKey, { keyVersion: '1' }),
    publicKey: await importPublicKey(merchant.publicKey, { keyVersion: '1' }),
  };
}

/** A response in parts that can be put together again and again. */
export interface SealedResponse {
  headers: Record<string, string>;
  body: Uint8Array<ArrayBuffer>;
}

export async function sealReply(plain: Uint8Array<ArrayBuffer>, encrypted: boolean): Promise<SealedResponse> {
  const response = await sealResponse(new Response(plain), { httpUri, encrypted }, await options());
  const body = new Uint8Array(await response.arrayBuffer());
  // As it arrives from a server.
  return { headers: { ...Object.fromEntries(response.headers), 'content-length': `${body.length}` }, body };
}

/** The plain body, if the request's signature verifies and it was encrypted. */
export async function openUpdate(request: Request): Promise<Uint8Array> {
  const opened = await openRequest(request, { ...(await options()), requireEncryption: true });
  return new Uint8Array(await opened.request.arrayBuffer());
}
