/**
 * What the model of storage and alarm has to have in common with workerd's: one script that runs on both, on the `Disk`
 * and in a Durable Object. Returns what it saw, in words; both must have seen the same.
 */
import type { Ports } from '../src/shard/ports.ts';

export async function conform({ sql, transaction, alarm }: Pick<Ports, 'sql' | 'transaction' | 'alarm'>) {
  const seen: [what: string, value: unknown][] = [];
  const note = (what: string, value: unknown): void => void seen.push([what, value]);
  sql('CREATE TABLE IF NOT EXISTS trial (id TEXT PRIMARY KEY NOT NULL, due INTEGER, body TEXT) WITHOUT ROWID');
  sql('CREATE INDEX IF NOT EXISTS trial_due ON trial (due) WHERE due IS NOT NULL');
  sql('INSERT INTO trial VALUES (?, ?, ?)', 'a', 5, '{"who":{"userId":"Ü1"},"list":[]}');
  note('a row', sql('SELECT * FROM trial'));
  note('json', sql("SELECT body ->> '$.who.userId' AS id FROM trial WHERE instr(body, ?) > 0", '"list":[]'));
  note('a null', sql('SELECT max(due) AS due FROM trial WHERE id = ?', 'none'));
  note('a large number', sql('SELECT ? AS n', 1_795_305_728_304.001));
  sql(
    'INSERT INTO trial VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET due = coalesce(trial.due, excluded.due)',
    'a',
    9,
    '',
  );
  note('an upsert', sql('SELECT due FROM trial'));
  note('row values', sql('SELECT id FROM trial WHERE (due, id) > (?, ?) ORDER BY due, id LIMIT 1', 4, 'z'));
  try {
    transaction(() => {
      sql('UPDATE trial SET due = 1');
      throw new Error('undone');
    });
  } catch (error) {
    note('a transaction that throws', [(error as Error).message, sql('SELECT due FROM trial')]);
  }
  note(
    'a transaction',
    transaction(() => sql('UPDATE trial SET due = NULL RETURNING due')),
  );
  note(
    'json_each',
    sql('SELECT l.value ->> 1 AS id, l.value ->> 3 AS code FROM json_each(?) l', '[[1,"a",2,null],[2,"b",0,"X"]]'),
  );
  try {
    sql('INSERT INTO trial VALUES (?, ?, ?)', 'a', null, '');
  } catch {
    note('a second row of a key', 'refused');
  }
  note('no alarm', await alarm.get());
  alarm.set(4_000_000_000_000);
  note('an alarm', await alarm.get());
  alarm.set(4_000_000_000_001);
  note('another alarm in its place', await alarm.get());
  alarm.clear();
  note('a cleared alarm', await alarm.get());
  sql('DROP TABLE trial');
  return seen;
}
