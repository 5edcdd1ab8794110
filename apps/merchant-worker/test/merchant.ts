/** The real Worker in workerd, bundled and configured by wrangler, and a caller that has its token. */
import { fileURLToPath } from 'node:url';
import { createTestHarness } from 'wrangler';
import keys from '../../../spec/vectors/keys.json' with { type: 'json' };
import { clientId } from './upstream.ts';

const apiToken = 'a-token-of-the-tests';

/** An update as a caller of the Worker writes it: without passId, which is in the path. */
export const update = {
  merchantId: '2160400000000001',
  userId: '2160220000000001',
  status: 'UPDATE',
  updateDetailType: 'UPDATE_MEMBER_CARD',
  dataInfo: { billNo: null, lastChangePoints: '120', pointsProvider: 'ALIPAYHK' },
};

const secrets: Record<string, string> = {
  CLIENT_ID: clientId,
  MERCHANT_PRIVATE_KEY: keys.merchant.privateKey,
  ALIPAYHK_PUBLIC_KEY: keys.gateway.publicKey,
  API_TOKEN: apiToken,
};

export type Environment = Record<string, string | undefined>;

/** Starts the Worker; an `undefined` in `environment` takes a secret away. */
export async function startMerchant(environment: Environment = {}) {
  const server = createTestHarness(options(environment));
  await server.listen();
  const send = async (path: string, init: RequestInit = {}) => {
    const headers = { Authorization: `Bearer ${apiToken}`, 'Content-Type': 'application/json', ...init.headers };
    const call = () => server.fetch(path, { method: 'POST', ...init, headers } as object);
    let response = await call();
    let text = await response.text();
    // The harness keeps the connection on which a 413 left its body unread; what it sends there next may find it closed.
    if (text.startsWith('Error: Network connection lost')) {
      response = await call();
      text = await response.text();
    }
    return { status: response.status, headers: response.headers, body: JSON.parse(text) as Record<string, unknown> };
  };
  return {
    send,
    /** Sends an update of a pass. */
    update: (body: unknown = update, passId = '2024052200000000000001') =>
      send(`/passes/${passId}`, { body: JSON.stringify(body) }),
    /** Starts the Worker anew. */
    configure: (next: Environment) => server.update(options(next)),
    /** What it wrote to its log so far. */
    log: () => server.getLogs().map(({ level, message }) => `${level}: ${message}`),
    close: () => server.close(),
  };
}

function options(environment: Environment) {
  const bindings = Object.entries({ ...secrets, ...environment }).filter(([, value]) => value !== undefined);
  return {
    root: fileURLToPath(new URL('..', import.meta.url)),
    workers: [{ configPath: 'wrangler.jsonc', secrets: Object.fromEntries(bindings) as Record<string, string> }],
  };
}
