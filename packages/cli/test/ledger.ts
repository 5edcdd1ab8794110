/** The sandbox in this process on a free port, for a test that reads its ledger while a command sends to it. */
import { importPrivateKey } from '@alipayhk-pass/api';
import { createSandbox, type SandboxEvent } from '@alipayhk-pass/sandbox';
import { createSandboxClient, type Entry, type SandboxClient } from '@alipayhk-pass/sandbox/client';
import { openNodeSqlite } from '@alipayhk-pass/sandbox/node-sqlite';
import { onTestFinished } from 'vitest';
import { clientId, serve } from './gateway.ts';
import { type Keys, pem } from './keys.ts';

/** A sandbox with passes. */
export interface Ledger {
  url: string;
  admin: SandboxClient;
  /** How many requests it has replied to. */
  replied(): number;
  /** The updates that took effect, in the order in which each pass took them. */
  applied(): Promise<Entry[]>;
  /** What each pass shows. */
  points(): Promise<Map<string, unknown>>;
}

/** Starts it with these passes; it stops with the test. */
export async function startLedger(
  keys: Keys,
  passes: { passId: string; merchantId: string; userId: string }[],
  ledgerRows: number,
): Promise<Ledger> {
  const store = openNodeSqlite();
  const emit = (event: SandboxEvent) => event.event !== 'request-refused' && console.error(event);
  const privateKey = await importPrivateKey(pem(keys.gateway.privateKey));
  const sandbox = createSandbox({ store, privateKey, access: { open: 'loopback' }, ledgerRows, emit });
  const send = (url: string, init: RequestInit) => sandbox(new Request(url, init));
  const admin = createSandboxClient('http://127.0.0.1', { fetch: send });
  await admin.setMerchant({ clientId, keys: [{ publicKey: pem(keys.merchant.publicKey) }] });
  for (const pass of passes) await admin.createPass({ ...pass, clientId });
  let replied = 0;
  const url = await serve(async (request) => {
    const response = await sandbox(request);
    replied++;
    return response;
  });
  onTestFinished(() => store.close());
  return {
    url,
    admin,
    replied: () => replied,
    async applied() {
      const entries = (await admin.allEntries()).filter(({ applied }) => applied);
      return entries.sort((a, b) => Number(a.revision) - Number(b.revision));
    },
    points: async () => new Map((await admin.allPasses()).map(({ passId, points }) => [passId, points])),
  };
}
