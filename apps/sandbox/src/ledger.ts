/**
 * The ledger in D1: every request to the gateway as it was received, what each stage made of it, and what was answered.
 * It holds bodies on purpose, and no key but the public and the wrapped ones that travel in headers and bodies.
 */
import type { ResultInfo, UpdatePassRequest } from '@alipayhk-pass/api/gateway';
import type { Verdict } from './stages.ts';

/** What is known of a request before anything was made of it. */
export interface Receipt {
  method: string;
  /** Path and query. */
  httpUri: string;
  headers: Headers;
  /** As it was on the wire. */
  body: Uint8Array;
}

/** What is known of an update once it was verified and fits the contract. */
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
  /** The request once more: of one that verified more is kept. */
  received: Pick<Receipt, 'headers' | 'body'>;
  stages: Verdict[];
  resultInfo: ResultInfo | undefined;
  reply: { status: number; headers: Headers; body: Uint8Array };
}

/** What is kept of a message: of its body the first bytes, of its headers so many as JSON. */
interface Bounds {
  body: number;
  headers: number;
}
/** Of one whose signature verified, and of answers. */
const verified: Bounds = { body: 64 * 1024, headers: 16 * 1024 };
/** Of what anybody may send. */
const unverified: Bounds = { body: 4 * 1024, headers: 4 * 1024 };
/** Longest path and query that is kept, in UTF-16 units: the one that verifies is far shorter. */
const maxUri = 2 * 1024;
/** What a caller may send along and nobody has to read here. */
const withheld = ['authorization', 'cookie'];

/**
 * Writes down a request, and now and then forgets the oldest ones; what anybody may send never the newer half of the
 * updates that verified.
 *
 * @param rows - about how many the ledger may hold
 * @returns the id of the entry
 */
export async function recordReceipt(db: D1Database, { method, httpUri, headers, body }: Receipt, rows: number) {
  const encrypted = headers.has('Encrypt');
  const clientId = headers.get('Client-Id')?.slice(0, 64) ?? null;
  const { text, base64 } = textOf(body, unverified);
  const inserted = await db
    .prepare(
      `INSERT INTO ledger (received_at, client_id, method, http_uri, headers, body, body_base64, body_bytes, encrypted)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) RETURNING id`,
    )
    .bind(
      ...[Date.now(), clientId, method.slice(0, 64), httpUri.slice(0, maxUri)],
      ...[JSON.stringify(pairsOf(headers, unverified)), text, base64, body.length, encrypted ? 1 : 0],
    )
    .first<number>('id');
  if (inserted === null) throw new Error('ledger: expected the id of a new row');
  // Now and then: counting on every request would cost more than a hundred rows too many.
  if (inserted % 100 === 0) {
    await db
      .prepare(
        `DELETE FROM ledger WHERE id IN (SELECT id FROM ledger ORDER BY
           id IN (SELECT id FROM ledger WHERE pass_id IS NOT NULL ORDER BY id DESC LIMIT ?2) DESC, id DESC
           LIMIT -1 OFFSET ?1)`,
      )
      .bind(rows, Math.floor(rows / 2))
      .run();
  }
  return inserted;
}

/**
 * The statement that writes down an update. Where the update takes effect it has to follow the effect's own statement
 * in the same transaction: `changes()` then tells whether there was one.
 */
export function noteUpdate(db: D1Database, id: number, note: Note, takesEffect: boolean): D1PreparedStatement {
  const { tracerId, update, keyVersion, fault, stages } = note;
  const json = JSON.stringify(update);
  const kept = json.length > verified.body ? null : json;
  return db
    .prepare(
      `UPDATE ledger SET tracer_id = ?2, pass_id = ?3, update_pass = ?4, key_version = ?5, fault = ?6, stages = ?7,
         applied = iif(?8, changes(), 0),
         revision = iif(?8 AND changes() = 1, (SELECT revision FROM passes WHERE pass_id = ?9), NULL)
       WHERE id = ?1`,
    )
    .bind(
      ...[id, tracerId, update.passId.slice(0, maxPassId), kept, keyVersion ?? null],
      ...[fault ?? null, JSON.stringify(stages), takesEffect ? 1 : 0, update.passId],
    );
}

/** Longest passId, in UTF-16 units, by which entries and faults are found. */
export const maxPassId = 256;

/**
 * Writes down what is about to be answered.
 *
 * @throws Error when the entry is gone: what is not recorded must not be answered
 */
export async function recordEnding(db: D1Database, id: number, ending: Ending): Promise<void> {
  const { tracerId = null, received, stages, resultInfo = null, reply } = ending;
  const isVerified = stages.some(({ stage, verdict }) => stage === 'signature' && verdict === 'passed');
  const bounds = isVerified ? verified : unverified;
  const { text, base64 } = textOf(received.body, bounds);
  const replied = textOf(reply.body, verified);
  const replyBody = replied.text === null ? { bodyBase64: replied.base64 } : { body: replied.text };
  const { meta } = await db
    .prepare(
      `UPDATE ledger SET tracer_id = ?2, stages = ?3, result_info = ?4, reply = ?5, headers = ?6, body = ?7,
         body_base64 = ?8
       WHERE id = ?1`,
    )
    .bind(
      ...[id, tracerId, JSON.stringify(stages), resultInfo && JSON.stringify(resultInfo)],
      JSON.stringify({ status: reply.status, headers: pairsOf(reply.headers, verified), ...replyBody }),
      ...[JSON.stringify(pairsOf(received.headers, bounds)), text, base64],
    )
    .run();
  if (meta.changes !== 1) throw new Error('ledger: expected the entry of this request');
}

/** As many as fit; none may take more than a quarter. */
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
    // In the manner of a stream: a character that was cut is left out.
    return {
      text: new TextDecoder('utf-8', { fatal: false, ignoreBOM: true }).decode(beginning, { stream: true }),
      base64: null,
    };
  } catch {
    return { text: null, base64: beginning.toBase64() };
  }
}
