/** Applies the D1 migrations of a Worker to its local state, as `wrangler d1 migrations apply --local` does. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Miniflare } from 'miniflare';
import { unstable_readConfig, unstable_splitSqlQuery } from 'wrangler';
import { configFile, prepareEnvironment } from './workers.ts';

/** What `applyMigrations` takes. */
export interface MigrationOptions {
  /** Folder of the `wrangler.jsonc`. */
  configDir: string;
  /** Folder of the Worker's state, as `startWorker` takes it. */
  persistTo: string;
  /** The database's binding in the `wrangler.jsonc`; `DB` unless given. */
  database?: string;
}

/** A database in a `wrangler.jsonc`. */
interface Database {
  binding: string;
  database_id?: string;
  preview_database_id?: string;
  migrations_dir?: string;
}

/** The table in which wrangler keeps what was applied. */
const createTable = `CREATE TABLE IF NOT EXISTS d1_migrations(
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)`;

/**
 * Applies those migrations that were not applied before, each as one transaction. To be called while the Worker is stopped.
 *
 * @throws TypeError when there is no such folder, database or migration
 * @throws Error with SQLite's reason when the database cannot be read or a migration fails
 */
export async function applyMigrations({ configDir, persistTo, database = 'DB' }: MigrationOptions): Promise<void> {
  const config = configFile(configDir);
  prepareEnvironment();
  const databases: Database[] = unstable_readConfig({ config }, { hideWarnings: true }).d1_databases;
  const found = databases.find(({ binding }) => binding === database);
  if (!found) throw new TypeError(`no database ${database} in ${config}; expected one under d1_databases`);
  const folder = resolve(configDir, found.migrations_dir ?? 'migrations');
  const names = existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith('.sql'))
        .sort()
    : [];
  if (names.length === 0) throw new TypeError(`no migrations in ${folder}; expected files that end in .sql`);

  const id = found.preview_database_id ?? found.database_id ?? database; // the local file's name follows from it
  let logged = '';
  const miniflare = new Miniflare({
    handleStructuredLogs: ({ message }) => {
      logged += `${message}\n`;
    },
    enableDevRegistry: false, // else workerd opens a debug port
    resourcePersistencePath: join(persistTo, 'v3'),
    workers: [
      {
        config: {
          name: 'migrations',
          compatibilityDate: '2026-08-01',
          env: { [database]: { type: 'd1', id } },
          manifest: {
            mainModule: 'worker.js',
            modules: { 'worker.js': { type: 'esm', contents: 'export default {}' } },
          },
        },
      },
    ],
  });
  try {
    const db = await miniflare.getD1Database(database);
    await db.prepare(createTable).run();
    const { results } = await db.prepare('SELECT name FROM d1_migrations').all<{ name: string }>();
    const applied = new Set(results.map(({ name }) => name));
    for (const name of names.filter((each) => !applied.has(each))) {
      const statements = unstable_splitSqlQuery(readFileSync(join(folder, name), 'utf8')).map((sql) => db.prepare(sql));
      await db.batch([...statements, db.prepare('INSERT INTO d1_migrations (name) VALUES (?)').bind(name)]);
    }
  } catch (error) {
    // Of a file that is no database SQLite's reason is in workerd's log only.
    const [, reason = (error as Error).message] = /(?:^|[=:])([^=:]+: SQLITE_\w+)/.exec(logged) ?? [];
    throw new Error(reason.trim(), { cause: error });
  } finally {
    await miniflare.dispose();
  }
}
