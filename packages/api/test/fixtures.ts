/** The parties of the tests, with the public test keys of spec/vectors, and a gateway that sends a chosen reply. */
import { importPrivateKey, importPublicKey, openRequest, RSA_AES, sealResponse } from '@alipayhk-pass/message-security';
import { keys } from '@alipayhk-pass/spec/vectors';
import type { NotifyBillRequest, UpdatePassRequest } from '../src/generated/types.ts';
import type { ClientOptions } from '../src/index.ts';

/** Address of updatePass in production, which `createClient` calls unless `baseUrl` is given. */
export const updatePassUrl = 'https://open.alipay.hk/api/open/alipay/v1/ipass/pass/manage/updatePass';

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

/** Options of a client that sends through `fetch`, with the merchant's private key and the gateway's public key. */
export function clientOptions(fetch: ClientOptions['fetch']): ClientOptions {
  return { clientId, privateKey: merchant.privateKey, publicKey: gateway.publicKey, fetch };
}

/** The request with changed headers and, if given, another body. */
export async function altered(request: Request, change: (headers: Headers) => void, body?: BodyInit): Promise<Request> {
  const headers = new Headers(request.headers);
  change(headers);
  return new Request(request.url, { method: request.method, headers, body: body ?? (await request.text()) });
}

/** The request with one header set. */
export const withHeader = async (request: Request | Promise<Request>, name: string, value: string): Promise<Request> =>
  altered(await request, (headers) => headers.set(name, value));

/** The request without one header. */
export const withoutHeader = async (request: Request | Promise<Request>, name: string): Promise<Request> =>
  altered(await request, (headers) => headers.delete(name));

/** An Encrypt header with a symmetric key that no RSA key of these tests unwraps. */
export const foreignEncryptHeader = `algorithm=RSA_AES, symmetricKey=${encodeURIComponent(btoa('k'.repeat(256)))}`;

/** How a reply differs from an ordinary success. */
interface ReplyOptions {
  /** Text, or a value that is sent as JSON. */
  body?: unknown;
  signedBy?: typeof gateway.privateKey;
  /** As the request, unless given. */
  encrypted?: boolean;
  /** Clock of the gateway, in milliseconds since the epoch. */
  now?: number;
  /** Changes the reply after it was sealed. */
  change?: (response: Response) => Response | Promise<Response>;
}

/** A gateway that opens the request, and seals the reply that the options describe. */
export function replying({ body = { resultInfo: success }, signedBy, encrypted, now, change }: ReplyOptions = {}) {
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
