/** What stays of closed passes and of bills after they were erased: keyed hashes, which name nobody. */
import { deleteExpired } from './expiry.ts';
import type { Ports } from './ports.ts';
import { routeOf } from './route.ts';
import type { Meta } from './tables.ts';

export class Tombstones {
  readonly #ports: Ports;
  readonly #meta: Meta;

  constructor(ports: Ports, meta: Meta) {
    this.#ports = ports;
    this.#meta = meta;
  }

  /** Whether no pass has left. */
  isEmpty(): boolean {
    return this.#ports.sql('SELECT 1 AS found FROM tombstones LIMIT 1').length === 0;
  }

  /** Whether a pass was closed and has left. */
  async has(passId: string): Promise<boolean> {
    const { sql } = this.#ports;
    if (this.isEmpty()) return false;
    const hashes = await this.#hashes(`pass/${passId}`);
    return hashes.some((hash) => sql('SELECT 1 AS found FROM tombstones WHERE hash = ?', hash).length > 0);
  }

  async hasBill(userId: string, id: string): Promise<boolean> {
    const { sql } = this.#ports;
    if (sql('SELECT 1 AS found FROM erased_bills LIMIT 1').length === 0) return false;
    const hashes = await this.#hashes(`${userId}/${id}`);
    return hashes.some((hash) => sql('SELECT 1 AS found FROM erased_bills WHERE hash = ?', hash).length > 0);
  }

  /** Computes the tombstone of a pass. @returns what stores it, to be called in the turn that deletes the pass */
  async ofPass(passId: string): Promise<() => void> {
    const hash = await this.#ownHash(`pass/${passId}`);
    return () => void this.#ports.sql('INSERT OR IGNORE INTO tombstones VALUES (?, ?)', hash, routeOf(passId));
  }

  /** Computes hashes of a member's postings. @returns what stores them, to be called in the turn that deletes the postings */
  async ofBills(userId: string, ids: readonly string[]): Promise<() => void> {
    const { sql, now } = this.#ports;
    const hashes = await Promise.all(ids.map((id) => this.#ownHash(`${userId}/${id}`)));
    return () => {
      for (const hash of hashes) {
        deleteExpired(this.#ports, 'erased_bills');
        sql('INSERT OR IGNORE INTO erased_bills (hash, route, at) VALUES (?, ?, ?)', hash, routeOf(userId), now());
      }
    };
  }

  /** The first key is this shard's own; the others came with tombstones from other shards. */
  keys(): string[] {
    const stored = this.#meta.get<string[]>('hashKeys');
    if (stored) return stored;
    const keys = [this.#ports.randomText()];
    this.#meta.set('hashKeys', keys);
    return keys;
  }

  #ownHash(text: string): Promise<string> {
    return this.#ports.hmac(this.keys()[0] ?? '', text);
  }

  #hashes(text: string): Promise<string[]> {
    return Promise.all(this.keys().map((key) => this.#ports.hmac(key, text)));
  }
}
