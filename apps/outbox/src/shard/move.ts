/**
 * The move to another number of shards. A shard that moves takes in no more and begins nothing; what belongs elsewhere is
 * copied to its new shard, then deleted here, so that a step that is repeated changes nothing.
 */
import type { Moved } from './between-shards.ts';
import type { SqlValue } from './ports.ts';
import { routeOf } from './route.ts';
import type { Shard } from './shard.ts';

type Row = Record<string, SqlValue>;

/** Tables that move, and the column by which a row has its shard. */
const tables = {
  passes: 'pass_id',
  dead_letters: 'pass_id',
  keys: 'pass_id',
  members: 'user_id',
  postings: 'user_id',
  handovers: 'user_id',
  batches: 'batch_id',
  tombstones: 'route',
  erased_bills: 'route',
} as const;
type Table = keyof typeof tables | 'batch_lines';

/** Most rows in one step. */
const most = 500;

export function moveOperations(shard: Shard) {
  const { ports, meta, passes, loop } = shard;
  const { sql } = ports;

  const insert = (table: Table, row: Row): void => {
    // Sequences are each shard's own.
    const { sequence: _sequence, ...rest } = row;
    const own = table === 'handovers' ? row : rest;
    const names = Object.keys(own);
    if (table === 'batch_lines') {
      const same = 'SELECT 1 AS found FROM batch_lines WHERE batch_id = ? AND last_line = ? AND lines = ?';
      if (sql(same, own.batch_id ?? '', own.last_line ?? 0, own.lines ?? '').length > 0) return;
    }
    sql(
      `INSERT OR REPLACE INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
      ...(Object.values(own) as SqlValue[]),
    );
  };

  /** Rows that belong to other shards, by shard; at most so many. */
  const foreign = (own: number, to: number): Map<number, { table: keyof typeof tables; row: Row }[]> => {
    const flying = new Set([...passes.flights.values()].filter(({ isOver }) => !isOver).map(({ passId }) => passId));
    const found = new Map<number, { table: keyof typeof tables; row: Row }[]>();
    let count = 0;
    for (const [table, column] of Object.entries(tables) as [keyof typeof tables, string][]) {
      for (const row of sql<Row>(`SELECT * FROM ${table}`)) {
        const id = row[column] as string | number;
        const target = (typeof id === 'number' ? id : routeOf(id)) % to;
        if (target === own || flying.has(`${id}`)) continue;
        found.set(target, [...(found.get(target) ?? []), { table, row }]);
        count += 1;
        if (count === most) return found;
      }
    }
    return found;
  };

  const remove = ({ table, row }: { table: keyof typeof tables; row: Row }): void => {
    const keys: Record<keyof typeof tables, string[]> = {
      ...{ passes: ['pass_id'], dead_letters: ['pass_id', 'revision'], keys: ['sequence'], members: ['user_id'] },
      ...{ postings: ['user_id', 'id'], handovers: ['user_id', 'sequence'], batches: ['sequence'] },
      ...{ tombstones: ['hash'], erased_bills: ['sequence'] },
    };
    const where = keys[table];
    sql(
      `DELETE FROM ${table} WHERE ${where.map((name) => `${name} = ?`).join(' AND ')}`,
      ...where.map((name) => row[name] as SqlValue),
    );
  };

  /** Lines of batches go where their passes go. @returns how many rows were split */
  const moveLines = async (own: number, to: number): Promise<number> => {
    type Lines = { sequence: number; batch_id: string; last_line: number; began: number; lines: string };
    const after = meta.get<number>('movedLines') ?? 0;
    const rows = sql<Lines>('SELECT * FROM batch_lines WHERE sequence > ? ORDER BY sequence LIMIT 50', after);
    for (const row of rows) {
      const byShard = Map.groupBy(JSON.parse(row.lines) as [number, string][], ([, passId]) =>
        passId === '' ? own : routeOf(passId) % to,
      );
      for (const [target, lines] of byShard) {
        if (target === own) continue;
        const moved = { ...row, lines: JSON.stringify(lines) };
        await ports.call(target, 'takeMoved', {
          ...{ rows: [{ table: 'batch_lines', row: moved }], hashKeys: [] },
          stamp: shard.stamps.last,
        });
      }
      ports.transaction(() => {
        sql(
          'UPDATE batch_lines SET lines = ? WHERE sequence = ?',
          JSON.stringify(byShard.get(own) ?? []),
          row.sequence,
        );
        meta.set('movedLines', row.sequence);
      });
    }
    return rows.length;
  };

  return {
    /** Takes in no more, and begins no more requests. */
    startMove(to: number): void {
      if (meta.get<number>('moving') !== to) {
        meta.set('movedLines', 0);
        meta.set('moving', to);
      }
      loop.isDraining = true;
    },

    /** Moves some rows. @returns how many, and whether there are more, or requests in flight */
    async moveSome(own: number, to: number): Promise<{ moved: number; left: number }> {
      const found = foreign(own, to);
      let moved = 0;
      for (const [target, rows] of found) {
        await ports.call(target, 'takeMoved', { rows, hashKeys: shard.tombstones.keys(), stamp: shard.stamps.last });
        ports.transaction(() => {
          for (const row of rows) remove(row);
        });
        moved += rows.length;
      }
      const lines = await moveLines(own, to);
      const flying = [...passes.flights.values()].filter(({ isOver }) => !isOver).length;
      return { moved: moved + lines, left: moved + lines + flying };
    },

    /** Takes rows of another shard in. */
    takeMoved({ rows, hashKeys, stamp }: Moved): void {
      ports.transaction(() => {
        for (const { table, row } of rows) insert(table as Table, row);
        const known = shard.tombstones.keys();
        const fresh = hashKeys.filter((key) => !known.includes(key));
        if (fresh.length > 0) meta.set('hashKeys', [...known, ...fresh]);
        shard.stamps.raise(stamp);
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
export const whileMoving: ReadonlySet<string> = new Set(['startMove', 'moveSome', 'takeMoved', 'finishMove', 'gauges']);
