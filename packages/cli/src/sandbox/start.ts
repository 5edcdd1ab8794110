/** The sandbox in this process: keys and passes in a folder, and one merchant with a pass that are ready to use. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { importPrivateKey } from '@alipayhk-pass/api';
import { createSandbox } from '@alipayhk-pass/sandbox';
import { CommandError, exitCodes } from '../exit.ts';
import { ensureKeyFiles, type KeyFiles } from '../key-files.ts';
import { serve } from './serve.ts';

/** A sandbox that runs. */
export interface StartedSandbox {
  url: string;
  clientId: string;
  pass: { passId: string; merchantId: string; userId: string; templateCode: string };
  merchant: KeyFiles;
  gateway: KeyFiles;
  stop(): Promise<void>;
}

/** The Client-Id of AlipayHK's page, and ids in the shapes that AlipayHK uses. */
const clientId = '4Q5Y8W0WSG45P907917';
const keyVersion = '1';
const pass = {
  passId: '2024052200000000000001',
  merchantId: '2160400000000001',
  userId: '2160220000000001',
  templateCode: '20240522000000000000000000000001',
};

/**
 * @param folder - for keys and passes
 * @param inMemory - forget passes and ledger at the end
 * @throws UsageError for a port in use or a file that is no key; CommandError where there is no SQLite
 */
export async function startSandbox(folder: string, port: number, inMemory: boolean): Promise<StartedSandbox> {
  const openNodeSqlite = await loadSqlite();
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const merchant = await ensureKeyFiles(folder, 'merchant');
  const gateway = await ensureKeyFiles(folder, 'gateway');
  const store = openNodeSqlite(inMemory ? ':memory:' : join(folder, 'sandbox.sqlite'));
  const text = (path: string): string => readFileSync(path, 'utf8');
  const sandbox = createSandbox({
    store,
    privateKey: await importPrivateKey(text(gateway.privateKeyPath)),
    access: { open: 'loopback' },
    ready: {
      clientId,
      keyVersion,
      pass,
      merchantPrivateKey: text(merchant.privateKeyPath),
      gatewayPublicKey: gateway.publicKey,
    },
    emit: () => undefined, // the ledger has it
  });
  const admin = async (method: string, path: string, body: object): Promise<void> => {
    const headers = { 'Content-Type': 'application/json', 'Sec-Fetch-Site': 'none' };
    const request = new Request(`http://127.0.0.1/sandbox/${path}`, { method, body: JSON.stringify(body) });
    for (const [name, value] of Object.entries(headers)) request.headers.set(name, value);
    const { ok, status } = await sandbox(request);
    if (!ok && status !== 409) throw new CommandError(`the sandbox refused ${path} with ${status}`, exitCodes.failed);
  };
  try {
    await admin('PUT', `merchants/${clientId}`, { keys: [{ keyVersion, publicKey: merchant.publicKey }] });
    await admin('POST', 'passes', { ...pass, clientId });
    const { url, stop } = await serve(sandbox, port);
    return {
      ...{ url, clientId, pass, merchant, gateway },
      stop: async () => {
        await stop();
        store.close();
      },
    };
  } catch (error) {
    store.close();
    throw error;
  }
}

async function loadSqlite(): Promise<typeof import('@alipayhk-pass/sandbox/node-sqlite').openNodeSqlite> {
  try {
    return (await import('@alipayhk-pass/sandbox/node-sqlite')).openNodeSqlite;
  } catch {
    throw new CommandError(
      'this runtime has no node:sqlite, which the sandbox needs; expected Node 22.13 or newer, Deno or Bun',
      exitCodes.failed,
    );
  }
}
