/** The merchants in D1: public keys by Client-Id, in versions. Imported once per isolate, by their text. */
import { importPublicKey, type PublicKey } from '@alipayhk-pass/message-security';

/** A public key as it is stored. */
export interface MerchantKey {
  /** Absent where the key stands for every version (A8). */
  keyVersion?: string | undefined;
  /** PEM or bare base64. */
  publicKey: string;
}

/** A merchant; its latest key stands last. */
export interface Merchant {
  clientId: string;
  keys: MerchantKey[];
}

// Keys, not promises of them: workerd ties a promise to the request that made it.
const imported = new Map<string, PublicKey>();

/** The keys of a merchant, the latest last; `undefined` for a Client-Id that is unknown. */
export async function publicKeysOf(db: D1Database, clientId: string): Promise<[PublicKey, ...PublicKey[]] | undefined> {
  const { results } = await db
    .prepare(
      `SELECT key_version AS keyVersion, public_key AS publicKey FROM merchant_keys
       WHERE client_id = ?1 ORDER BY position`,
    )
    .bind(clientId)
    .all<{ keyVersion: string | null; publicKey: string }>();
  const [first, ...others] = await Promise.all(
    results.map(({ keyVersion, publicKey }) => importOnce({ keyVersion: keyVersion ?? undefined, publicKey })),
  );
  return first === undefined ? undefined : [first, ...others];
}

/** Sets the keys of a merchant, which is new or has these from now on. They are to be ones that `importPublicKey` takes. */
export async function setMerchant(db: D1Database, { clientId, keys }: Merchant): Promise<void> {
  await db.batch([
    db.prepare('DELETE FROM merchant_keys WHERE client_id = ?1').bind(clientId),
    ...keys.map(({ keyVersion = null, publicKey }, position) =>
      db
        .prepare('INSERT INTO merchant_keys (client_id, position, key_version, public_key) VALUES (?1, ?2, ?3, ?4)')
        .bind(clientId, position, keyVersion, publicKey),
    ),
  ]);
}

/** Every merchant, by Client-Id. */
export async function listMerchants(db: D1Database): Promise<Merchant[]> {
  const { results } = await db
    .prepare(
      `SELECT client_id AS clientId, key_version AS keyVersion, public_key AS publicKey FROM merchant_keys
       ORDER BY client_id, position`,
    )
    .all<{ clientId: string; keyVersion: string | null; publicKey: string }>();
  const byClientId = Map.groupBy(results, ({ clientId }) => clientId);
  return [...byClientId].map(([clientId, rows]) => ({
    clientId,
    keys: rows.map(({ keyVersion, publicKey }) => ({ ...(keyVersion !== null && { keyVersion }), publicKey })),
  }));
}

async function importOnce({ keyVersion, publicKey }: MerchantKey): Promise<PublicKey> {
  const name = `${keyVersion ?? ''}\n${publicKey}`;
  const known = imported.get(name);
  if (known) return known;
  const key = await importPublicKey(publicKey, { keyVersion });
  if (imported.size >= 1000) imported.clear(); // keys that were replaced would stay for ever
  imported.set(name, key);
  return key;
}
