/** This repository's packages, used as a merchant uses them: keys imported once, then one call a message. */
import {
  importPrivateKey,
  importPublicKey,
  openResponse,
  RSA_AES,
  sealRequest,
  sign,
  verify,
} from '@alipayhk-pass/message-security';
import { clientId, gateway, merchant, now, url } from '../messages.ts';
import type { Contender } from './contender.ts';

/** @param crypto - in place of the runtime's own, so that calls can be counted */
export async function ours(crypto: Crypto = globalThis.crypto): Promise<Contender> {
  const privateKey = await importPrivateKey(merchant.privateKey, { keyVersion: '1', crypto });
  const publicKey = await importPublicKey(gateway.publicKey, { keyVersion: '1', crypto });
  const options = { clientId, privateKey, publicKey, encryption: RSA_AES, now, crypto };
  return {
    sign: (parts) => sign(parts, privateKey),
    verify: (parts, signature) => verify(parts, signature, publicKey),
    seal: (request) => sealRequest(request, options),
    open: async (response) => {
      const opened = await openResponse(response, { url }, options);
      return new Uint8Array(await opened.response.arrayBuffer());
    },
  };
}
