// A sandbox that runs, as tests over HTTP meet it: real keys from its files, the real client, the admin API.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Client, createClient, type DataInfo, type UpdatePassRequest } from '@alipayhk-pass/api';
import { importPrivateKey, importPublicKey, RSA_AES } from '@alipayhk-pass/message-security';
import { createSandboxClient, type Pass, type SandboxClient } from '@alipayhk-pass/sandbox/client';
import type { SharedSandbox } from './shared-sandbox.ts';

export const path = '/api/open/alipay/v1/ipass/pass/manage/updatePass';

/** The admin API of a sandbox that is open to this machine. */
export const admin = ({ url }: Pick<SharedSandbox, 'url'>): SandboxClient => createSandboxClient(url);

/** A fresh pass of the sandbox's merchant. */
export function freshPass(sandbox: SharedSandbox): Promise<Pass> {
  const { clientId } = sandbox;
  return admin(sandbox).createPass({ passId: randomUUID(), clientId, merchantId: 'M1', userId: 'U1' });
}

/** The pass as it is now. */
export const stored = (sandbox: Pick<SharedSandbox, 'url'>, { passId }: Pick<Pass, 'passId'>): Promise<Pass> =>
  admin(sandbox).readPass(passId);

/** An update that fits the pass. */
export function updateOf({ passId, merchantId, userId }: Pass, dataInfo: DataInfo = {}): UpdatePassRequest {
  const holder = { passId, merchantId, userId: userId ?? '' };
  return { ...holder, status: 'UPDATE', updateDetailType: 'UPDATE_MEMBER_CARD', dataInfo };
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
