/** What the examples of the reference take as given: a caller's keys and messages. They run against the real functions. */
import { generateKeyPairSync } from 'node:crypto';
import { type Client, createClient, importPrivateKey, importPublicKey, RSA_AES } from '@alipayhk-pass/api';
import { createGateway, type UpdatePassRequest } from '@alipayhk-pass/api/gateway';
import { createWebhooks } from '@alipayhk-pass/api/webhooks';
import { type PrivateKey, type PublicKey, type SignedParts, sealRequest } from '@alipayhk-pass/message-security';
import { createSandbox } from '@alipayhk-pass/sandbox';
import { openNodeSqlite } from '@alipayhk-pass/sandbox/node-sqlite';
import type { D1Database } from '@cloudflare/workers-types';

/** Names that an example may use without declaring them. */
interface Given {
  clientId: string;
  MERCHANT_PRIVATE_KEY: string;
  MERCHANT_PUBLIC_KEY: string;
  ALIPAYHK_PUBLIC_KEY: string;
  MERCHANT_EC_PRIVATE_KEY: string;
  ALIPAYHK_EC_PUBLIC_KEY: string;
  /** The merchant's key, and AlipayHK's. */
  privateKey: PrivateKey;
  publicKey: PublicKey;
  /** The same at AlipayHK's end. */
  gatewayPrivateKey: PrivateKey;
  merchantPublicKey: PublicKey;
  update: UpdatePassRequest;
  /** Of updatePass. */
  url: string;
  client: Client;
  /** A request with an update, as its own server got it. */
  plainRequest: Request;
  /** The same as AlipayHK gets it. */
  request: Request;
  /** A call of AlipayHK. */
  call: Request;
  parts: SignedParts;
  profileText: string;
}

declare global {
  const clientId: Given['clientId'];
  const MERCHANT_PRIVATE_KEY: string;
  const MERCHANT_PUBLIC_KEY: string;
  const ALIPAYHK_PUBLIC_KEY: string;
  const MERCHANT_EC_PRIVATE_KEY: string;
  const ALIPAYHK_EC_PUBLIC_KEY: string;
  const privateKey: Given['privateKey'];
  const publicKey: Given['publicKey'];
  const gatewayPrivateKey: Given['gatewayPrivateKey'];
  const merchantPublicKey: Given['merchantPublicKey'];
  const update: Given['update'];
  const url: string;
  const client: Given['client'];
  const plainRequest: Request;
  const request: Request;
  const call: Request;
  const parts: Given['parts'];
  const profileText: string;
  /** The bindings of a Worker. Examples that use it are compiled only. */
  const env: { DB: D1Database };
}

const id = '4Q5Y8W0WSG45P907917';
const pass = {
  passId: '2024052200000000000001',
  merchantId: '2160400000000001',
  userId: '2160220000000001',
  templateCode: '20240522000000000000000000000001',
};
const success = { resultCode: 'SUCCESS', resultStatus: 'S' } as const;
const merchant = rsaPair();
const alipayhk = rsaPair();

/** Makes the names that are given global, with messages that nobody has read yet, and leads `fetch` to both ends. */
export async function defineGlobals(): Promise<void> {
  const privateKey = await importPrivateKey(merchant.privateKey);
  const publicKey = await importPublicKey(alipayhk.publicKey);
  const gatewayPrivateKey = await importPrivateKey(alipayhk.privateKey);
  const merchantPublicKey = await importPublicKey(merchant.publicKey);
  const { templateCode: _, ...ids } = pass;
  const update = { ...ids, status: 'UPDATE', updateDetailType: 'UPDATE_MEMBER_CARD' } as const;
  const url = 'https://open.alipay.hk/api/open/alipay/v1/ipass/pass/manage/updatePass';
  const post = (to: string, body: object) => new Request(to, { method: 'POST', body: JSON.stringify(body) });
  const given: Given = {
    clientId: id,
    MERCHANT_PRIVATE_KEY: merchant.privateKey,
    MERCHANT_PUBLIC_KEY: merchant.publicKey,
    ALIPAYHK_PUBLIC_KEY: alipayhk.publicKey,
    MERCHANT_EC_PRIVATE_KEY: ecPair().privateKey,
    ALIPAYHK_EC_PUBLIC_KEY: ecPair().publicKey,
    privateKey,
    publicKey,
    gatewayPrivateKey,
    merchantPublicKey,
    update,
    url,
    client: createClient({ clientId: id, privateKey, publicKey }),
    plainRequest: post('https://merchant.example/updates', update),
    request: await sealRequest(post(url, update), { clientId: id, privateKey, publicKey, encryption: RSA_AES }),
    call: await sealRequest(
      post('https://merchant.example/noodle-house/points/bill/notify', {
        userId: pass.userId,
        billNo: '2026112600000001',
        orderAmount: { currency: 'HKD', value: '12800' },
        payTime: '2026-11-26T12:00:00+08:00',
        pointsProvider: 'ALIPAYHK',
      }),
      { clientId: id, privateKey: gatewayPrivateKey },
    ),
    parts: {
      method: 'POST',
      httpUri: '/points',
      clientId: id,
      time: '2024-05-22T06:42:21+08:00',
      body: new TextEncoder().encode('{}'),
    },
    profileText: JSON.stringify({ version: 1, baseUrl: 'https://open.alipay.hk', settings: {} }),
  };
  const ends: Record<string, (request: Request) => Promise<Response>> = {
    'open.alipay.hk': createGateway({
      privateKey: gatewayPrivateKey,
      publicKeyOf: () => merchantPublicKey,
      handler: () => success,
    }),
    'merchant.example': createWebhooks({
      tag: 'noodle-house',
      clientId: id,
      privateKey,
      publicKey,
      notifyBill: () => success,
      createMembercard: () => ({ resultInfo: success }),
    }),
    '127.0.0.1:8787': createSandbox({
      store: openNodeSqlite(),
      privateKey: gatewayPrivateKey,
      access: { open: 'loopback' },
      ready: {
        clientId: id,
        keyVersion: '1',
        merchantPrivateKey: merchant.privateKey,
        gatewayPublicKey: alipayhk.publicKey,
        pass,
      },
    }),
  };
  const fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const { method, headers, body } = new Request(input, init);
    // Node's Request drops Sec-Fetch-Site from the init; here it is the header of a program that is no browser.
    const sent = new Request(input, { method, headers, body, duplex: 'half' } as RequestInit);
    sent.headers.set('Sec-Fetch-Site', 'none');
    const end = ends[new URL(sent.url).host];
    if (end === undefined)
      throw new Error(`an example requested ${sent.url}; expected one of the hosts ${Object.keys(ends).join(', ')}`);
    return end(sent);
  };
  Object.assign(globalThis, given, { fetch });
}

function rsaPair(): { privateKey: string; publicKey: string } {
  return generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
}

function ecPair(): { privateKey: string; publicKey: string } {
  return generateKeyPairSync('ec', {
    namedCurve: 'secp224r1',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
}
