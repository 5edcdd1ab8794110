/** Client and gateway of api plugged into each other: no port, no mock, the whole way of an update and back. */

import {
  type Client,
  createClient,
  type ResultInfo,
  ResultNotSuccess,
  type UpdatePassRequest,
} from '@alipayhk-pass/api';
import { createGateway, type Refusal } from '@alipayhk-pass/api/gateway';
import { RSA_AES, type SealedFetchOptions } from '@alipayhk-pass/message-security';
import { equal, errorOf } from '../assert.ts';
import { importKeys, type Party } from '../keys.ts';
import { clientId } from '../message.ts';
import type { Test } from '../test.ts';

const success: ResultInfo = { resultCode: 'SUCCESS', resultStatus: 'S', resultMessage: '成功' };
const update: UpdatePassRequest = {
  merchantId: '2160400000000001',
  userId: '2160220000000001',
  passId: '2024052200000000000001',
  status: 'UPDATE',
  updateDetailType: 'UPDATE_MEMBER_CARD',
  dataInfo: { billNo: null, lastChangePoints: '50', level: '金卡會員 🏅' },
};
/** 64 KiB in UTF-8. */
const large: UpdatePassRequest = { ...update, dataInfo: { remark: '積'.repeat((64 * 1024) / 3) } };

/** What lies between the two ends. */
type Network = (request: Request, gateway: (request: Request) => Promise<Response>) => Promise<Response>;

interface Change extends Pick<SealedFetchOptions, 'encryption'> {
  network?: Network;
  resultInfo?: ResultInfo;
  /** Whose private key signs, in place of the merchant's. */
  signer?: Party;
  /** Whose public key the merchant takes for the gateway's. */
  gatewayKey?: Party;
}

interface Trip {
  client: Client;
  /** What the handler was given. */
  received: UpdatePassRequest[];
  /** What the gateway refused. */
  refused: Refusal[];
}

async function connect(change: Change): Promise<Trip> {
  const { encryption, resultInfo = success, signer = 'merchant', gatewayKey = 'gateway' } = change;
  const { network = (request, gateway) => gateway(request) } = change;
  const keys = await importKeys();
  const received: UpdatePassRequest[] = [];
  const refused: Refusal[] = [];
  const gateway = createGateway({
    publicKeyOf: (id) => (id === clientId ? keys.merchant.publicKey : undefined),
    privateKey: keys.gateway.privateKey,
    handler: (body) => {
      received.push(body);
      return resultInfo;
    },
    onRefusal: (refusal) => refused.push(refusal),
  });
  const client = createClient({
    clientId,
    encryption,
    privateKey: keys[signer].privateKey,
    publicKey: keys[gatewayKey].publicKey,
    fetch: (request) => network(request, gateway),
  });
  return { client, received, refused };
}

const changesRequest: Network = async (request, gateway) => {
  const { url, method, headers } = request;
  return gateway(new Request(url, { method, headers, body: changed(await request.text()) }));
};

const changesResponse: Network = async (request, gateway) => {
  const response = await gateway(request);
  return new Response(changed(await response.text()), response);
};

const dropsSignature: Network = async (request, gateway) => {
  const response = await gateway(request);
  const headers = new Headers(response.headers);
  for (const name of ['Signature', 'Response-Time']) headers.delete(name);
  return new Response(response.body, { headers });
};

const names =
  (header: string, algorithm: string): Network =>
  (request, gateway) => {
    const value = request.headers.get(header) ?? '';
    request.headers.set(header, value.replace(/algorithm=\w+/, `algorithm=${algorithm}`));
    return gateway(request);
  };

/** One letter becomes the next, which leaves JSON and base64 in form. */
function changed(text: string): string {
  return text.replace(/[a-y]/, (letter) => String.fromCharCode(letter.charCodeAt(0) + 1));
}

/** What the gateway refuses: for which reason, and with which code it answers. */
type GatewayRefusal = [title: string, change: Change, reason: string, resultCode: string];

const ofAny: GatewayRefusal[] = [
  ['request changed on the way', { network: changesRequest }, 'SignatureVerificationFailed', 'INVALID_SIGNATURE'],
  ['request signed by a stranger', { signer: 'stranger' }, 'SignatureVerificationFailed', 'INVALID_SIGNATURE'],
  ['request signed as ECC224', { network: names('Signature', 'ECC224') }, 'AlgorithmNotSupported', 'INVALID_SIGNATURE'],
];

const ofEncrypted: GatewayRefusal[] = [
  ['request encrypted to a stranger', { gatewayKey: 'stranger' }, 'DecryptionFailed', 'PARAM_ILLEGAL'],
  ['request encrypted as RSA', { network: names('Encrypt', 'RSA') }, 'AlgorithmNotSupported', 'PARAM_ILLEGAL'],
];

/** What the merchant refuses of an update that took effect. */
const merchantRefusals: [title: string, change: Change, code: string][] = [
  ['response changed on the way', { network: changesResponse }, 'SignatureVerificationFailed'],
  ['response without a signature', { network: dropsSignature }, 'ResponseUnexpected'],
];

export function roundTripCases(test: Test): void {
  modeCases(test, 'plain', undefined, ofAny);
  modeCases(test, 'encrypted', RSA_AES, [...ofAny, ...ofEncrypted]);
}

function modeCases(test: Test, mode: string, encryption: Change['encryption'], refusals: GatewayRefusal[]): void {
  for (const [title, body] of [
    ['an update', update],
    ['64 KiB', large],
  ] as const) {
    test(`round trip, ${mode}: ${title}`, async () => {
      const { client, received } = await connect({ encryption });
      const result = await client.updatePass(body);
      equal(received, [body]);
      equal(result.resultInfo, { ...success, resultStatus: 'S' });
      equal(result.encrypted, encryption !== undefined);
      equal(result.tracerId?.length, 32);
    });
  }

  for (const resultStatus of ['F', 'U'] as const) {
    test(`round trip, ${mode}: result ${resultStatus}`, async () => {
      const resultInfo = { resultCode: 'SOME_CODE', resultStatus, resultMessage: '請稍後再試' };
      const { client } = await connect({ encryption, resultInfo });
      const error = await errorOf(() => client.updatePass(update));
      equal(error instanceof ResultNotSuccess && error.resultInfo, resultInfo);
    });
  }

  for (const [title, change, reason, resultCode] of refusals) {
    test(`round trip, ${mode}: ${title}`, async () => {
      const { client, received, refused } = await connect({ encryption, ...change });
      await errorOf(() => client.updatePass(update));
      equal(received, []);
      equal(
        refused.map(({ error, resultInfo }) => [error instanceof Error && error.name, resultInfo.resultCode]),
        [[reason, resultCode]],
      );
    });
  }

  for (const [title, change, code] of merchantRefusals) {
    test(`round trip, ${mode}: ${title}`, async () => {
      const { client, received } = await connect({ encryption, ...change });
      const error = await errorOf(() => client.updatePass(update));
      equal(received, [update]);
      equal(error.code, code);
    });
  }
}
