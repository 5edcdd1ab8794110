/**
 * The admin API of a sandbox, called: by its page, by tests, by whatever sets a sandbox up. The types come from the
 * routes themselves.
 */
import { type ClientResponse, hc } from 'hono/client';
import type { ErrorBody, ErrorCode, Issue } from './admin/errors.ts';
import type { FaultKind } from './admin/faults.ts';
import type { AdminRoutes, ReadyMerchant } from './admin/routes.ts';
import type { ActiveFault, NewFault } from './tables/faults.ts';
import type { Entry, EntryReply } from './tables/ledger-entries.ts';
import type { Merchant, MerchantKey } from './tables/merchants.ts';
import type { NewPass, Pass } from './tables/passes.ts';
import type { Template } from './tables/templates.ts';
import type { VariantKind } from './variants/variant.ts';

export type { ErrorBody, ErrorCode, Issue } from './admin/errors.ts';
export type { Stage, Verdict } from './gateway/stages.ts';
export type {
  ActiveFault,
  Entry,
  EntryReply,
  FaultKind,
  Merchant,
  MerchantKey,
  NewFault,
  NewPass,
  Pass,
  ReadyMerchant,
  Template,
  VariantKind,
};

/** What `createSandboxClient` takes besides the origin. */
export interface SandboxClientOptions {
  /** The sandbox's token, if it asks for one; a function is called for each request. */
  token?: string | (() => string | undefined) | undefined;
  /** Carries out the requests; `globalThis.fetch` unless given. */
  fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
  /** How long a response may take, in milliseconds; 30 seconds unless given. */
  timeout?: number | undefined;
}

/** The admin API refused a request, or something else replied in its place. */
export class SandboxError extends Error {
  /** Always `SandboxError`. */
  override readonly name = 'SandboxError';
  /** HTTP status. */
  readonly status: number;
  /** `undefined` if the response is not one of the admin API. */
  readonly code: ErrorCode | undefined;
  /** Where the request is wrong; empty where that is not known. */
  readonly issues: readonly Issue[];
  constructor(status: number, error: Partial<ErrorBody['error']> = {}) {
    super(error.message ?? `the sandbox replied HTTP ${status} without an error of its own`);
    this.status = status;
    this.code = error.code;
    this.issues = error.issues ?? [];
  }
}

/** Which items of a list. */
export interface ListQuery<After> {
  /** Only items of this merchant. */
  clientId?: string;
  /** Only items after this one: the `next` of the page before. */
  after?: After;
  /** At most so many, up to 100; 50 unless given. */
  limit?: number;
}

/** A page of passes. */
export interface PassPage {
  /** By `passId`. */
  passes: Pass[];
  /** Where the next page goes on, if there is one. */
  next?: string | undefined;
}

/** A page of the ledger. */
export interface EntryPage {
  /** The oldest first. */
  entries: Entry[];
  /** Where the next page goes on, if there is one. */
  next?: number | undefined;
}

/** Which entries of the ledger. */
export interface EntryQuery extends ListQuery<number> {
  /** Only entries about this pass. */
  passId?: string;
}
type Api = ReturnType<typeof hc<AdminRoutes>>;

/** The admin API as functions. Each rejects with SandboxError, or with what `fetch` rejects with. */
export type SandboxClient = ReturnType<typeof createSandboxClient>;

/**
 * A client of the admin API.
 *
 * @param origin - of the sandbox, as `http://127.0.0.1:8787`
 * @example
 * ```ts
 * import { createSandboxClient } from '@alipayhk-pass/sandbox/client';
 *
 * const sandbox = createSandboxClient('http://127.0.0.1:8787');
 * const { pass } = await sandbox.readReady();
 * await sandbox.addFault({ name: 'http-502', passId: pass.passId, times: 1 });
 * await sandbox.reset();
 * ```
 */
export function createSandboxClient(origin: string, options: SandboxClientOptions = {}) {
  const api = connect(origin, options);
  const listPasses = (query: ListQuery<string> = {}): Promise<PassPage> =>
    read(api.passes.$get({ query: texts(query) }));
  const listEntries = (query: EntryQuery = {}): Promise<EntryPage> => read(api.ledger.$get({ query: texts(query) }));

  return {
    /** The merchant that the sandbox offers, private key included. */
    readReady: (): Promise<ReadyMerchant> => read(api.ready.$get()),
    /** Makes every pass as new, and empties the ledger and the list of faults. */
    reset: (): Promise<{ reset: boolean }> => read(api.reset.$post()),

    /** Every merchant, with its public keys. */
    listMerchants: (): Promise<{ merchants: Merchant[] }> => read(api.merchants.$get()),
    /** Creates a merchant, or replaces its keys and settings. */
    setMerchant: ({ clientId, ...settings }: Merchant): Promise<Merchant> =>
      read(api.merchants[':clientId'].$put({ param: encoded({ clientId }), json: settings })),

    /** Every template. */
    listTemplates: (): Promise<{ templates: Template[] }> => read(api.templates.$get()),
    /** Creates a template. */
    createTemplate: (template: { templateCode: string; merchantId: string; name?: string }): Promise<Template> =>
      read(api.templates.$post({ json: template })),

    /** A page of passes. */
    listPasses,
    /** Every pass, page by page. */
    async allPasses(query: ListQuery<string> = {}): Promise<Pass[]> {
      const all: Pass[] = [];
      for (let after = query.after; ; ) {
        const { passes, next } = await listPasses({ limit: 100, ...query, ...(after !== undefined && { after }) });
        all.push(...passes);
        if (next === undefined) return all;
        after = next;
      }
    },
    /** Creates a pass, and its template if there is none with this code. */
    createPass: (pass: NewPass): Promise<Pass> => read(api.passes.$post({ json: pass })),
    /** One pass as it is now. */
    readPass: (passId: string): Promise<Pass> => read(api.passes[':passId'].$get({ param: encoded({ passId }) })),
    /** Makes one pass as new. */
    resetPass: (passId: string): Promise<Pass> =>
      read(api.passes[':passId'].reset.$post({ param: encoded({ passId }) })),

    /** A page of the ledger. */
    listEntries,
    /** Every entry of the ledger, page by page, the oldest first. */
    async allEntries(query: EntryQuery = {}): Promise<Entry[]> {
      const all: Entry[] = [];
      for (let after = query.after; ; ) {
        const { entries, next } = await listEntries({ limit: 100, ...query, ...(after !== undefined && { after }) });
        all.push(...entries);
        if (next === undefined) return all;
        after = next;
      }
    },
    /** The entry of one request. */
    readEntry: (tracerId: string): Promise<Entry> =>
      read(api.ledger[':tracerId'].$get({ param: encoded({ tracerId }) })),
    /** Deletes every entry. */
    clearLedger: (): Promise<{ deleted: number }> => read(api.ledger.$delete()),

    /** The catalog of faults, and the faults that wait for a request. */
    listFaults: (): Promise<{ catalog: FaultKind[]; active: ActiveFault[] }> => read(api.faults.$get()),
    /** Makes the next requests fail. */
    addFault: (fault: NewFault): Promise<ActiveFault> => read(api.faults.$post({ json: fault })),
    /** Removes a fault that waits. */
    removeFault: (id: number): Promise<{ deleted: number }> =>
      read(api.faults[':id{[0-9]{1,15}}'].$delete({ param: { id: `${id}` } })),
    /** Removes every fault that waits. */
    removeFaults: (): Promise<{ deleted: number }> => read(api.faults.$delete()),

    /** The gateways that a sandbox can emulate, and the one that this sandbox emulates; `null` for the default one. */
    listVariants: (): Promise<{ catalog: VariantKind[]; active: VariantKind | null }> => read(api.variants.$get()),
  };
}

function connect(origin: string, options: SandboxClientOptions): Api {
  const { token, fetch: send = (url, init) => globalThis.fetch(url, init), timeout = 30_000 } = options;
  return hc<AdminRoutes>(new URL('/sandbox', origin).href, {
    headers(): Record<string, string> {
      const text = typeof token === 'function' ? token() : token;
      // A browser writes this header by itself; elsewhere it says that no page asks.
      return { 'Sec-Fetch-Site': 'none', ...(text && { Authorization: `Bearer ${text}` }) };
    },
    async fetch(url: unknown, init?: RequestInit) {
      const response = await send(String(url), { ...init, signal: AbortSignal.timeout(timeout) });
      if (response.ok) return response;
      const body = await response.json().catch(() => undefined);
      throw new SandboxError(response.status, (body as ErrorBody | undefined)?.error);
    },
  });
}

async function read<T>(response: Promise<ClientResponse<T>>): Promise<T> {
  return (await response).json() as Promise<T>;
}

/** hc puts parameters into the path as they are. */
function encoded<Params extends Record<string, string>>(params: Params): Params {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, encodeURIComponent(value)])) as Params;
}

/** A query holds texts only. */
function texts(query: object): Record<string, string> {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
}
