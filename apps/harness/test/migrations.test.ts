// Migrations of a Worker's local D1 database, and the Worker that finds them applied.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { applyMigrations } from '../src/migrations.ts';
import { startWorker } from '../src/workers.ts';
import { echo, project, work } from './projects.ts';

const code = `export default { async fetch(request, { DB }) {
  const { results } = await DB.prepare('SELECT * FROM item ORDER BY name').all();
  return Response.json(results);
} }`;
const d1 = { d1_databases: [{ binding: 'DB', database_name: 'db', database_id: 'an-id' }] };
const first = `CREATE TABLE item (name TEXT NOT NULL) STRICT; -- one; statement
  CREATE TRIGGER no_update BEFORE UPDATE ON item BEGIN SELECT RAISE(ABORT, 'no; update'); END;
  INSERT INTO item VALUES ('a;b');`;

async function itemsOf(configDir: string, persistTo: string): Promise<unknown> {
  const worker = await startWorker({ configDir, persistTo });
  try {
    return await (await fetch(worker.url)).json();
  } finally {
    await worker.stop();
  }
}

test('applyMigrations applies each migration once, in the order of their names', async () => {
  const files = { 'worker.js': code, 'migrations/0001_first.sql': first, 'migrations/README.md': 'no migration' };
  const configDir = project('twice', files, d1);
  const persistTo = join(work, 'twice state');
  await applyMigrations({ configDir, persistTo });
  await applyMigrations({ configDir, persistTo });
  expect(await itemsOf(configDir, persistTo)).toEqual([{ name: 'a;b' }]);
  writeFileSync(join(configDir, 'migrations/0002_second.sql'), "INSERT INTO item VALUES ('c');");
  await applyMigrations({ configDir, persistTo });
  expect(await itemsOf(configDir, persistTo)).toEqual([{ name: 'a;b' }, { name: 'c' }]);
});

test('applyMigrations rejects and applies nothing of a migration when a statement fails', async () => {
  const second = "INSERT INTO item VALUES ('c'); INSERT INTO missing VALUES (1);";
  const files = { 'worker.js': code, 'migrations/0001_first.sql': first, 'migrations/0002_second.sql': second };
  const configDir = project('failing', files, d1);
  const persistTo = join(work, 'failing state');
  await expect(applyMigrations({ configDir, persistTo })).rejects.toThrow('no such table: missing');
  expect(await itemsOf(configDir, persistTo)).toEqual([{ name: 'a;b' }]);
});

test('applyMigrations rejects and leaves the file as it was when it is no database', async () => {
  const configDir = project('corrupt', { 'worker.js': code, 'migrations/0001_first.sql': first }, d1);
  const persistTo = join(work, 'corrupt state');
  await applyMigrations({ configDir, persistTo });
  const folder = join(persistTo, 'v3/d1/miniflare-D1DatabaseObject');
  const [file = ''] = readdirSync(folder).filter((name) => /^[0-9a-f]+\.sqlite$/.test(name));
  const corrupt = Buffer.alloc(8192, 'corrupt ');
  for (const each of [`${file}-wal`, `${file}-shm`]) rmSync(join(folder, each), { force: true });
  writeFileSync(join(folder, file), corrupt);
  await expect(applyMigrations({ configDir, persistTo })).rejects.toThrow(/^file is not a database: SQLITE_NOTADB$/);
  expect(readFileSync(join(folder, file)).equals(corrupt)).toBe(true);
});

test('applyMigrations throws TypeError for a missing folder, database or migration', async () => {
  const migrate = (configDir: string) => applyMigrations({ configDir, persistTo: join(work, 'unused') });
  await expect(migrate(work)).rejects.toThrow(`no wrangler.jsonc in ${work}`);
  await expect(migrate(project('no database', { 'worker.js': echo }))).rejects.toThrow('no database DB in ');
  await expect(migrate(project('no migration', { 'worker.js': echo }, d1))).rejects.toThrow('no migrations in ');
});
