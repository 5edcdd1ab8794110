/** The sandbox in this process: keys and passes in a folder, and one merchant with a pass that are ready to use. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { importPrivateKey } from '@alipayhk-pass/api';
import { createSandbox, type SqlStore } from '@alipayhk-pass/sandbox';
import { CommandError, exitCodes } from '../exit.ts';
import { makeKeyFolder } from '../files.ts';
import { ensureKeyFiles, type KeyFiles } from '../key-files.ts';
import { serve } from './serve.ts';

/** A sandbox that runs. */
export interface StartedSandbox {
  url: string;
  /** Whether passes and ledger outlive the process. */
  kept: boolean;
  clientId: string;
  pass: { passId: string; merchantId: string; userId: string; templateCode: string };
  merchant: KeyFiles;
  gateway: KeyFiles;
  stop(): Promise<void>;
}

type Store = SqlStore & { close(): void };

/** The Client-Id of AlipayHK's page, and ids in the shapes that AlipayHK uses. */
const clientId = '4Q5Y8W0WSG45P907917';
const keyVersion = '1';
const pass = {
  passId: '2024052200000000000001',
  merchantId: '2160400000000001',
  userId: '2160220000000001',
  templateCode: '20240522000000000000000000000001',
};

/** What a sandbox is started with. */
export interface StartOptions {
  /** For keys and passes. */
  folder: string;
  port: number;
  /** Forget passes and ledger at the end. */
  inMemory: boolean;
  /** Name of the variant to emulate; none unless given. */
  variant: string | undefined;
}

/** @throws UsageError for a port in use or a file that is no key */
export async function startSandbox({ folder, port, inMemory, variant }: StartOptions): Promise<StartedSandbox> {
  makeKeyFolder(folder, 0o700);
  const merchant = await ensureKeyFiles(folder, 'merchant');
  const gateway = await ensureKeyFiles(folder, 'gateway');
  const { store, kept } = await openStore(join(folder, 'sandbox.sqlite'), inMemory);
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
    variant,
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
      ...{ url, kept, clientId, pass, merchant, gateway },
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

/** Kept in the file, or in memory: as asked, or because the runtime has no SQLite of its own. */
async function openStore(path: string, inMemory: boolean): Promise<{ store: Store; kept: boolean }> {
  const native = await import('@alipayhk-pass/sandbox/node-sqlite').catch(() => undefined);
  if (native) return { store: native.openNodeSqlite(inMemory ? ':memory:' : path), kept: !inMemory };
  const { openMemoryStore } = await import('./memory-store.ts');
  return { store: openMemoryStore(), kept: false };
}
