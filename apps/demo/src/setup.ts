/**
 * What the demo starts, all on this machine: a Worker in AlipayHK's place, a recorder before it, and the merchant's
 * Worker twice, without and with encryption. Everything that is started goes on a stack that stops it again.
 */
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { applyMigrations } from '@alipayhk-pass/harness/migrations';
import { type Recorder, startRecorder } from '@alipayhk-pass/harness/recorder';
import { startWorker } from '@alipayhk-pass/harness/workers';
import { type KeyPair, makeKeyPair } from './keys.ts';

/** The Client-Id of AlipayHK's page. */
export const clientId = '4Q5Y8W0WSG45P907917';

/** The merchant's own part of the paths that AlipayHK calls. */
export const merchantTag = 'demo';

/** A pass and who holds it; ids in the shapes that AlipayHK uses. */
export interface Card {
  passId: string;
  merchantId: string;
  userId: string;
  templateCode?: string;
}

/** The pass of each of the merchant's Workers, by its ENCRYPTION: a pass has one outbox, or its order would be lost. */
export const cards: { off: Card; on: Card } = {
  off: { passId: '2024052200000000000001', merchantId: '2160400000000001', userId: '2160220000000001' },
  on: { passId: '2024052200000000000002', merchantId: '2160400000000001', userId: '2160220000000002' },
};

/** Everything that runs, and how to reach it. */
export interface Setup {
  keys: { merchant: KeyPair; gateway: KeyPair };
  gatewayUrl: string;
  recorder: Recorder;
  /** The merchant's Worker by its ENCRYPTION. */
  merchantUrls: { off: string; on: string };
  /** For callers of the merchant's Worker. */
  apiToken: string;
  /** For the sandbox's own API. */
  sandboxToken: string;
}

/**
 * Starts everything, each on a free port.
 *
 * @param started - gets what stops it again, whether or not it started in the end
 */
export async function setUp(started: AsyncDisposableStack): Promise<Setup> {
  const [merchant, gateway] = await Promise.all([makeKeyPair(), makeKeyPair()]);
  const apiToken = crypto.randomUUID();
  const sandboxToken = crypto.randomUUID();
  const temporary = mkdtempSync(join(tmpdir(), 'alipayhk-pass-demo-'));
  started.defer(() => rm(temporary, { recursive: true, force: true, maxRetries: 5 }));
  process.env.TMPDIR = temporary; // whatever wrangler leaves behind goes with it
  const recorder = await startRecorder();
  started.defer(() => recorder.close());

  const start = async (app: string, vars: Record<string, string>, database?: string): Promise<string> => {
    const configDir = fileURLToPath(new URL(`../../${app}`, import.meta.url));
    const migrated = database ? applyMigrations({ configDir, persistTo: database }) : Promise.resolve();
    const worker = migrated.then(() => startWorker({ configDir, vars, persistTo: database }));
    // Now and not once it runs: the demo may end before that.
    started.defer(async () => (await worker.catch(() => undefined))?.stop());
    return (await worker).url;
  };
  const startMerchant = (ENCRYPTION: 'off' | 'on') =>
    start('outbox', {
      CLIENT_ID: clientId,
      MERCHANT_PRIVATE_KEY: merchant.privateKey,
      ALIPAYHK_PUBLIC_KEY: gateway.publicKey,
      API_TOKEN: apiToken,
      GATEWAY_URL: recorder.url,
      ENCRYPTION,
      MERCHANT_TAG: merchantTag,
      KEY_VERSION: '1',
      TIMEOUT_MS: '10000',
      // Nobody wants to wait for a second, and then two, and then four.
      BACKOFF_MS: '100',
      UNANSWERED_PAUSE_MS: '200',
    });
  const startGateway = () => {
    const vars = { GATEWAY_PRIVATE_KEY: gateway.privateKey, SANDBOX_TOKEN: sandboxToken };
    return start('sandbox', vars, join(temporary, 'database'));
  };
  const [gatewayUrl, off, on] = await Promise.all([startGateway(), startMerchant('off'), startMerchant('on')]);
  recorder.forwardTo(gatewayUrl);
  return { keys: { merchant, gateway }, gatewayUrl, recorder, merchantUrls: { off, on }, apiToken, sandboxToken };
}
