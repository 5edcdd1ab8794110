/** A gateway that records what it refuses, requests sealed for it, and its replies opened as the merchant opens them. */
import {
  type OpenedResponse,
  openResponse,
  RSA_AES,
  type SealOptions,
  sealRequest,
} from '@alipayhk-pass/message-security';
import { expect, vi } from 'vitest';
import { createGateway, type GatewayOptions, type Refusal, type ResultInfo } from '../src/gateway.ts';
import { clientId, gateway, merchant, success, update, updatePassUrl } from './fixtures.ts';

/** A gateway with one merchant and a handler that replies S. */
export function gatewayWith(options: Partial<GatewayOptions> = {}) {
  const refusals: Refusal[] = [];
  const handler = vi.fn<GatewayOptions['handler']>(() => success);
  const fetch = createGateway({
    publicKeyOf: (id) => (id === clientId ? merchant.publicKey : undefined),
    privateKey: gateway.privateKey,
    handler,
    onRefusal: (refusal) => refusals.push(refusal),
    ...options,
  });
  return { fetch, handler, refusals };
}

/** An update that is not sealed yet. */
interface Unsealed {
  url?: string;
  method?: string;
  /** A value that is sent as JSON, or the body as it is sent. */
  json?: unknown;
  body?: BodyInit;
}

/** A request for updatePass, sealed by the merchant. */
export const sealUpdate = (
  { url = updatePassUrl, method = 'POST', json = update, body = JSON.stringify(json) }: Unsealed = {},
  options: Partial<SealOptions> = {},
): Promise<Request> =>
  sealRequest(new Request(url, { method, body }), {
    clientId,
    privateKey: merchant.privateKey,
    publicKey: gateway.publicKey,
    ...options,
  });

/** The result in a reply, which is opened as the merchant opens it, and whether the reply was encrypted. */
export async function resultOf(
  response: Response,
  request: Request,
): Promise<ResultInfo & Pick<OpenedResponse, 'encrypted'>> {
  const keys = { publicKey: gateway.publicKey, privateKey: merchant.privateKey, encryption: RSA_AES };
  // Only the address: some tests give the request another time.
  const opened = await openResponse(response, { url: request.url }, { clientId, ...keys });
  expect(opened.tracerId).toMatch(/^[0-9a-f]{32}$/);
  const { resultInfo } = (await opened.response.json()) as { resultInfo: ResultInfo };
  return { ...resultInfo, encrypted: opened.encrypted };
}
