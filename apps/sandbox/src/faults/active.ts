/**
 * The faults that wait for a request, in D1. A request takes one in a single statement: of many at once each takes its
 * own, and `times` are never exceeded.
 */
import { catalog, chaos, faultNamed } from './catalog.ts';
import { draw } from './chaos.ts';
import type { Fault } from './fault.ts';

/** A fault that waits. Without `clientId`, `passId` or `times` it befalls every client, every pass, without end. */
export interface ActiveFault extends NewFault {
  id: number;
  /** Of `times`. */
  remaining?: number;
}

/** What a fault is set up with. */
export interface NewFault {
  name: string;
  clientId?: string | undefined;
  passId?: string | undefined;
  times?: number | undefined;
  /** For `delay`. */
  delayMs?: number | undefined;
  /** For `chaos`: the share of requests, 0 to 1. */
  rate?: number | undefined;
  /** For `chaos`. */
  seed?: string | undefined;
  /** For `chaos`: names to draw from. */
  of?: string[] | undefined;
}

/** A fault that befalls a request. */
export interface Befalling {
  fault: Fault;
  delayMs: number;
}

/** Most faults that may wait at once. */
export const maxActive = 1000;

/** Sets up a fault; `undefined` when there are too many. */
export async function armFault(db: D1Database, fault: NewFault): Promise<ActiveFault | undefined> {
  const { name, clientId, passId, times, delayMs, rate, seed, of } = fault;
  const row = await db
    .prepare(
      `INSERT INTO faults (name, client_id, pass_id, times, remaining, delay_ms, rate, seed, names)
       SELECT ?1, ?2, ?3, ?4, ?4, ?5, ?6, ?7, ?8 WHERE (SELECT count(*) FROM faults) < ?9 RETURNING *`,
    )
    .bind(
      ...[name, clientId ?? null, passId ?? null, times ?? null, delayMs ?? null, rate ?? null, seed ?? null],
      ...[of === undefined ? null : JSON.stringify(of), maxActive],
    )
    .first<Row>();
  return row === null ? undefined : toActive(row);
}

/** The faults that wait, the oldest first. */
export async function listFaults(db: D1Database): Promise<ActiveFault[]> {
  const { results } = await db.prepare('SELECT * FROM faults ORDER BY id').all<Row>();
  return results.map(toActive);
}

/** Takes back one fault, or all of them; how many there were. */
export async function disarmFaults(db: D1Database, id: number | null = null): Promise<number> {
  return (await db.prepare('DELETE FROM faults WHERE ?1 IS NULL OR id = ?1').bind(id).run()).meta.changes;
}

/**
 * The fault that befalls a request of this client to this pass. One for the pass goes before one for the client, and
 * that before one for all; among equals the oldest.
 */
export async function takeFault(
  db: D1Database,
  { clientId, passId }: { clientId: string; passId: string },
): Promise<Befalling | undefined> {
  const [taken] = await db.batch<Row>([
    db
      .prepare(
        `UPDATE faults SET remaining = remaining - 1, drawn = drawn + 1 WHERE id = (
           SELECT id FROM faults
           WHERE coalesce(client_id = ?1, TRUE) AND coalesce(pass_id = ?2, TRUE)
           ORDER BY pass_id IS NULL, client_id IS NULL, id LIMIT 1
         ) RETURNING *`,
      )
      .bind(clientId, passId),
    db.prepare('DELETE FROM faults WHERE remaining <= 0'),
  ]);
  const row = taken?.results[0];
  if (row === undefined) return undefined;
  const name = row.name === chaos.name ? await drawnBy(row) : row.name;
  const fault = name === undefined ? undefined : faultNamed(name);
  return fault && { fault, delayMs: row.delay_ms ?? 5000 };
}

function drawnBy({ seed, rate, names, drawn }: Row): Promise<string | undefined> {
  const of: string[] = names === null ? catalog.map(({ name }) => name) : JSON.parse(names);
  return draw({ seed: seed ?? '', rate: rate ?? 0, of, count: drawn });
}

interface Row {
  id: number;
  name: string;
  client_id: string | null;
  pass_id: string | null;
  times: number | null;
  remaining: number | null;
  delay_ms: number | null;
  rate: number | null;
  seed: string | null;
  names: string | null;
  drawn: number;
}

function toActive({ id, name, client_id, pass_id, times, remaining, delay_ms, rate, seed, names }: Row): ActiveFault {
  return {
    id,
    name,
    ...(client_id !== null && { clientId: client_id }),
    ...(pass_id !== null && { passId: pass_id }),
    ...(times !== null && { times }),
    ...(remaining !== null && { remaining }),
    ...(delay_ms !== null && { delayMs: delay_ms }),
    ...(rate !== null && { rate }),
    ...(seed !== null && { seed }),
    ...(names !== null && { of: JSON.parse(names) }),
  };
}
