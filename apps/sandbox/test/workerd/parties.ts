// The two ends that the tests speak for: a merchant with its key, and the sandbox with passes in it.
import { env, exports } from 'cloudflare:workers';
import { type Client, createClient } from '@alipayhk-pass/api';
import type { UpdatePassRequest } from '@alipayhk-pass/api/gateway';
import { importPrivateKey, importPublicKey, RSA_AES, type SealedFetchOptions } from '@alipayhk-pass/message-security';
import { createPass, type NewPass, type Pass, readPass } from '../../src/passes.ts';

export const origin = 'https://gateway.test';
export const updatePassUrl = `${origin}/api/open/alipay/v1/ipass/pass/manage/updatePass`;

/** The Worker as it is deployed, with nothing between. */
export const gateway = (request: Request): Promise<Response> => exports.default.fetch(request);

/** What a merchant signs and encrypts with, and verifies and decrypts with. */
export async function optionsOf(clientId: 'merchant-1' | 'merchant-2') {
  return {
    clientId,
    privateKey: await importPrivateKey(env.TEST_MERCHANT_PRIVATE_KEYS[clientId]),
    publicKey: await importPublicKey(env.TEST_GATEWAY_PUBLIC_KEY),
    encryption: RSA_AES,
  } satisfies SealedFetchOptions;
}

/** A merchant's client that talks to the Worker. */
export async function merchant(clientId: 'merchant-1' | 'merchant-2', encrypted: boolean): Promise<Client> {
  const options = await optionsOf(clientId);
  return createClient({ ...options, encryption: encrypted ? RSA_AES : undefined, baseUrl: origin, fetch: gateway });
}

let count = 0;

/** A fresh pass in D1: storage is shared by the tests of a file. */
export async function freshPass(change: Partial<NewPass> = {}): Promise<NewPass> {
  count += 1;
  const pass = { passId: `P${count}`, clientId: 'merchant-1', merchantId: 'M1', userId: 'U1', ...change };
  await createPass(env.DB, pass);
  return pass;
}

/** An update that fits the pass, as little as it may hold. */
export function updateOf({ passId, merchantId, userId = 'U1' }: NewPass): UpdatePassRequest {
  return { passId, merchantId, userId, status: 'UPDATE', updateDetailType: 'UPDATE_MEMBER_CARD' };
}

/** The pass as D1 has it. */
export async function stored({ passId }: Pick<NewPass, 'passId'>): Promise<Pass> {
  const pass = await readPass(env.DB, passId);
  if (pass === undefined) throw new Error(`expected a pass ${passId}`);
  return pass;
}

/** A pair that is too short. */
export async function shortKeys(): Promise<{ privateKey: string; publicKey: string }> {
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 1024 };
  const publicExponent = Uint8Array.of(1, 0, 1);
  const pair = await crypto.subtle.generateKey({ ...algorithm, publicExponent }, true, ['sign', 'verify']);
  const text = async (format: 'pkcs8' | 'spki', key: CryptoKey): Promise<string> =>
    btoa(String.fromCharCode(...new Uint8Array((await crypto.subtle.exportKey(format, key)) as ArrayBuffer)));
  const { privateKey, publicKey } = pair as CryptoKeyPair;
  return { privateKey: await text('pkcs8', privateKey), publicKey: await text('spki', publicKey) };
}

/** What the admin API answers to whoever bears the token. */
export async function answerOf(
  method: string,
  path: string,
  body?: string,
): Promise<{ status: number; body: unknown }> {
  const headers = {
    Authorization: `Bearer ${env.SANDBOX_TOKEN}`,
    ...(body !== undefined && { 'Content-Type': 'application/json' }),
  };
  const init = body === undefined ? { method, headers } : { method, headers, body };
  const response = await gateway(new Request(`${origin}/sandbox${path}`, init));
  return { status: response.status, body: await response.json() };
}
