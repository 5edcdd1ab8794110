/** How to reach the sandbox, for a person or for a script. */
import { fileURLToPath } from 'node:url';
import type { Sandbox } from './start.ts';

const path = '/api/open/alipay/v1/ipass/pass/manage/updatePass';

/**
 * Prints how to reach the sandbox.
 *
 * @param json - one line of JSON in place of text for a person
 */
export function show(sandbox: Sandbox, json: boolean): void {
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

/** What a shell runs as it stands: an update, signed by OpenSSL, and a look at the pass. */
function commands({ url, clientId, pass, merchantPrivateKey, gatewayPublicKey }: Sandbox) {
  const { passId, merchantId, userId } = pass;
  const fields = { merchantId, userId, passId, status: 'UPDATE', updateDetailType: 'UPDATE_MEMBER_CARD' };
  const update = JSON.stringify({ ...fields, dataInfo: { points: 120, level: 'GOLD' } });
  const script = quote(fileURLToPath(new URL('../openssl-client.sh', import.meta.url)));
  const keys = [merchantPrivateKey, gatewayPublicKey].map(quote).join(' ');
  return {
    curl: `curl --noproxy '*' -H 'Sec-Fetch-Site: none' '${url}/sandbox/passes/${passId}'`,
    openssl: `echo '${update}' | sh ${script} encrypted '${url}${path}' '${clientId}' ${keys}`,
  };
}

/** For a shell, whatever is in it: a folder may be named with a quote. */
const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
