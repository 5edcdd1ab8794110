/** Reading the ledger: entries as the admin API shows them. */
import type { ResultInfo, UpdatePassRequest } from '@alipayhk-pass/api/gateway';
import type { Verdict } from '../gateway/stages.ts';
import { type SqlStore, selectRows } from '../store.ts';

/** A request to the gateway and its outcome; `null` where there is nothing, or not yet. */
export interface Entry {
  /** Increases. */
  id: number;
  /** Milliseconds since the epoch. */
  receivedAt: number;
  /** The Tracer-Id header of the reply. */
  tracerId: string | null;
  /** As received; verified only if the stage `signature` was passed. */
  clientId: string | null;
  /** The pass that the update names, once it is verified. */
  passId: string | null;
  /** HTTP method. */
  method: string;
  /** Path and query. */
  httpUri: string;
  /** As received. */
  headers: [name: string, value: string][];
  /**
   * At most its first 64 KiB, or 4 KiB if it did not verify; `bodyBase64` in its place if it is not UTF-8. Neither is there
   * if the body was not read to its end.
   */
  body?: string;
  /** A body that is not UTF-8. */
  bodyBase64?: string;
  /** Length of the whole body; `null` if it was not read to its end. */
  bodyBytes: number | null;
  /** The outcome of each stage, in their order. */
  stages: Verdict[];
  /** The update in plain, once it is verified and fits the contract; `null` also where it exceeds 64 KiB. */
  update: UpdatePassRequest | null;
  /** Version of the key that verified the request. */
  keyVersion: string | null;
  /** Whether the request was encrypted. */
  encrypted: boolean;
  /** Whether the update took effect. */
  applied: boolean;
  /** Revision of the pass after the update was applied. */
  revision: number | null;
  /** Name of the fault that the request took. */
  fault: string | null;
  /** The result, before a fault changed the reply. */
  resultInfo: ResultInfo | null;
  /** As it was sent. */
  reply: EntryReply | null;
}

/** A reply as it was sent. */
export interface EntryReply {
  /** HTTP status. */
  status: number;
  /** In the spelling that was sent. */
  headers: [name: string, value: string][];
  /** A body in UTF-8. */
  body?: string;
  /** A body that is not UTF-8. */
  bodyBase64?: string;
}

/** Which entries, and how many at most. */
export interface EntryQuery {
  clientId?: string | undefined;
  passId?: string | undefined;
  /** Only those with a larger id. */
  after?: number;
  limit: number;
}

/** How much of the ledger's texts a list may hold, in UTF-16 units; a single entry is far smaller. */
const maxList = 2 * 1024 * 1024;

/** Entries, the oldest first. `next`, for `after`, is there if the limit or their size may have cut the list. */
export async function listEntries(
  store: SqlStore,
  { clientId, passId, after = 0, limit }: EntryQuery,
): Promise<{ entries: Entry[]; next?: number | undefined }> {
  const rows = await selectRows<Row & { found: number }>(
    store,
    `WITH found AS (
       SELECT id, length(headers) + coalesce(length(body), 0) + coalesce(length(body_base64), 0)
         + coalesce(length(update_pass), 0) + coalesce(length(reply), 0) AS size
       FROM ledger WHERE id > ?1 AND (?2 IS NULL OR client_id = ?2) AND (?3 IS NULL OR pass_id = ?3)
       ORDER BY id LIMIT ?4),
     summed AS (SELECT id, sum(size) OVER (ORDER BY id) AS total, count(*) OVER () AS found FROM found)
     SELECT ledger.*, found FROM summed JOIN ledger USING (id) WHERE total <= ?5 ORDER BY id`,
    ...[after, clientId ?? null, passId ?? null, limit, maxList],
  );
  const found = rows[0]?.found ?? 0;
  const isCut = found === limit || rows.length < found;
  return { entries: rows.map(toEntry), next: isCut ? rows.at(-1)?.id : undefined };
}

/** The entry with this tracer id. */
export async function readEntry(store: SqlStore, tracerId: string): Promise<Entry | undefined> {
  const [row] = await selectRows<Row>(store, 'SELECT * FROM ledger WHERE tracer_id = ?1', tracerId);
  return row && toEntry(row);
}

interface Row {
  id: number;
  received_at: number;
  tracer_id: string | null;
  client_id: string | null;
  pass_id: string | null;
  method: string;
  http_uri: string;
  headers: string;
  body: string | null;
  body_base64: string | null;
  body_bytes: number | null;
  stages: string | null;
  update_pass: string | null;
  key_version: string | null;
  encrypted: number;
  applied: number;
  revision: number | null;
  fault: string | null;
  result_info: string | null;
  reply: string | null;
}

function toEntry(row: Row): Entry {
  return {
    id: row.id,
    receivedAt: row.received_at,
    tracerId: row.tracer_id,
    clientId: row.client_id,
    passId: row.pass_id,
    method: row.method,
    httpUri: row.http_uri,
    headers: JSON.parse(row.headers),
    ...(row.body !== null && { body: row.body }),
    ...(row.body_base64 !== null && { bodyBase64: row.body_base64 }),
    bodyBytes: row.body_bytes,
    stages: fromJson(row.stages) ?? [],
    update: fromJson(row.update_pass),
    keyVersion: row.key_version,
    encrypted: row.encrypted === 1,
    applied: row.applied === 1,
    revision: row.revision,
    fault: row.fault,
    resultInfo: fromJson(row.result_info),
    reply: fromJson(row.reply),
  };
}

function fromJson<T>(text: string | null): T | null {
  return text === null ? null : JSON.parse(text);
}
