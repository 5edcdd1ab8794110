/**
 * The move to another number of shards. A shard that moves takes in no more and begins nothing; once it is idle, what
 * belongs elsewhere is copied to its new shard, then deleted here, so that a step that is repeated changes nothing.
 */
import type { Moved } from './between-shards.ts';
import type { SqlValue } from './ports.ts';
import { routeOf } from './route.ts';
import type { Shard } from './shard.ts';

type Row = Record<string, SqlValue>;

/** Tables that move: the column by which a row has its shard, and those that name a row, in whose order rows are read. */
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
 * Most of one step: rows that move, their bytes as JSON unless one row alone has more, and rows that are looked at. A row
 * may have 2 MB, and an object has 128 MB of memory.
 */
const most = { rows: 500, bytes: 1_000_000, looked: 5_000 };

/** Up to where the rows of a shard have been moved: a table, and the last row of it. */
interface Progress {
  table: number;
  after?: SqlValue[] | undefined;
}

/** A row that belongs to other shards, by shard; of the lines of a batch some may stay. */
interface Foreign {
  table: Table;
  row: Row;
  parts: Map<number, Row>;
}

export function moveOperations(shard: Shard) {
  const { ports, meta, loop } = shard;
  const { sql } = ports;
  /** Another object of the shard begins anew, and finds what is left. */
  let progress: Progress = { table: 0 };

  const isKey = (table: Table, comparison: '=' | '>'): string => {
    const { key } = tables[table];
    return `(${key.join(', ')}) ${comparison} (${key.map(() => '?').join(', ')})`;
  };
  const keyOf = (table: Table, row: Row): SqlValue[] => tables[table].key.map((name) => row[name] as SqlValue);

  /** Rows one by one, so that only one is in memory. */
  function* rowsOf(table: Table, after: SqlValue[] | undefined): Generator<Row> {
    const order = `ORDER BY ${tables[table].key.join(', ')} LIMIT 1`;
    for (let last = after; ; ) {
      const [row] = last
        ? sql<Row>(`SELECT * FROM ${table} WHERE ${isKey(table, '>')} ${order}`, ...last)
        : sql<Row>(`SELECT * FROM ${table} ${order}`);
      if (row === undefined) return;
      yield row;
      last = keyOf(table, row);
    }
  }

  const partsOf = (table: Table, row: Row, own: number, to: number): Map<number, Row> => {
    const id = row[tables[table].route] as string | number;
    if (table !== 'batch_lines') return new Map([[(typeof id === 'number' ? id : routeOf(id)) % to, row]]);
    // A line without a passId was erased.
    const byShard = Map.groupBy(
      JSON.parse(`${id}`) as [number, string][],
      ([, passId]) => (passId === '' ? own : routeOf(passId)) % to,
    );
    return new Map([...byShard].map(([target, lines]) => [target, { ...row, lines: JSON.stringify(lines) }]));
  };

  /** The next rows that belong to other shards, and the progress once they have moved. */
  const nextForeign = (own: number, to: number): { foreign: Foreign[]; next: Progress } => {
    const foreign: Foreign[] = [];
    let bytes = 0;
    let looked = 0;
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
        looked += 1;
        if (foreign.length === most.rows || looked === most.looked) return { foreign, next: { table: index, after } };
      }
    }
    return { foreign, next: { table: index } };
  };

  const insert = (table: Table, row: Row): void => {
    // Sequences are each shard's own, but for those of a member's changes.
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
    else sql(`DELETE FROM ${table} WHERE ${isKey(table, '=')}`, ...keyOf(table, row));
  };

  return {
    /** Asked of the first shard. @returns under how many all are filled: those that it was filled under, or so many */
    fillUnder(shards: number): { filledUnder: number; movingTo?: number | undefined } {
      const filledUnder = meta.get<number>('shards') ?? shards;
      if (meta.get('shards') === undefined) meta.set('shards', filledUnder);
      return { filledUnder, movingTo: meta.get<number | null>('moving') ?? undefined };
    },

    /**
     * Takes in no more, and begins no more requests.
     *
     * @param asked - how many shards are asked to move
     * @returns why it does not: it moves to another number already, or was filled under more shards than are asked, of
     *   which some would keep their rows
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

    /** Moves some rows, once nothing is under way here. @returns how many, and whether none is left */
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

    /** Takes rows of another shard in. @throws Error outside of that move: they may be older than what is here */
    takeMoved({ to, rows, hashKeys, stamp, flight }: Moved): void {
      if (meta.get('moving') !== to) throw new Error(`this shard does not move to ${to} shards`);
      ports.transaction(() => {
        for (const { table, row } of rows) insert(table as Table, row);
        const known = shard.tombstones.keys();
        const fresh = hashKeys.filter((key) => !known.includes(key));
        if (fresh.length > 0) meta.set('hashKeys', [...known, ...fresh]);
        shard.stamps.raise(stamp);
        shard.passes.raise(flight);
      });
    },

    /** From now on the shard is one of so many. */
    finishMove(to: number): void {
      meta.set('shards', to);
      meta.set('moving', null);
      loop.isDraining = false;
    },
  };
}

/** What a shard is asked for while it moves. */
export const whileMoving: ReadonlySet<string> = new Set([
  ...['fillUnder', 'startMove', 'moveSome', 'takeMoved', 'finishMove', 'gauges'],
]);
