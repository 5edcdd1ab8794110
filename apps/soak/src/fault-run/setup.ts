/**
 * What a fault run starts, all on this machine: the sandbox in AlipayHK's place, the wire, and the merchant's Worker,
 * both Workers with their state in a folder, so that what is killed can be started again on it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createNotifier, type Notifier } from '@alipayhk-pass/api/gateway';
import { type Recorder, startRecorder } from '@alipayhk-pass/harness/recorder';
import { startWorkerProcess, type WorkerProcess } from '@alipayhk-pass/harness/worker-process';
import { importPrivateKey, importPublicKey } from '@alipayhk-pass/message-security';
import { type Sandbox, startSandbox } from '@alipayhk-pass/sandbox-worker/starter';
import { makeFolder } from '../folder.ts';
import { outboxDir } from '../outbox.ts';
import type { Merchant } from './caller.ts';
import { Runtime } from './runtime.ts';
import { exchangeHeader } from './wire.ts';

/** Everything that runs. */
export interface Setup {
  sandbox: Sandbox;
  wire: Recorder;
  merchant: Merchant;
  /** AlipayHK's calls, to where the merchant's Worker is at that moment. */
  notifyBill: Notifier['notifyBill'];
  /** What can be killed. */
  runtimes: { merchant: Runtime; gateway: Runtime };
}

/** The merchant's part of the path that AlipayHK calls. */
const tag = 'shop';
/** Milliseconds that the merchant's reply to a bill may take. */
const replyTimeout = 5_000;

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
 * @param options - `ledgerRows`: about how many requests the gateway's ledger holds
 */
export async function setUp(
  started: AsyncDisposableStack,
  { ledgerRows = 10_000 }: { ledgerRows?: number } = {},
): Promise<Setup> {
  const folder = makeFolder(started);
  const wire = await startRecorder({ idHeader: exchangeHeader });
  started.defer(() => wire.close());

  let sandbox: Sandbox | undefined;
  const gateway = new Runtime(async () => {
    await sandbox?.stop(); // the Worker was killed, and its front is left
    const { promise: worker, resolve } = Promise.withResolvers<WorkerProcess>();
    sandbox = await startSandbox({
      folder: join(folder, 'gateway'),
      async start(options) {
        const vars = { ...options.vars, LEDGER_ROWS: `${ledgerRows}` };
        const started = await startWorkerProcess({ ...options, vars });
        resolve(started);
        return started;
      },
    });
    wire.forwardTo(sandbox.url);
    return worker;
  });
  started.defer(() => sandbox?.stop() ?? gateway.stop());
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
    MERCHANT_TAG: tag,
  };
  const alipayhk = {
    clientId,
    tag,
    privateKey: await importPrivateKey(readFileSync(join(folder, 'gateway', 'gateway-private-key.pem'), 'utf8')),
    publicKey: await importPublicKey(readFileSync(sandbox.merchantPublicKey, 'utf8')),
    timeout: replyTimeout,
  };
  const merchant = new Runtime(() => startWorkerProcess({ configDir: outboxDir, vars, persistTo }));
  started.defer(() => merchant.stop());
  await merchant.start();
  return {
    sandbox,
    wire,
    merchant: { url: () => merchant.url, apiToken, merchantId: pass.merchantId, userId: pass.userId },
    notifyBill: (bill) => createNotifier({ ...alipayhk, baseUrl: merchant.url }).notifyBill(bill),
    runtimes: { merchant, gateway },
  };
}
