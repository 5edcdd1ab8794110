/**
 * The ledger: every request to the gateway as it was received, the verdict of each stage, and the reply. It holds bodies
 * on purpose, and no key but the public and the wrapped ones that travel in headers and bodies.
 */
import type { ResultInfo, UpdatePassRequest } from '@alipayhk-pass/api/gateway';
import type { Verdict } from '../gateway/stages.ts';
import { runOne, type SqlStore, type Statement, selectRows, statement } from '../store.ts';

/** What is known of a request before it is looked at. */
export interface Receipt {
  method: string;
  /** Path and query. */
  httpUri: string;
  headers: Headers;
}

/** What is known of an update once it is verified and fits the contract. */
export interface Note {
  tracerId: string;
  update: UpdatePassRequest;
  keyVersion: string | undefined;
  fault: string | undefined;
  stages: Verdict[];
}

/** How a request ended. */
export interface Ending {
  tracerId: string | undefined;
  /** The headers once more: of a request that verified more is kept. */
  headers: Headers;
  /** The body as it was on the wire; `undefined` where it was not read to its end. */
  body: Uint8Array | undefined;
  stages: Verdict[];
  resultInfo: ResultInfo | undefined;
  reply: { status: number; headers: Headers; body: Uint8Array };
}

/** How much of a message is kept: bytes of its body, bytes of its headers as JSON. */
interface Bounds {
  body: number;
  headers: number;
}
/** For a request that verified, and for replies. */
const verified: Bounds = { body: 64 * 1024, headers: 16 * 1024 };
/** For what anybody may send. */
const unverified: Bounds = { body: 4 * 1024, headers: 4 * 1024 };
/** Longest path and query that is kept, in UTF-16 units: the one of updatePass is far shorter. */
const maxUri = 2 * 1024;
/** Headers that a caller may send along and nobody has to read here. */
const withheld = ['authorization', 'cookie'];

/**
 * Writes a request down. Now and then the oldest entries are deleted, but never the newer half of the updates that
 * verified, however much strangers send.
 *
 * @param rows - about how many entries the ledger may hold
 * @returns the id of the entry
 */
export async function recordReceipt(
  store: SqlStore,
  { method, httpUri, headers }: Receipt,
  rows: number,
): Promise<number> {
  const clientId = headers.get('Client-Id')?.slice(0, 64) ?? null;
  const [row] = await selectRows<{ id: number }>(
    store,
    `INSERT INTO ledger (received_at, client_id, method, http_uri, headers, encrypted)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING id`,
    ...[Date.now(), clientId, method.slice(0, 64), httpUri.slice(0, maxUri)],
    ...[JSON.stringify(pairsOf(headers, unverified)), headers.get('Encrypt') ? 1 : 0],
  );
  if (row === undefined) throw new Error('ledger: the store returned no id for a new entry');
  // Now and then: counting at every request would cost more than a hundred rows too many.
  if (row.id % 100 === 0) {
    await runOne(
      store,
      `DELETE FROM ledger WHERE id IN (SELECT id FROM ledger ORDER BY
         id IN (SELECT id FROM ledger WHERE pass_id IS NOT NULL ORDER BY id DESC LIMIT ?2) DESC, id DESC
         LIMIT -1 OFFSET ?1)`,
      ...[rows, Math.floor(rows / 2)],
    );
  }
  return row.id;
}

/**
 * The statement that writes an update down. Where the update takes effect this has to follow the statement of the effect
 * in the same transaction: `changes()` is then 1 if there was an effect.
 */
export function noteUpdate(id: number, note: Note, takesEffect: boolean): Statement {
  const { tracerId, update, keyVersion, fault, stages } = note;
  const json = JSON.stringify(update);
  const kept = json.length > verified.body ? null : json;
  return statement(
    `UPDATE ledger SET tracer_id = ?2, pass_id = ?3, update_pass = ?4, key_version = ?5, fault = ?6, stages = ?7,
       applied = iif(?8, changes(), 0),
       revision = iif(?8 AND changes() = 1, (SELECT revision FROM passes WHERE pass_id = ?9), NULL)
     WHERE id = ?1`,
    ...[id, tracerId, update.passId.slice(0, maxPassId), kept, keyVersion ?? null],
    ...[fault ?? null, JSON.stringify(stages), takesEffect ? 1 : 0, update.passId],
  );
}

/** Longest passId, in UTF-16 units, by which entries and faults are found. */
export const maxPassId = 256;

/**
 * Writes down the reply that is about to be sent.
 *
 * @throws Error when the entry is gone: a reply that is not recorded must not be sent
 */
export async function recordEnding(store: SqlStore, id: number, ending: Ending): Promise<void> {
  const { tracerId = null, headers, body, stages, resultInfo = null, reply } = ending;
  const isVerified = stages.some(({ stage, verdict }) => stage === 'signature' && verdict === 'passed');
  const bounds = isVerified ? verified : unverified;
  const { text, base64 } = body ? textOf(body, bounds) : { text: null, base64: null };
  const replied = textOf(reply.body, verified);
  const replyBody = replied.text === null ? { bodyBase64: replied.base64 } : { body: replied.text };
  const { changes } = await runOne(
    store,
    `UPDATE ledger SET tracer_id = ?2, stages = ?3, result_info = ?4, reply = ?5, headers = ?6, body = ?7,
       body_base64 = ?8, body_bytes = ?9
     WHERE id = ?1`,
    ...[id, tracerId, JSON.stringify(stages), resultInfo && JSON.stringify(resultInfo)],
    JSON.stringify({ status: reply.status, headers: pairsOf(reply.headers, verified), ...replyBody }),
    ...[JSON.stringify(pairsOf(headers, bounds)), text, base64, body?.length ?? null],
  );
  if (changes !== 1) throw new Error('ledger: the entry of this request is gone');
}

/** The statement that empties the ledger. */
export function clearLedger(): Statement {
  return statement('DELETE FROM ledger');
}

/** Name and value of as many headers as fit; none may take more than a quarter. */
function pairsOf(headers: Headers, { headers: most }: Bounds): [string, string][] {
  let left = most;
  const pairs = [...headers].map(([name, value]): [string, string] => {
    return [name.slice(0, 256), withheld.includes(name) ? 'withheld' : value.slice(0, most / 4)];
  });
  return pairs.filter((pair) => {
    const { length } = new TextEncoder().encode(`${JSON.stringify(pair)},`);
    if (length > left) return false;
    left -= length;
    return true;
  });
}

/** Bytes as text where they are UTF-8, as base64 otherwise. */
function textOf(bytes: Uint8Array, { body: most }: Bounds): { text: string | null; base64: string | null } {
  const beginning = bytes.subarray(0, most);
  try {
    new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    // As a stream: a character that was cut is left out.
    return {
      text: new TextDecoder('utf-8', { fatal: false, ignoreBOM: true }).decode(beginning, { stream: true }),
      base64: null,
    };
  } catch {
    return { text: null, base64: toBase64(beginning) };
  }
}

/** `Uint8Array.toBase64` is not in every runtime. */
function toBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}
