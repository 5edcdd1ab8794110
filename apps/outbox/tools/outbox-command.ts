/**
 * `npx -y pnpm@12.21.0 outbox [--port N] [--gateway-port N]`: starts the sandbox and, beside it, the outbox with the
 * sandbox's keys; prints one line that updates a card; runs until it is told to end.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { untilSignal } from '@alipayhk-pass/harness/signals';
import { startWorker } from '@alipayhk-pass/harness/workers';
import { type Sandbox, startSandbox, untilLauncherEnds } from '@alipayhk-pass/sandbox-worker/starter';

const configDir = fileURLToPath(new URL('..', import.meta.url));
const folder = fileURLToPath(new URL('../../../.sandbox', import.meta.url));
const apiToken = 'a-token-of-this-machine';

function readPorts(): { port: number; gatewayPort: number } {
  const options = {
    port: { type: 'string', default: '8788' },
    'gateway-port': { type: 'string', default: '8787' },
  } as const;
  try {
    const { values } = parseArgs({ options });
    return { port: portOf('port', values.port), gatewayPort: portOf('gateway-port', values['gateway-port']) };
  } catch (error) {
    return fail(error);
  }
}

function portOf(name: string, text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new TypeError(`--${name}: expected a number from 1 to 65535, received ${JSON.stringify(text)}`);
}

function fail(error: unknown): never {
  console.error(`outbox: ${(error as Error).message.split('\n')[0]}`);
  process.exit(1);
}

async function start(ports: { port: number; gatewayPort: number }) {
  const sandbox = await startSandbox({ port: ports.gatewayPort });
  const persistTo = join(folder, 'outbox');
  mkdirSync(persistTo, { recursive: true, mode: 0o700 });
  const outbox = await startWorker({
    ...{ configDir, persistTo, port: ports.port },
    vars: {
      CLIENT_ID: sandbox.clientId,
      KEY_VERSION: sandbox.keyVersion,
      MERCHANT_PRIVATE_KEY: readFileSync(sandbox.merchantPrivateKey, 'utf8'),
      ALIPAYHK_PUBLIC_KEY: readFileSync(sandbox.gatewayPublicKey, 'utf8'),
      GATEWAY_URL: sandbox.url,
      API_TOKEN: apiToken,
    },
  }).catch(async (error: unknown) => {
    await sandbox.stop();
    throw error;
  });
  return { sandbox, outbox };
}

function show({ sandbox, outbox }: { sandbox: Sandbox; outbox: { url: string } }): void {
  const { passId, merchantId, userId } = sandbox.pass;
  const body = JSON.stringify({ merchantId, userId, points: 880, level: 'GOLD' });
  const headers = `-H 'Authorization: Bearer ${apiToken}' -H 'Content-Type: application/json'`;
  console.log(`outbox    ${outbox.url}
sandbox   ${sandbox.url}

# update the card
curl --noproxy '*' -X PUT ${outbox.url}/passes/${passId} ${headers} -d '${body}'

# what became of it
curl --noproxy '*' ${outbox.url}/passes/${passId} -H 'Authorization: Bearer ${apiToken}'

Ctrl-C stops both.`);
}

const ports = readPorts();
/** Settles once this program has to end. */
const ended = Promise.race([untilSignal(), untilLauncherEnds()]).then(() => undefined);
const started = await Promise.race([start(ports), ended]).catch(fail);
if (started) {
  show(started);
  await ended;
  await started.outbox.stop();
  await started.sandbox.stop();
}
process.exit(0); // what was still starting goes with this process
