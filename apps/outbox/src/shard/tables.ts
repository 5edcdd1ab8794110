/**
 * The tables of a shard. Times are in milliseconds since the epoch.
 *
 * A merchant pays for each row written. An update costs two rows to accept it (the pass and its due time), one for the
 * flight, and one to settle it. So `passes_due` is the only index that an update changes.
 */
import type { Ports } from './ports.ts';

const statements = [
  // A pass: what is looked for in columns, the rest of its state as JSON.
  `CREATE TABLE IF NOT EXISTS passes (
    pass_id TEXT PRIMARY KEY NOT NULL,
    due INTEGER, -- when its head is due; NULL when nothing waits
    hold INTEGER NOT NULL, -- nothing is sent before
    tried INTEGER NOT NULL, -- when the last attempt ended
    since INTEGER, -- when the oldest change that waits was accepted
    state TEXT NOT NULL, -- as nameOf has it, but for what is in flight
    leaves INTEGER, -- when a closed or erased pass leaves
    body TEXT NOT NULL
  ) WITHOUT ROWID`,
  'CREATE INDEX IF NOT EXISTS passes_due ON passes (due) WHERE due IS NOT NULL',
  'CREATE INDEX IF NOT EXISTS passes_leaving ON passes (leaves) WHERE leaves IS NOT NULL',
  // Requests in flight, a slot each. A flight is over once its pass has a lastFlight as high as its number.
  `CREATE TABLE IF NOT EXISTS flights (
    slot INTEGER PRIMARY KEY, number INTEGER NOT NULL, pass_id TEXT NOT NULL, since INTEGER NOT NULL
  )`,
  `CREATE TABLE IF NOT EXISTS dead_letters (
    pass_id TEXT NOT NULL, revision INTEGER NOT NULL, at INTEGER NOT NULL, result_code TEXT, body TEXT NOT NULL,
    PRIMARY KEY (pass_id, revision)
  ) WITHOUT ROWID`,
  'CREATE INDEX IF NOT EXISTS dead_letters_at ON dead_letters (at, pass_id, revision)',
  // Replies to calls with an Idempotency-Key. In the order of their time, so that the oldest are found without an index.
  `CREATE TABLE IF NOT EXISTS keys (
    sequence INTEGER PRIMARY KEY, pass_id TEXT NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL,
    revision INTEGER NOT NULL, at INTEGER NOT NULL
  )`,
  'CREATE UNIQUE INDEX IF NOT EXISTS keys_name ON keys (pass_id, name)',
  // Batches of which this shard is the home.
  `CREATE TABLE IF NOT EXISTS batches (
    sequence INTEGER PRIMARY KEY, batch_id TEXT NOT NULL, digest TEXT NOT NULL, started_at INTEGER NOT NULL,
    finished_at INTEGER, totals TEXT
  )`,
  'CREATE UNIQUE INDEX IF NOT EXISTS batches_id ON batches (batch_id)',
  // Lines of batches whose passes are here, a call a row: [line, passId, revision, code of a refusal] each.
  `CREATE TABLE IF NOT EXISTS batch_lines (
    sequence INTEGER PRIMARY KEY, batch_id TEXT NOT NULL, last_line INTEGER NOT NULL, began INTEGER NOT NULL,
    lines TEXT NOT NULL
  )`,
  'CREATE INDEX IF NOT EXISTS batch_lines_id ON batch_lines (batch_id, last_line)',
  `CREATE TABLE IF NOT EXISTS members (
    user_id TEXT PRIMARY KEY NOT NULL, due INTEGER, -- when its changes are handed to its pass
    body TEXT NOT NULL
  ) WITHOUT ROWID`,
  'CREATE INDEX IF NOT EXISTS members_due ON members (due) WHERE due IS NOT NULL',
  // What made a member's points: bills and adjustments, each once.
  `CREATE TABLE IF NOT EXISTS postings (
    user_id TEXT NOT NULL, id TEXT NOT NULL, digest TEXT NOT NULL, points INTEGER NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (user_id, id)
  ) WITHOUT ROWID`,
  // Changes on their way from a member to its pass.
  `CREATE TABLE IF NOT EXISTS handovers (
    user_id TEXT NOT NULL, sequence INTEGER NOT NULL, points INTEGER NOT NULL, bill TEXT,
    PRIMARY KEY (user_id, sequence)
  ) WITHOUT ROWID`,
  // What stays of closed passes that left: keyed hashes of their ids. `route` is the hash that names a shard.
  `CREATE TABLE IF NOT EXISTS tombstones (hash TEXT PRIMARY KEY NOT NULL, route INTEGER NOT NULL) WITHOUT ROWID`,
  // What stays of bills that were erased, so that a repetition counts no more.
  `CREATE TABLE IF NOT EXISTS erased_bills (
    sequence INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, route INTEGER NOT NULL, at INTEGER NOT NULL
  )`,
  // Alerts that wait to be pushed.
  'CREATE TABLE IF NOT EXISTS alerts (sequence INTEGER PRIMARY KEY, id TEXT NOT NULL, body TEXT NOT NULL)',
  'CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) WITHOUT ROWID',
];

/** Makes the tables of a shard that has none. */
export function makeTables({ sql }: Pick<Ports, 'sql'>): void {
  if (sql("SELECT 1 AS found FROM sqlite_master WHERE name = 'meta'").length > 0) return;
  for (const statement of statements) sql(statement);
}

/**
 * Further state of the shard by name, as JSON. It is read once, because every call needs it and nothing else writes this
 * table. In a transaction call set last: a rollback restores the row but not the cached value.
 */
export class Meta {
  readonly #ports: Pick<Ports, 'sql'>;
  readonly #values = new Map<string, unknown>();

  constructor(ports: Pick<Ports, 'sql'>) {
    this.#ports = ports;
    for (const { name, value } of ports.sql<{ name: string; value: string }>('SELECT name, value FROM meta')) {
      this.#values.set(name, JSON.parse(value));
    }
  }

  get<T>(name: string): T | undefined {
    return this.#values.get(name) as T | undefined;
  }

  set(name: string, value: unknown): void {
    this.#ports.sql(
      'INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
      name,
      JSON.stringify(value),
    );
    this.#values.set(name, value);
  }
}
