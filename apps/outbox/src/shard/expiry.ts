/** Rows that are kept for a limited time. They are in the order of their time, so the oldest are found without an index. */
import type { Ports } from './ports.ts';

const day = 86_400_000;

/** By table: the column that has a row's time, and how long the row is kept, in milliseconds. */
export const expiring = {
  batches: { time: 'started_at', lifetime: 30 * day },
  batch_lines: { time: 'began', lifetime: 30 * day },
  keys: { time: 'at', lifetime: 5 * day },
  // AlipayHK repeats a notification for about a day.
  erased_bills: { time: 'at', lifetime: 90 * day },
} as const;

export type ExpiringTable = keyof typeof expiring;

/** Deletes the oldest rows that have expired: two for each new row, so that a table does not outgrow its lifetime. */
export function deleteExpired({ sql, now }: Pick<Ports, 'sql' | 'now'>, table: ExpiringTable, most = 2): void {
  const { time, lifetime } = expiring[table];
  sql(
    `DELETE FROM ${table} WHERE sequence IN (SELECT sequence FROM ${table} ORDER BY sequence LIMIT ?) AND ${time} < ?`,
    ...[most, now() - lifetime],
  );
}
