// A sandbox that runs, as tests over HTTP meet it: real keys from its files, the real client, the admin API.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Client, createClient, type DataInfo, type UpdatePassRequest } from '@alipayhk-pass/api';
import { importPrivateKey, importPublicKey, RSA_AES } from '@alipayhk-pass/message-security';
import type { SharedSandbox } from './shared-sandbox.ts';

export const path = '/api/open/alipay/v1/ipass/pass/manage/updatePass';

/** What the admin API answers. */
export async function ask(
  { url }: Pick<SharedSandbox, 'url'>,
  method: string,
  route: string,
  body?: object,
): Promise<{ status: number; body: unknown }> {
  const headers = { 'Sec-Fetch-Site': 'none', ...(body !== undefined && { 'Content-Type': 'application/json' }) };
  const init = { method, headers, signal: AbortSignal.timeout(20_000), ...(body && { body: JSON.stringify(body) }) };
  const response = await fetch(`${url}/sandbox${route}`, init);
  return { status: response.status, body: await response.json() };
}

/** The part of a pass that tests look at. */
export interface StoredPass {
  passId: string;
  merchantId: string;
  userId: string;
  status: string;
  revision: number;
  dataInfo: object | null;
}

/** A fresh pass. */
export async function freshPass(sandbox: SharedSandbox): Promise<StoredPass> {
  const { clientId } = sandbox;
  const pass = { passId: randomUUID(), clientId, merchantId: 'M1', userId: 'U1' };
  const { status, body } = await ask(sandbox, 'POST', '/passes', pass);
  if (status !== 201) throw new Error(`expected a new pass, received ${status}`);
  return body as StoredPass;
}

/** The pass as it is now. */
export async function stored(
  sandbox: Pick<SharedSandbox, 'url'>,
  { passId }: Pick<StoredPass, 'passId'>,
): Promise<StoredPass> {
  return (await ask(sandbox, 'GET', `/passes/${passId}`)).body as StoredPass;
}

/** An update that fits the pass. */
export function updateOf({ passId, merchantId, userId }: StoredPass, dataInfo: DataInfo = {}): UpdatePassRequest {
  return { passId, merchantId, userId, status: 'UPDATE', updateDetailType: 'UPDATE_MEMBER_CARD', dataInfo };
}

/** The client that this project ships, over HTTP. */
export async function clientOf(sandbox: SharedSandbox, encrypted: boolean, timeout = 20_000): Promise<Client> {
  const { url: baseUrl, clientId, keyVersion } = sandbox;
  return createClient({
    ...{ baseUrl, clientId, timeout, encryption: encrypted ? RSA_AES : undefined },
    privateKey: await importPrivateKey(readFileSync(sandbox.merchantPrivateKey, 'utf8'), { keyVersion }),
    publicKey: await importPublicKey(readFileSync(sandbox.gatewayPublicKey, 'utf8')),
  });
}
