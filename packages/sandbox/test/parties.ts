/** The two ends that the tests need: a merchant with its keys, and a sandbox with passes in it. */
import { type Client, createClient } from '@alipayhk-pass/api';
import type { UpdatePassRequest } from '@alipayhk-pass/api/gateway';
import { importPrivateKey, importPublicKey, RSA_AES, type SealedFetchOptions } from '@alipayhk-pass/message-security';
import { keys } from '@alipayhk-pass/spec/vectors';
import { openStore } from '#store';
import { createSandboxClient } from '../src/client.ts';
import { createSandbox, type SandboxEvent, type SandboxOptions } from '../src/index.ts';
import { selectRows } from '../src/store.ts';
import { setMerchant } from '../src/tables/merchants.ts';
import { createPass, type NewPass, type Pass, readPass } from '../src/tables/passes.ts';

export const origin = 'https://gateway.test';
export const updatePassUrl = `${origin}/api/open/alipay/v1/ipass/pass/manage/updatePass`;
export const token = 'token of the sandbox';

/** One for each file of tests. */
export const store = await openStore();

/** Two merchants, in PEM. */
export const merchantKeys = { 'merchant-1': keys.merchant, 'merchant-2': keys.stranger };
export type ClientId = keyof typeof merchantKeys;
export const gatewayPublicKey = keys.gateway.publicKey;

for (const [clientId, { publicKey }] of Object.entries(merchantKeys)) {
  await setMerchant(store, { clientId, keys: [{ publicKey }] });
}

/** What the sandbox has emitted; each test empties it. */
export const events: SandboxEvent[] = [];

/** A sandbox over the store of this file. */
export async function sandboxWith(
  change: Partial<SandboxOptions> = {},
): Promise<(request: Request) => Promise<Response>> {
  const privateKey = await importPrivateKey(keys.gateway.privateKey);
  return createSandbox({ store, privateKey, access: { token }, emit: (event) => events.push(event), ...change });
}

/** The sandbox of most tests. */
export const sandbox = await sandboxWith();

/** Its admin API. */
export const admin = createSandboxClient(origin, { token, fetch: (url, init) => sandbox(new Request(url, init)) });

/** What a merchant signs and encrypts with, and verifies and decrypts with. */
export async function optionsOf(clientId: ClientId) {
  return {
    clientId,
    privateKey: await importPrivateKey(merchantKeys[clientId].privateKey),
    publicKey: await importPublicKey(gatewayPublicKey),
    encryption: RSA_AES,
  } satisfies SealedFetchOptions;
}

/** A merchant's client that calls the sandbox. */
export async function merchant(clientId: ClientId, encrypted: boolean): Promise<Client> {
  const options = await optionsOf(clientId);
  return createClient({ ...options, encryption: encrypted ? RSA_AES : undefined, baseUrl: origin, fetch: sandbox });
}

let count = 0;

/** A fresh pass: a store is shared by the tests of a file. */
export async function freshPass(change: Partial<NewPass> = {}): Promise<NewPass> {
  count += 1;
  const pass = { passId: `P${count}`, clientId: 'merchant-1', merchantId: 'M1', userId: 'U1', ...change };
  await createPass(store, pass);
  return pass;
}

/** An update that fits the pass, with nothing optional in it. */
export function updateOf({ passId, merchantId, userId = 'U1' }: NewPass): UpdatePassRequest {
  return { passId, merchantId, userId, status: 'UPDATE', updateDetailType: 'UPDATE_MEMBER_CARD' };
}

/** The pass as the store has it. */
export async function stored({ passId }: Pick<NewPass, 'passId'>): Promise<Pass> {
  const pass = await readPass(store, passId);
  if (pass === undefined) throw new Error(`no such pass: ${passId}`);
  return pass;
}

/** Runs SQL without values. */
export const execute = (sql: string) => selectRows<Record<string, unknown>>(store, sql);

/** An RSA pair that is too short. */
export async function shortKeys(): Promise<{ privateKey: string; publicKey: string }> {
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 1024 };
  const publicExponent = Uint8Array.of(1, 0, 1);
  const pair = await crypto.subtle.generateKey({ ...algorithm, publicExponent }, true, ['sign', 'verify']);
  const text = async (format: 'pkcs8' | 'spki', key: CryptoKey): Promise<string> =>
    btoa(String.fromCharCode(...new Uint8Array((await crypto.subtle.exportKey(format, key)) as ArrayBuffer)));
  const { privateKey, publicKey } = pair as CryptoKeyPair;
  return { privateKey: await text('pkcs8', privateKey), publicKey: await text('spki', publicKey) };
}

/** A request to the admin API with the token, as plain HTTP. */
export async function ask(method: string, path: string, body?: string): Promise<{ status: number; body: unknown }> {
  const headers = {
    Authorization: `Bearer ${token}`,
    ...(body !== undefined && { 'Content-Type': 'application/json' }),
  };
  const init = body === undefined ? { method, headers } : { method, headers, body };
  const response = await sandbox(new Request(`${origin}/sandbox${path}`, init));
  return { status: response.status, body: await response.json() };
}
