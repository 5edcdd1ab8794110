/**
 * Starts the sandbox on this machine: keys and database in a folder, the Worker in wrangler's local mode with a front
 * before it, and one merchant with a pass in it. `command.ts` is this for the command line.
 */
import { once } from 'node:events';
import { accessSync, constants, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { applyMigrations } from '@alipayhk-pass/harness/migrations';
import { type RunningWorker, type StartWorker, startWorker } from '@alipayhk-pass/harness/workers';
import type { HeaderCase } from '@alipayhk-pass/sandbox';
import { createSandboxClient, SandboxError } from '@alipayhk-pass/sandbox/client';
import { startFront } from './front.ts';
import { keyFiles } from './keys.ts';

export { untilLauncherEnds } from './launcher.ts';

/** What `startSandbox` takes. */
export interface SandboxOptions {
  /** Port on 127.0.0.1; a free one unless given, and for 0. */
  port?: number | undefined;
  /** For keys and database; `.sandbox` at the root of the repository unless given. */
  folder?: string | undefined;
  /** How the names of headers in replies are spelled; `lower` unless given. */
  headerCase?: HeaderCase | undefined;
  /** Name of the variant to emulate; none unless given. */
  variant?: string | undefined;
  /** Starts the Worker; in this process unless given. */
  start?: StartWorker;
}

/** A sandbox that runs. */
export interface Sandbox extends RunningWorker {
  /** Where the Worker itself listens, behind the front. */
  workerUrl: string;
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
  const { port = 0, folder = defaultFolder, headerCase = 'lower', variant = '', start = startWorker } = options;
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
    vars: {
      HEADER_CASE: headerCase,
      VARIANT: variant,
      GATEWAY_PRIVATE_KEY: gateway.privateKey,
      SANDBOX_OPEN: 'loopback',
      SANDBOX_MERCHANT: JSON.stringify({
        ...ready,
        merchantPrivateKey: merchant.privateKey,
        gatewayPublicKey: gateway.publicKey,
      }),
    },
  });
  const front = await startFront(port, worker.url).catch(async (error) => {
    await worker.stop();
    throw error;
  });
  const stop = async (): Promise<void> => {
    await front.close();
    await worker.stop();
  };
  try {
    const admin = createSandboxClient(worker.url);
    await admin.setMerchant({ clientId, keys: [{ keyVersion, publicKey: merchant.publicKey }] });
    await admin.createPass({ ...pass, clientId }).catch((error) => {
      if (!(error instanceof SandboxError && error.code === 'Conflict')) throw error; // from an earlier start
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    ...ready,
    url: front.url,
    workerUrl: worker.url,
    output: worker.output,
    stop,
    merchantPrivateKey: merchant.privateKeyPath,
    merchantPublicKey: merchant.publicKeyPath,
    gatewayPublicKey: gateway.publicKeyPath,
  };
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
