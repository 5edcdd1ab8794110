/** The parties of the tests, with the public test keys of spec/vectors, and a gateway of a few lines. */
import { importPrivateKey, importPublicKey, openRequest, RSA_AES, sealResponse } from '@alipayhk-pass/message-security';
import { keys } from '@alipayhk-pass/spec/vectors';
import type { NotifyBillRequest, UpdatePassRequest } from '../src/generated/types.ts';
import type { ClientOptions } from '../src/index.ts';

export const clientId = '4Q5Y8W0WSG45P907917';

export const merchant = {
  privateKey: await importPrivateKey(keys.merchant.privateKey),
  publicKey: await importPublicKey(keys.merchant.publicKey),
};
export const gateway = {
  privateKey: await importPrivateKey(keys.gateway.privateKey),
  publicKey: await importPublicKey(keys.gateway.publicKey),
};
export const stranger = {
  privateKey: await importPrivateKey(keys.stranger.privateKey),
  publicKey: await importPublicKey(keys.stranger.publicKey),
};

export const update: UpdatePassRequest = {
  merchantId: '2160400000000001',
  userId: '2160220000000001',
  passId: '2024052200000000000001',
  status: 'UPDATE',
  updateDetailType: 'UPDATE_MEMBER_CARD',
  dataInfo: { billNo: null, level: '金卡' },
};

export const bill: NotifyBillRequest = {
  userId: '2160220000000001',
  billNo: '2024052221000000000000000001',
  orderAmount: { currency: 'HKD', value: '12050' },
  payTime: '2024-05-22T06:42:21+08:00',
  pointsProvider: 'ALIPAYHK',
};

export const success = { resultCode: 'SUCCESS', resultStatus: 'S', resultMessage: 'Success' } as const;

/** Options of a client that talks to `fetch`, with the merchant's key and the gateway's. */
export function clientOptions(fetch: ClientOptions['fetch']): ClientOptions {
  return { clientId, privateKey: merchant.privateKey, publicKey: gateway.publicKey, fetch };
}

/** How a reply is to differ from a proper one. */
interface Reply {
  body?: unknown;
  signedBy?: typeof gateway.privateKey;
  encrypted?: boolean;
  now?: number;
  change?: (response: Response) => Response | Promise<Response>;
}

/** A gateway that opens the request for real and then answers as told, through the same sealing that a gateway uses. */
export function replying({ body = { resultInfo: success }, signedBy, encrypted, now, change }: Reply = {}) {
  return async (request: Request): Promise<Response> => {
    const parties = { clientId, publicKey: merchant.publicKey, encryption: RSA_AES };
    const opened = await openRequest(request, { ...parties, privateKey: gateway.privateKey });
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = new Response(text, { headers: { 'Tracer-Id': 'trace-1' } });
    const sealed = await sealResponse(
      response,
      { ...opened, encrypted: encrypted ?? opened.encrypted },
      { ...parties, privateKey: signedBy ?? gateway.privateKey, now: () => now ?? Date.now() },
    );
    return change ? change(sealed) : sealed;
  };
}
