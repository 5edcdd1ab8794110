/** Messages that both ends seal and open, for the tests of this folder. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import {
  importPrivateKey,
  importPublicKey,
  type OpenRequestOptions,
  openRequest,
  openResponse,
  type PublicKey,
  RSA_AES,
  type SealOptions,
  sealRequest,
  sealResponse,
} from '../../src/index.ts';
import { type Bytes, httpUri, keys, ofGateway, ofMerchant, post, url } from '../fixture.ts';

export * from '../fixture.ts';

export const encryption = RSA_AES;
export const reply = '{"resultInfo":{"resultCode":"SUCCESS","resultStatus":"S"}}';
/** The request that a reply belongs to. */
export const plainTo = { httpUri, encrypted: false };
export const encryptedTo = { httpUri, encrypted: true };

export const sealedRequest = (more: Partial<SealOptions> = {}, request = post()): Promise<Request> =>
  sealRequest(request, { ...ofMerchant, ...more });
export const sealedReply = (more: Partial<SealOptions> = {}, to = plainTo, body: BodyInit = reply): Promise<Response> =>
  sealResponse(new Response(body), to, { ...ofGateway, ...more });
export const openedRequest = (request: Request, more: Partial<OpenRequestOptions> = {}) =>
  openRequest(request, { ...ofGateway, ...more });
export const openedReply = (response: Response, more: Partial<OpenRequestOptions> = {}) =>
  openResponse(response, { url }, { ...ofMerchant, ...more });

/** A public key that accepts every signature, and counts its uses. */
export function countingKey(): PublicKey & { uses: number } {
  return {
    algorithm: 'RSA256',
    uses: 0,
    async verify() {
      this.uses++;
      return true;
    },
  };
}

const bytesOf = (pem: string): Bytes => new Uint8Array(Buffer.from(pem.replace(/-----.*-----|\s/g, ''), 'base64'));
const rsassa = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
/** The merchant's pair as CryptoKeys that are not extractable: they sign and verify, but neither encrypt nor decrypt. */
export const locked = {
  privateKey: await importPrivateKey(
    await crypto.subtle.importKey('pkcs8', bytesOf(keys.merchant.privateKey), rsassa, false, ['sign']),
  ),
  publicKey: await importPublicKey(
    await crypto.subtle.importKey('spki', bytesOf(keys.merchant.publicKey), rsassa, false, ['verify']),
  ),
};

/** Starts an HTTP server for one test, and returns its origin. */
export async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
