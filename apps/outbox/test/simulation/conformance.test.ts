/** The same script on the simulation's disk; and that what was not confirmed is lost. */
import { expect, test } from 'vitest';
import { conform } from '../../simulation/conformance.ts';
import { Disk } from '../../simulation/disk.ts';

test('the disk of the simulation does what workerd does', async () => {
  const disk = new Disk();
  const seen = await conform({
    sql: (query, ...bindings) => disk.sql(query, ...bindings),
    transaction: (run) => disk.transaction(run),
    alarm: { get: async () => disk.alarm, set: (at) => disk.setAlarm(at), clear: () => disk.setAlarm(null) },
  });
  await expect(JSON.stringify(seen, undefined, 1)).toMatchFileSnapshot('../conformance.txt');
});

test('rows and alarm that were not confirmed are lost together', () => {
  const disk = new Disk();
  disk.sql('CREATE TABLE t (n INTEGER)');
  disk.setAlarm(5);
  disk.commit();
  disk.sql('INSERT INTO t VALUES (1)');
  disk.setAlarm(9);
  expect([disk.sql('SELECT n FROM t'), disk.alarm, disk.storedAlarm]).toEqual([[{ n: 1 }], 9, 5]);
  disk.rollback();
  expect([disk.sql('SELECT n FROM t'), disk.alarm]).toEqual([[], 5]);
});
