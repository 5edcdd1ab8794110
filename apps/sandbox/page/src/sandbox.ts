/** The sandbox's admin API as the page uses it: the ready pass and key, faults, the ledger, passes. Same origin only. */

/** A key and a pass to begin with, which a local sandbox offers. */
export interface Ready {
  clientId: string;
  keyVersion: string;
  merchantPrivateKey: string;
  gatewayPublicKey: string;
  pass: { passId: string; merchantId: string; userId: string; templateCode: string };
}

/** A fault that can be asked for. */
export interface FaultKind {
  name: string;
  description: string;
  /** Whether the update takes effect although the fault occurs. */
  applies: boolean;
  /** What it takes besides the requests that it befalls, as `delayMs`. */
  parameters?: string[];
}

/** A fault that was asked for and is still to befall someone. */
export interface ActiveFault {
  id: number;
  name: string;
  /** Of the number of requests that it is for. */
  remaining?: number;
}

/** One stage of the gateway's work on a request. */
export interface Stage {
  stage: string;
  verdict: 'passed' | 'refused' | 'skipped';
  reason?: string;
}

/** What the gateway noted of a request; `null` where there is nothing. */
export interface LedgerEntry {
  id: number;
  /** Milliseconds since the epoch. */
  receivedAt: number;
  tracerId: string | null;
  headers: [string, string][];
  stages: Stage[];
  update: unknown;
  keyVersion: string | null;
  encrypted: boolean;
  applied: boolean;
  revision: number | null;
  fault: string | null;
  resultInfo: unknown;
}

/** A pass as the sandbox has it. */
export type Pass = Record<string, unknown> & { passId: string };

/** The sandbox answered with an error, or not with JSON. */
export class SandboxError extends Error {
  override readonly name = 'SandboxError';
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

let token = '';

/** The SANDBOX_TOKEN of a sandbox that is not on this machine; kept in memory only. */
export function setToken(text: string): void {
  token = text.trim();
}

async function call<T>(path: string, method = 'GET', body?: unknown): Promise<T> {
  const response = await fetch(`/sandbox${path}`, {
    method,
    cache: 'no-store',
    headers: {
      ...(token && { Authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const answer = readJson(text);
  if (response.ok) return answer as T;
  const { error } = (answer ?? {}) as { error?: { message?: string } };
  throw new SandboxError(response.status, error?.message ?? `HTTP ${response.status}`);
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @throws SandboxError with status 404 where no key is on offer, 401 where a token is asked for */
export const readReady = (): Promise<Ready> => call('/ready');

export const readFaults = (): Promise<{ catalog: FaultKind[]; active: ActiveFault[] }> => call('/faults');

export const injectFault = (fault: Record<string, unknown>): Promise<ActiveFault> => call('/faults', 'POST', fault);

export const removeFault = (id: ActiveFault['id']): Promise<void> => call(`/faults/${id}`, 'DELETE');

export const readPass = (passId: string): Promise<Pass> => call(`/passes/${encodeURIComponent(passId)}`);

export const resetPass = (passId: string): Promise<Pass> =>
  call(`/passes/${encodeURIComponent(passId)}/reset`, 'POST', {});

/** The newest entry that was found so far; what is sent later stands behind it. */
let newest = 0;

/**
 * The ledger's entry of a request that was just sent: by the tracer id of its answer or, where none came back, by its
 * signature. A signature alone names no request: the same body in the same second has the same.
 *
 * @returns `undefined` when the gateway never saw it
 */
export async function findEntry(
  tracerId: string | undefined,
  clientId: string,
  signature: string,
): Promise<LedgerEntry | undefined> {
  const entry = await (tracerId === undefined ? searchLedger(clientId, signature) : readEntry(tracerId));
  newest = Math.max(newest, entry?.id ?? 0);
  return entry;
}

async function readEntry(tracerId: string): Promise<LedgerEntry | undefined> {
  return call<LedgerEntry>(`/ledger/${encodeURIComponent(tracerId)}`).catch((error) => {
    if (error instanceof SandboxError && error.status === 404) return undefined;
    throw error;
  });
}

async function searchLedger(clientId: string, signature: string): Promise<LedgerEntry | undefined> {
  const isIt = ({ headers }: LedgerEntry): boolean =>
    headers.some(([name, value]) => name.toLowerCase() === 'signature' && value === signature);
  let found: LedgerEntry | undefined;
  for (let after: number | undefined = newest; after !== undefined; ) {
    const query = new URLSearchParams({ clientId, after: `${after}`, limit: '100' });
    const { entries, next }: { entries: LedgerEntry[]; next?: number } = await call(`/ledger?${query}`);
    found = entries.findLast(isIt) ?? found;
    after = next;
  }
  return found;
}
