/**
 * The faults that wait for a request. A request takes one in a single statement: of many concurrent requests each takes
 * its own, and `times` is never exceeded.
 */
import { catalog, chaos, faultNamed } from '../faults/catalog.ts';
import { draw } from '../faults/chaos.ts';
import type { Fault } from '../faults/fault.ts';
import { runOne, type SqlStore, selectRows, statement } from '../store.ts';

/** What a fault is added with. Without `clientId`, `passId` or `times` it is for any client, any pass, without end. */
export interface NewFault {
  /** Name of its kind. */
  name: string;
  /** Only requests of this merchant. */
  clientId?: string | undefined;
  /** Only requests about this pass. */
  passId?: string | undefined;
  /** How many requests it is for. */
  times?: number | undefined;
  /** For `delay`, in milliseconds. */
  delayMs?: number | undefined;
  /** For `chaos`: the share of requests, 0 to 1. */
  rate?: number | undefined;
  /** For `chaos`: text, or a number, which stands for its digits. */
  seed?: string | number | undefined;
  /** For `chaos`: names to draw from. */
  of?: string[] | undefined;
}

/** A fault that waits. */
export interface ActiveFault extends NewFault {
  /** By which it can be removed. */
  id: number;
  /** How many of `times` are left. */
  remaining?: number;
}

/** A fault that a request took. */
export interface TakenFault {
  fault: Fault;
  /** Milliseconds. */
  delayMs: number;
}

/** Most faults that may wait at once. */
export const maxActive = 1000;

/** Adds a fault; `undefined` when too many wait already. */
export async function addFault(store: SqlStore, fault: NewFault): Promise<ActiveFault | undefined> {
  const { name, clientId, passId, times, delayMs, rate, seed, of } = fault;
  const [row] = await selectRows<Row>(
    store,
    `INSERT INTO faults (name, client_id, pass_id, times, remaining, delay_ms, rate, seed, names)
     SELECT ?1, ?2, ?3, ?4, ?4, ?5, ?6, ?7, ?8 WHERE (SELECT count(*) FROM faults) < ?9 RETURNING *`,
    ...[name, clientId ?? null, passId ?? null, times ?? null, delayMs ?? null, rate ?? null, seed?.toString() ?? null],
    ...[of === undefined ? null : JSON.stringify(of), maxActive],
  );
  return row && toActive(row);
}

/** The faults that wait, the oldest first. */
export async function listFaults(store: SqlStore): Promise<ActiveFault[]> {
  return (await selectRows<Row>(store, 'SELECT * FROM faults ORDER BY id')).map(toActive);
}

/** Removes one fault, or all of them; how many there were. */
export async function removeFaults(store: SqlStore, id: number | null = null): Promise<number> {
  return (await runOne(store, 'DELETE FROM faults WHERE ?1 IS NULL OR id = ?1', id)).changes;
}

/**
 * Takes the fault for a request of this client to this pass. One for the pass goes before one for the client, and that
 * before one for all; among equals the oldest.
 */
export async function takeFault(
  store: SqlStore,
  { clientId, passId }: { clientId: string; passId: string },
): Promise<TakenFault | undefined> {
  const [taken] = await store.run([
    statement(
      `UPDATE faults SET remaining = remaining - 1, drawn = drawn + 1 WHERE id = (
         SELECT id FROM faults
         WHERE coalesce(client_id = ?1, TRUE) AND coalesce(pass_id = ?2, TRUE)
         ORDER BY pass_id IS NULL, client_id IS NULL, id LIMIT 1
       ) RETURNING *`,
      ...[clientId, passId],
    ),
    statement('DELETE FROM faults WHERE remaining <= 0'),
  ]);
  const row = taken?.rows[0] as Row | undefined;
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
