/**
 * Starts the sandbox on this machine: keys and database in a folder, the Worker in wrangler's local mode, and one
 * merchant with a pass in it. `command.ts` is this for the command line.
 */
import { once } from 'node:events';
import { accessSync, constants, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { applyMigrations } from '@alipayhk-pass/harness/migrations';
import { type RunningWorker, type StartWorker, startWorker } from '@alipayhk-pass/harness/workers';
import { keyFiles } from './keys.ts';

/** What `startSandbox` takes. */
export interface SandboxOptions {
  /** Port on 127.0.0.1; a free one unless given, and for 0. */
  port?: number | undefined;
  /** For keys and database; `.sandbox` at the root of the repository unless given. */
  folder?: string | undefined;
  /** Starts the Worker; in this process unless given. */
  start?: StartWorker;
}

/** A sandbox that runs. */
export interface Sandbox extends RunningWorker {
  clientId: string;
  keyVersion: string;
  pass: { passId: string; merchantId: string; userId: string; templateCode: string };
  /** Paths of PEM files: PKCS#8 and SPKI. */
  merchantPrivateKey: string;
  merchantPublicKey: string;
  gatewayPublicKey: string;
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

const configDir = fileURLToPath(new URL('..', import.meta.url));
const defaultFolder = fileURLToPath(new URL('../../../.sandbox', import.meta.url));

/**
 * Starts the sandbox. Keys, passes and ledger of an earlier start in the same folder are still there.
 *
 * @throws Error that says in its first line that the port is taken, a file cannot be read, or the database is corrupt
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { port = 0, folder = defaultFolder, start = startWorker } = options;
  if (port !== 0) await expectFree(port);
  const persistTo = join(folder, 'state');
  const merchant = keyFiles(folder, 'merchant');
  const gateway = keyFiles(folder, 'gateway');
  mkdirSync(persistTo, { recursive: true, mode: 0o700 });
  accessSync(persistTo, constants.R_OK | constants.W_OK | constants.X_OK);
  await applyMigrations({ configDir, persistTo }).catch((error: Error) => {
    throw new Error(`the database in ${persistTo} cannot be used and was left as it is: ${error.message}`);
  });
  const ready = { clientId, keyVersion, pass };
  const worker = await start({
    configDir,
    persistTo,
    port,
    vars: {
      GATEWAY_PRIVATE_KEY: gateway.privateKey,
      SANDBOX_OPEN: 'loopback',
      SANDBOX_MERCHANT: JSON.stringify({
        ...ready,
        merchantPrivateKey: merchant.privateKey,
        gatewayPublicKey: gateway.publicKey,
      }),
    },
  });
  try {
    await admin(`${worker.url}/sandbox/merchants/${clientId}`, 'PUT', {
      keys: [{ keyVersion, publicKey: merchant.publicKey }],
    });
    await admin(`${worker.url}/sandbox/passes`, 'POST', { ...pass, clientId });
  } catch (error) {
    await worker.stop();
    throw error;
  }
  return {
    ...worker,
    ...ready,
    merchantPrivateKey: merchant.privateKeyPath,
    merchantPublicKey: merchant.publicKeyPath,
    gatewayPublicKey: gateway.publicKeyPath,
  };
}

/** @throws Error when it fails; a pass that is there already is no failure. */
async function admin(url: string, method: string, body: object): Promise<void> {
  const headers = { 'Content-Type': 'application/json', 'Sec-Fetch-Site': 'none' };
  const response = await fetch(url, {
    method,
    headers,
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  });
  const text = await response.text();
  if (!response.ok && response.status !== 409) throw new Error(`${method} ${url}: received ${response.status} ${text}`);
}

/** Before any file is made: wrangler would notice after that. */
async function expectFree(port: number): Promise<void> {
  const server = createServer();
  const listening = once(server, 'listening');
  server.listen(port, '127.0.0.1');
  await listening.catch((error: NodeJS.ErrnoException) => {
    throw new Error(`port ${port} cannot be used (${error.code}); expected a free one`);
  });
  server.close();
  await once(server, 'close');
}
