/** What a mailbox keeps in its Durable Object: one record with its state, and a table of the keys it has answered. */
import { longestWay, type State } from './mailbox-state.ts';
import type { Slot } from './rate.ts';

/** A state as it is stored, and what delivery needs besides. */
export interface Stored extends State {
  /** Rises with every change of what is stored: tells the newer of two rows of the index. */
  sequence: number;
  /** `sequence` of what the index should have, and of what it was sent. */
  toIndex: number;
  indexed: number;
  /** When the index was told last. */
  indexedAt?: number;
  /** When the index queue may be tried again. */
  indexAfter: number;
  /** Where the rate bound told this mailbox to wait. */
  slot?: Slot | undefined;
}

/** A key of a change, and a digest of what the change asked for. */
export interface Key {
  name: string;
  digest: string;
}

/**
 * Most bytes of JSON that are not delivered yet: a request made of them, a third longer where it is encrypted, has to stay
 * below the megabyte that a gateway may take, and the record, with two bytes a character, below the two of a Durable Object.
 */
const maxBytes = 512 * 1024;
/** Most names whose order is known. */
const maxNames = 500;

/** Whether a state is more than may be sent or stored. */
export function isFull({ inFlight, pending, orders }: State): boolean {
  const bytes = new TextEncoder().encode(JSON.stringify([inFlight?.units, pending])).length;
  return bytes > maxBytes || Object.keys(orders).length > maxNames;
}

export class MailboxStore {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  load(): Stored | undefined {
    return this.#storage.kv.get<Stored>('state');
  }

  save(state: Stored): Stored {
    const next = { ...state, sequence: state.sequence + 1 };
    this.#storage.kv.put('state', next);
    return next;
  }

  /** What a change of this key was answered with. */
  answerTo(key: string): { digest: string; revision: number } | undefined {
    const { sql } = this.#storage;
    // No key was ever kept: a table takes its room for good, even that of a pass that is none.
    if (sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'keys'").toArray().length === 0) return undefined;
    return sql
      .exec<{ digest: string; revision: number }>('SELECT digest, revision FROM keys WHERE name = ?', key)
      .toArray()[0];
  }

  /** Saves a state and what a change of this key was answered with, or neither. */
  saveAnswer(state: Stored, key: Key | undefined, now: number): void {
    this.#storage.transactionSync(() => {
      this.save(state);
      if (key === undefined) return;
      const { sql } = this.#storage;
      sql.exec(
        `CREATE TABLE IF NOT EXISTS keys (name TEXT PRIMARY KEY, digest TEXT, revision INTEGER, at INTEGER) WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS keys_at ON keys (at)`,
      );
      sql.exec('DELETE FROM keys WHERE at < ?', now - longestWay);
      sql.exec('INSERT INTO keys VALUES (?, ?, ?, ?)', key.name, key.digest, state.revision, now);
    });
  }
}
