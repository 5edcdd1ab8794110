/** What the load starts: the gateway, the bare Worker, the merchant's Worker, each in processes of its own. */
import { fileURLToPath } from 'node:url';
import { startChild } from '@alipayhk-pass/harness/child';
import { startWorkerProcess, type WorkerProcess } from '@alipayhk-pass/harness/worker-process';
import keys from '../../../../spec/vectors/keys.json' with { type: 'json' };
import { makeFolder } from '../folder.ts';
import { outboxDir } from '../outbox.ts';

const clientId = '4Q5Y8W0WSG45P907917';
export const apiToken = 'a-token-of-the-load';
/** Requests in flight at once, of the bare Worker as of the merchant's. */
export const inFlight = 64;

/** Longest life of the gateway, in milliseconds. */
const limit = 4 * 3_600_000;

/** The gateway, asked over HTTP. */
export interface Gateway {
  url: string;
  pid: number;
  /** Forgets what came, and makes room for updates numbered from 0. */
  expectUpdates(count: number): Promise<void>;
  /** How many of them came, and in how many requests. */
  count(): Promise<{ arrived: number; requests: number }>;
  /** When each came first, in milliseconds since the epoch; 0 where it did not. */
  arrivals(): Promise<Float64Array>;
}

/** @param started - gets what stops it again */
export async function startGateway(started: AsyncDisposableStack): Promise<Gateway> {
  const script = fileURLToPath(new URL('gateway.ts', import.meta.url));
  const child = startChild(process.execPath, [script], { limit, input: '' });
  started.defer(async () => void (await child.stop()));
  const [, url = ''] = await child.printed(/^(http\S+)$/m);
  return {
    url,
    pid: child.pid,
    async expectUpdates(count) {
      await fetch(`${url}/arrivals?size=${count}`, { method: 'PUT' });
    },
    count: async () => (await fetch(`${url}/count`)).json(),
    arrivals: async () => new Float64Array(await (await fetch(`${url}/arrivals`)).arrayBuffer()),
  };
}

/** The Worker that only signs and posts. */
export function startBare(started: AsyncDisposableStack, gateway: Gateway): Promise<WorkerProcess> {
  const configDir = fileURLToPath(new URL('../../bare-worker', import.meta.url));
  const vars = {
    CLIENT_ID: clientId,
    MERCHANT_PRIVATE_KEY: keys.merchant.privateKey,
    GATEWAY_URL: gateway.url,
    IN_FLIGHT: `${inFlight}`,
  };
  return start(started, configDir, vars);
}

/**
 * The merchant's Worker with nothing in it yet.
 *
 * @param perSecond - its bound on requests to AlipayHK
 */
export async function startMerchant(
  started: AsyncDisposableStack,
  gateway: Gateway,
  perSecond: number,
): Promise<WorkerProcess> {
  const persistTo = makeFolder(started);
  const vars = {
    CLIENT_ID: clientId,
    MERCHANT_PRIVATE_KEY: keys.merchant.privateKey,
    ALIPAYHK_PUBLIC_KEY: keys.gateway.publicKey,
    API_TOKEN: apiToken,
    GATEWAY_URL: gateway.url,
    KEY_VERSION: '1',
    TIMEOUT_MS: '30000',
    RATE_PER_SECOND: `${perSecond}`,
    IN_FLIGHT: '80',
    SHARDS: '16',
  };
  return start(started, outboxDir, vars, persistTo);
}

async function start(
  started: AsyncDisposableStack,
  configDir: string,
  vars: Record<string, string>,
  persistTo?: string,
): Promise<WorkerProcess> {
  const worker = startWorkerProcess({ configDir, vars, ...(persistTo !== undefined && { persistTo }) });
  started.defer(async () => (await worker.catch(() => undefined))?.stop());
  return worker;
}
