/**
 * `npx -y pnpm@12.21.0 sandbox [--port N] [--json]`: starts the sandbox, says how to reach it, and runs until it is told
 * to end. Exit code 1 and one line on stderr when it cannot start or an argument is wrong.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Sandbox, startSandbox } from './sandbox.ts';
import { startersGone } from './sandbox-starters.ts';

const path = '/api/open/alipay/v1/ipass/pass/manage/updatePass';

function readArguments(): { port: number; json: boolean; folder: string | undefined } {
  try {
    const options = { port: { type: 'string' }, json: { type: 'boolean' }, folder: { type: 'string' } } as const;
    const { port = '8787', json = false, folder } = parseArgs({ options }).values;
    if (!/^[1-9]\d{0,4}$/.test(port) || Number(port) > 65_535) {
      throw new TypeError(`--port: expected a number from 1 to 65535, received ${JSON.stringify(port)}`);
    }
    return { port: Number(port), json, folder };
  } catch (error) {
    return fail(error);
  }
}

/** For a shell, whatever is in it: a folder may be named with a quote. */
const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** What a shell runs as it stands: an update, signed by OpenSSL, and a look at the pass. */
function commands({ url, clientId, pass, merchantPrivateKey, gatewayPublicKey }: Sandbox) {
  const { passId, merchantId, userId } = pass;
  const fields = { merchantId, userId, passId, status: 'UPDATE', updateDetailType: 'UPDATE_MEMBER_CARD' };
  const update = JSON.stringify({ ...fields, dataInfo: { points: 120, level: 'GOLD' } });
  const script = quote(fileURLToPath(new URL('openssl-client.sh', import.meta.url)));
  const keys = [merchantPrivateKey, gatewayPublicKey].map(quote).join(' ');
  return {
    curl: `curl --noproxy '*' -H 'Sec-Fetch-Site: none' '${url}/sandbox/passes/${passId}'`,
    openssl: `echo '${update}' | sh ${script} encrypted '${url}${path}' '${clientId}' ${keys}`,
  };
}

function show(sandbox: Sandbox, json: boolean): void {
  const { url, clientId, keyVersion, pass, merchantPrivateKey, merchantPublicKey, gatewayPublicKey } = sandbox;
  const { passId, merchantId, userId, templateCode } = pass;
  const facts = { url, clientId, keyVersion, passId, merchantId, userId, templateCode };
  const files = { merchantPrivateKey, merchantPublicKey, gatewayPublicKey };
  const lines = { ...facts, ...files, ...commands(sandbox) };
  if (json) {
    console.log(JSON.stringify(lines));
    return;
  }
  const { curl, openssl, ...rows } = lines;
  const table = Object.entries(rows).map(([name, value]) => `${name.padEnd(20)}${value}`);
  const paste = [
    '',
    '# in a browser',
    url,
    '',
    '# an update, sealed by OpenSSL and sent by curl',
    openssl,
    '',
    '# the pass',
    curl,
    '',
  ];
  console.log([...table, ...paste, 'Ctrl-C stops it.'].join('\n'));
}

function fail(error: unknown): never {
  // One line: whoever needs more has wrangler's own logs.
  console.error(`sandbox: ${(error as Error).message.split('\n')[0]}`);
  process.exit(1);
}

const { port, json, folder } = readArguments();
/** Settles once this process is told to end; telling it again changes nothing. */
const ended = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
  startersGone().then(resolve);
});
const starting = startSandbox({ port, folder });
const sandbox = await Promise.race([starting, ended]).catch(fail);
if (sandbox) {
  show(sandbox, json);
  await ended;
  await sandbox.stop();
}
process.exit(0); // what was still starting goes with this process
