/**
 * Starts the sandbox on this machine: keys and database in a folder, the Worker in wrangler's local mode, and one
 * merchant with a pass in it. `sandbox-command.ts` is this for the command line.
 */
import { once } from 'node:events';
import { accessSync, constants, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { applyMigrations, startWorker } from './dev.ts';
import { keyFiles } from './sandbox-keys.ts';

/** What `startSandbox` takes. */
export interface SandboxOptions {
  /** On 127.0.0.1; a free one unless given. */
  port?: number | undefined;
  /** For keys and database; `.sandbox` at the root of the repository unless given. */
  folder?: string | undefined;
}

/** A sandbox that answers. */
export interface Sandbox {
  /** Origin, as `http://127.0.0.1:8787`. */
  url: string;
  clientId: string;
  keyVersion: string;
  pass: { passId: string; merchantId: string; userId: string; templateCode: string };
  /** Paths of PEM files: PKCS#8 and SPKI. */
  merchantPrivateKey: string;
  merchantPublicKey: string;
  gatewayPublicKey: string;
  /** Id of the process group of wrangler and workerd. */
  processGroup: number;
  /** What wrangler and the Worker have printed so far. */
  output(): string;
  /** Ends every process that was started; settles when they are gone. */
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

const configDir = import.meta.dirname;

/**
 * Starts the sandbox. Keys, passes and ledger of an earlier start in the same folder are still there.
 *
 * @throws Error, one line: the port is taken, a file cannot be read, the database is corrupt
 */
export async function startSandbox({ port, folder = defaultFolder }: SandboxOptions = {}): Promise<Sandbox> {
  if (port !== undefined) await expectFree(port);
  const persistTo = join(folder, 'state');
  const merchant = keyFiles(folder, 'merchant');
  const gateway = keyFiles(folder, 'gateway');
  mkdirSync(persistTo, { recursive: true, mode: 0o700 });
  accessSync(persistTo, constants.R_OK | constants.W_OK | constants.X_OK);
  await applyMigrations({ configDir, persistTo }).catch((error: Error) => {
    throw new Error(`${persistTo}: expected the sandbox’s database, received ${reasonIn(error)}; it was left as it is`);
  });
  const ready = { clientId, keyVersion, pass };
  const worker = await startWorker({
    configDir,
    persistTo,
    port,
    readyPath: '/sandbox/ready',
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
  const { url, processGroup, output, stop } = worker;
  try {
    await admin(`${url}/sandbox/merchants/${clientId}`, 'PUT', {
      keys: [{ keyVersion, publicKey: merchant.publicKey }],
    });
    await admin(`${url}/sandbox/passes`, 'POST', { ...pass, clientId });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    ...ready,
    merchantPrivateKey: merchant.privateKeyPath,
    merchantPublicKey: merchant.publicKeyPath,
    gatewayPublicKey: gateway.publicKeyPath,
    processGroup,
    output,
    stop,
  };
}

const defaultFolder = fileURLToPath(new URL('../../.sandbox', import.meta.url));

/** @throws Error when it fails; that a pass is there already is none. */
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

async function expectFree(port: number): Promise<void> {
  const server = createServer();
  const listening = once(server, 'listening');
  server.listen(port, '127.0.0.1');
  await listening.catch((error: NodeJS.ErrnoException) => {
    throw new Error(`port ${port}: expected a free one, received ${error.code}`);
  });
  server.close();
  await once(server, 'close');
}

/** Of all that wrangler prints, what is wrong. */
function reasonIn({ message }: Error): string {
  const line = message.split('\n').find((each) => each.includes('ERROR')) ?? message.split('\n')[0] ?? '';
  return /SQLITE_\w+/.exec(message)?.[0] ?? line.replace(/^\W+/, '').trim();
}
