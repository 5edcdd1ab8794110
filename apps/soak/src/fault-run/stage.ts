/**
 * What a fault run starts, all on this machine: the sandbox in AlipayHK's place, the wire, and the merchant's Worker,
 * both Workers with their state in a folder, so that what is killed can be started again on it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startWorker } from '@alipayhk-pass/sandbox-worker/dev';
import { type Sandbox, startSandbox } from '@alipayhk-pass/sandbox-worker/sandbox';
import { makeFolder } from '../folder.ts';
import { outboxDir } from '../outbox.ts';
import { Runtime } from './runtime.ts';
import type { Merchant } from './till.ts';
import { startWire, type Wire } from './wire.ts';

/** Everything that runs. */
export interface Stage {
  sandbox: Sandbox;
  wire: Wire;
  merchant: Merchant;
  /** What can be killed. */
  runtimes: { merchant: Runtime; gateway: Runtime };
}

/** Quick retries, and a rate that chaos' complaints about traffic do not bring down to a standstill. */
const pace = {
  TIMEOUT_MS: '1500',
  BACKOFF_MS: '50',
  UNANSWERED_PAUSE_MS: '300',
  RATE_PER_SECOND: '20000',
  IN_FLIGHT: '64',
};

/**
 * Starts everything.
 *
 * @param started - gets what stops it again, whether or not it started in the end
 */
export async function setStage(started: AsyncDisposableStack): Promise<Stage> {
  const folder = makeFolder(started);
  const wire = await startWire();
  started.defer(() => wire.close());

  let sandbox: Sandbox | undefined;
  const gateway = new Runtime(async () => {
    sandbox = await startSandbox({ folder: join(folder, 'gateway') });
    wire.leadTo(sandbox.url);
    return sandbox;
  });
  started.defer(() => gateway.stop());
  const persistTo = join(folder, 'merchant');
  await gateway.start();
  if (sandbox === undefined) throw new Error('expected a sandbox once it has started');

  const { clientId, keyVersion, pass } = sandbox;
  const apiToken = crypto.randomUUID();
  const vars = {
    ...pace,
    CLIENT_ID: clientId,
    MERCHANT_PRIVATE_KEY: readFileSync(sandbox.merchantPrivateKey, 'utf8'),
    ALIPAYHK_PUBLIC_KEY: readFileSync(sandbox.gatewayPublicKey, 'utf8'),
    API_TOKEN: apiToken,
    GATEWAY_URL: wire.url,
    KEY_VERSION: keyVersion,
  };
  const merchant = new Runtime(() => startWorker({ configDir: outboxDir, vars, persistTo }));
  started.defer(() => merchant.stop());
  await merchant.start();
  return {
    sandbox,
    wire,
    merchant: { url: () => merchant.url, apiToken, merchantId: pass.merchantId, userId: pass.userId },
    runtimes: { merchant, gateway },
  };
}
