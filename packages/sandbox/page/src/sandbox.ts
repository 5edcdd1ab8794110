/** The sandbox that served this page: its admin API, and where an update stands in its ledger. */
import { createSandboxClient, type Entry, type SandboxClient, SandboxError } from '../../src/client.ts';

let token = '';

/** The token of a sandbox that is not on this machine; kept in memory only. */
export function setToken(text: string): void {
  token = text.trim();
}

/** Same origin only. */
export const sandbox: SandboxClient = createSandboxClient(location.origin, { token: () => token });

/** The newest entry that was found so far; what is sent later stands behind it. */
let newest = 0;

/**
 * The ledger's entry of a request that was just sent: by the tracer id of its reply or, where none came back, by its
 * signature. A signature alone does not identify a request: the same body in the same second has the same.
 *
 * @returns `undefined` when the request never reached the gateway
 */
export async function findEntry(
  tracerId: string | undefined,
  clientId: string,
  signature: string,
): Promise<Entry | undefined> {
  const entry = await (tracerId === undefined ? searchLedger(clientId, signature) : readEntry(tracerId));
  newest = Math.max(newest, entry?.id ?? 0);
  return entry;
}

async function readEntry(tracerId: string): Promise<Entry | undefined> {
  return sandbox.readEntry(tracerId).catch((error) => {
    if (error instanceof SandboxError && error.status === 404) return undefined;
    throw error;
  });
}

async function searchLedger(clientId: string, signature: string): Promise<Entry | undefined> {
  const entries = await sandbox.allEntries({ clientId, after: newest });
  return entries.findLast(({ headers }) =>
    headers.some(([name, value]) => name.toLowerCase() === 'signature' && value === signature),
  );
}
