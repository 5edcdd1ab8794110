/**
 * The move to another number of shards. A shard that moves accepts nothing and sends nothing. Once it is idle, rows that
 * belong to another shard are copied there, then deleted here: a step may be repeated.
 */
import type { Moved } from './between-shards.ts';
import type { SqlValue } from './ports.ts';
import { routeOf } from './route.ts';
import type { Shard } from './shard.ts';

type Row = Record<string, SqlValue>;

/** Tables that move. `route`: the column that decides the shard of a row. `key`: its primary key, in whose order rows are read. */
const tables = {
  passes: { route: 'pass_id', key: ['pass_id'] },
  dead_letters: { route: 'pass_id', key: ['pass_id', 'revision'] },
  keys: { route: 'pass_id', key: ['sequence'] },
  members: { route: 'user_id', key: ['user_id'] },
  postings: { route: 'user_id', key: ['user_id', 'id'] },
  handovers: { route: 'user_id', key: ['user_id', 'sequence'] },
  batches: { route: 'batch_id', key: ['sequence'] },
  // Each line goes where its pass goes.
  batch_lines: { route: 'lines', key: ['sequence'] },
  tombstones: { route: 'route', key: ['hash'] },
  erased_bills: { route: 'route', key: ['sequence'] },
} as const;
type Table = keyof typeof tables;
const names = Object.keys(tables) as Table[];

/**
 * The most that one step moves, in rows and in bytes of JSON, and the most rows that it reads. A single row may have more
 * bytes. A row may have 2 MB, and an object has 128 MB of memory.
 */
const most = { rows: 500, bytes: 1_000_000, read: 5_000 };

/** How far the move of a shard has come: a table by its index, and the key of the last row that was read. */
interface Progress {
  table: number;
  after?: SqlValue[] | undefined;
}

/** A row of which at least a part belongs to other shards. `parts`: what belongs to each shard, this one included. */
interface Foreign {
  table: Table;
  row: Row;
  parts: Map<number, Row>;
}

export function moveOperations(shard: Shard) {
  const { ports, meta, loop } = shard;
  const { sql } = ports;
  /** In memory only: a new object begins at the first table again, and finds the rows that are still here. */
  let progress: Progress = { table: 0 };

  const whereKey = (table: Table, comparison: '=' | '>'): string => {
    const { key } = tables[table];
    return `(${key.join(', ')}) ${comparison} (${key.map(() => '?').join(', ')})`;
  };
  const keyOf = (table: Table, row: Row): SqlValue[] => tables[table].key.map((name) => row[name] as SqlValue);

  /** Reads rows one at a time, to hold only one in memory. */
  function* rowsOf(table: Table, after: SqlValue[] | undefined): Generator<Row> {
    const order = `ORDER BY ${tables[table].key.join(', ')} LIMIT 1`;
    for (let last = after; ; ) {
      const [row] = last
        ? sql<Row>(`SELECT * FROM ${table} WHERE ${whereKey(table, '>')} ${order}`, ...last)
        : sql<Row>(`SELECT * FROM ${table} ${order}`);
      if (row === undefined) return;
      yield row;
      last = keyOf(table, row);
    }
  }

  const partsOf = (table: Table, row: Row, own: number, to: number): Map<number, Row> => {
    const id = row[tables[table].route] as string | number;
    if (table !== 'batch_lines') return new Map([[(typeof id === 'number' ? id : routeOf(id)) % to, row]]);
    // A line without a passId is one of an erased pass: it may stay.
    const byShard = Map.groupBy(
      JSON.parse(`${id}`) as [number, string][],
      ([, passId]) => (passId === '' ? own : routeOf(passId)) % to,
    );
    return new Map([...byShard].map(([target, lines]) => [target, { ...row, lines: JSON.stringify(lines) }]));
  };

  /** The rows that move next, and the progress after that. */
  const nextForeign = (own: number, to: number): { foreign: Foreign[]; next: Progress } => {
    const foreign: Foreign[] = [];
    let bytes = 0;
    let read = 0;
    let { table: index, after } = progress;
    for (; index < names.length; index += 1, after = undefined) {
      const table = names[index] as Table;
      for (const row of rowsOf(table, after)) {
        const parts = partsOf(table, row, own, to);
        if ([...parts.keys()].some((target) => target !== own)) {
          bytes += new TextEncoder().encode(JSON.stringify(row)).length;
          if (foreign.length > 0 && bytes > most.bytes) return { foreign, next: { table: index, after } };
          foreign.push({ table, row, parts });
        }
        after = keyOf(table, row);
        read += 1;
        if (foreign.length === most.rows || read === most.read) return { foreign, next: { table: index, after } };
      }
    }
    return { foreign, next: { table: index } };
  };

  const insert = (table: Table, row: Row): void => {
    // A sequence is a row number of one shard; only in `handovers` does it belong to the content.
    const { sequence: _sequence, ...rest } = row;
    const own = table === 'handovers' ? row : rest;
    const columns = Object.keys(own);
    if (table === 'batch_lines') {
      const same = 'SELECT 1 AS found FROM batch_lines WHERE batch_id = ? AND last_line = ? AND lines = ?';
      if (sql(same, own.batch_id ?? '', own.last_line ?? 0, own.lines ?? '').length > 0) return;
    }
    sql(
      `INSERT OR REPLACE INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
      ...(Object.values(own) as SqlValue[]),
    );
  };

  const remove = ({ table, row, parts }: Foreign, own: number): void => {
    const rest = parts.get(own);
    if (rest) sql('UPDATE batch_lines SET lines = ? WHERE sequence = ?', rest.lines as string, row.sequence as number);
    else sql(`DELETE FROM ${table} WHERE ${whereKey(table, '=')}`, ...keyOf(table, row));
  };

  return {
    /**
     * Asked of shard 0 by a new shard.
     *
     * @param shards - the number to record if this shard is new too
     * @returns the number of shards under which all of them are filled, and the one that they move to
     */
    fillUnder(shards: number): { filledUnder: number; movingTo?: number | undefined } {
      const filledUnder = meta.get<number>('shards') ?? shards;
      if (meta.get('shards') === undefined) meta.set('shards', filledUnder);
      return { filledUnder, movingTo: meta.get<number | null>('moving') ?? undefined };
    },

    /**
     * Stops accepting changes and beginning requests.
     *
     * @param asked - how many shards are asked to move
     * @returns empty once it has stopped. Otherwise `movingTo`, if it moves to another number already; or `filledUnder`, if
     *   it was filled under more shards than are asked: the others would keep their rows
     */
    startMove(to: number, asked: number): { movingTo?: number; filledUnder?: number } {
      const movingTo = meta.get<number | null>('moving') ?? to;
      const filledUnder = meta.get<number>('shards') ?? 0;
      if (movingTo !== to) return { movingTo };
      if (filledUnder > asked) return { filledUnder };
      if (!loop.isDraining) progress = { table: 0 };
      meta.set('moving', to);
      loop.isDraining = true;
      return {};
    },

    /** Moves some rows, if nothing is under way here. @returns how many, and whether none is left */
    async moveSome(own: number, to: number): Promise<{ moved: number; isDone: boolean }> {
      if (shard.isBusy) return { moved: 0, isDone: false };
      const { foreign, next } = nextForeign(own, to);
      const targets = new Set(foreign.flatMap(({ parts }) => [...parts.keys()]));
      targets.delete(own);
      for (const target of targets) {
        const rows = foreign.flatMap(({ table, parts }) => {
          const row = parts.get(target);
          return row ? [{ table, row }] : [];
        });
        const last = { stamp: shard.stamps.last, flight: shard.passes.lastNumber };
        await ports.call(target, 'takeMoved', { to, rows, hashKeys: shard.tombstones.keys(), ...last });
      }
      ports.transaction(() => {
        for (const each of foreign) remove(each, own);
      });
      progress = next;
      return { moved: foreign.length, isDone: next.table === names.length };
    },

    /** Stores rows of another shard. @throws Error unless this shard is in the same move: late rows may be outdated */
    takeMoved({ to, rows, hashKeys, stamp, flight }: Moved): void {
      if (meta.get('moving') !== to) throw new Error(`this shard does not move to ${to} shards`);
      ports.transaction(() => {
        for (const { table, row } of rows) insert(table as Table, row);
        shard.passes.raise(flight);
        shard.stamps.raise(stamp);
        const known = shard.tombstones.keys();
        const fresh = hashKeys.filter((key) => !known.includes(key));
        if (fresh.length > 0) meta.set('hashKeys', [...known, ...fresh]); // last, as Meta asks for
      });
    },

    /** Ends the move: from now on there are `to` shards. */
    finishMove(to: number): void {
      meta.set('shards', to);
      meta.set('moving', null);
      loop.isDraining = false;
    },
  };
}

/** The operations that a shard performs while it moves, and under any number of shards. */
export const whileMoving: ReadonlySet<string> = new Set([
  ...['fillUnder', 'startMove', 'moveSome', 'takeMoved', 'finishMove', 'gauges'],
]);
